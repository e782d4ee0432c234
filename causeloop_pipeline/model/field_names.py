"""What a field or column is called, however a tool or a person spells it."""

import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=8_192)
def normalize_field_name(name: str) -> str:
    """A name in plain lower case: `Created At`, `createdAt` → `created_at`, `Priorität` → `prioritat`."""
    decomposed = unicodedata.normalize("NFKD", name.strip())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    return re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")
