"""What a field or column is called, however a tool or a person spells it."""

import re
import unicodedata
from functools import lru_cache

CAUSES = (
    *("root_cause", "rootcause", "root_cause_analysis", "root_cause_description", "rca", "cause"),
    *("cause_description", "cause_notes", "cause_code", "cause_category", "ursache", "fehlerursache"),
    *("grundursache", "cause_racine", "causa", "causa_raiz", "causa_principale", "oorzaak"),
)
"""What tools and people call that which somebody found to be the cause, normalized, in seven languages."""


@lru_cache(maxsize=8_192)
def normalize_field_name(name: str) -> str:
    """A name in plain lower case: `Created At`, `createdAt` → `created_at`, `Priorität` → `prioritat`."""
    decomposed = unicodedata.normalize("NFKD", name.strip().replace("ß", "ss"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    return re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")
