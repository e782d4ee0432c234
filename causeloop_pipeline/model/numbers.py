"""Numbers in the spellings that tools use."""

import re
from decimal import Decimal

NUMBER = re.compile(r"([+-]?\d{1,19})(?:[.,](\d{1,20}))?", re.ASCII)


def read_number(text: str) -> Decimal | None:
    """The number that a text is, such as `7.5`, `7,5`, `07` or `3.0`; None where it is more or less."""
    parts = NUMBER.fullmatch(text.strip())
    return Decimal(f"{parts[1]}.{parts[2] or 0}") if parts else None
