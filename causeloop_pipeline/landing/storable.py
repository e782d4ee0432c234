"""What people's files hold and PostgreSQL or JSON cannot: written otherwise, so that the rest is stored."""

import math
import re
from collections.abc import Callable
from typing import Any

MAX_DEPTH = 64
MAX_INTEGER = 2**63 - 1
REPLACEMENT = "\ufffd"
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class TooDeepError(ValueError):
    """Values in values in values, deeper than anything is read."""

    def __init__(self) -> None:
        super().__init__(f"it is nested deeper than {MAX_DEPTH} levels")


def make_storable(value: Any) -> Any:
    """The value with storable texts, and with texts for integers beyond 64 bits; what is no number is None.

    Raises TooDeepError where values stand deeper in one another than JSON is taken.
    """
    return _change_inner(value, _write_leaf, MAX_DEPTH)


def make_texts_storable(value: Any) -> Any:
    """The value with storable texts, and every number as it is; TooDeepError as above."""
    return _change_inner(value, _write_text, MAX_DEPTH)


def replace_unstorable(text: str) -> str:
    """The text with U+FFFD for NUL and for halves of characters."""
    is_plain = text.isascii() and "\0" not in text
    return text if is_plain else UNSTORABLE.sub(REPLACEMENT, text)


def _write_text(value: Any) -> Any:
    return replace_unstorable(value) if isinstance(value, str) else value


def _write_leaf(value: Any) -> Any:
    if isinstance(value, int) and not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return _write_text(value)


def _change_inner(value: Any, write: Callable[[Any], Any], depth_left: int) -> Any:
    if not isinstance(value, dict | list):
        return write(value)
    if not depth_left:
        raise TooDeepError
    if isinstance(value, list):
        return [_change_inner(item, write, depth_left - 1) for item in value]
    return {write(name): _change_inner(item, write, depth_left - 1) for name, item in value.items()}
