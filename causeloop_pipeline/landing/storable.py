"""What people's files hold and PostgreSQL or JSON cannot: written otherwise, so that the rest is stored."""

import math
import re
from typing import Any

from causeloop_pipeline.landing.json_guard import MAX_DEPTH, REPLACEMENT

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
MAX_INTEGER = 2**63 - 1


class TooDeepError(ValueError):
    """Values in values in values, deeper than anything is read."""

    def __init__(self) -> None:
        super().__init__(f"it is nested deeper than {MAX_DEPTH} levels")


def make_storable(value: Any, depth: int = 0) -> Any:
    """The value with U+FFFD for NUL and for halves of characters, and with texts for integers beyond 64 bits.

    What is no number becomes None. Raises TooDeepError where values stand deeper in one another than JSON is
    taken.
    """
    if isinstance(value, str):
        is_plain = value.isascii() and "\0" not in value
        return value if is_plain else UNSTORABLE.sub(REPLACEMENT, value)
    if isinstance(value, dict | list):
        return _make_inner_storable(value, depth)
    if isinstance(value, int) and not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _make_inner_storable(value: dict[Any, Any] | list[Any], depth: int) -> Any:
    if depth >= MAX_DEPTH:
        raise TooDeepError
    if isinstance(value, list):
        return [make_storable(item, depth + 1) for item in value]
    return {make_storable(name): make_storable(item, depth + 1) for name, item in value.items()}
