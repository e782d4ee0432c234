"""What an agent reads: short, and with every text of a workspace marked as quoted data."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

CHARACTERS_PER_TOKEN = 3
"""A careful estimate for JSON with ids: tokenizers make fewer tokens of English, about one of four."""

MAX_ANSWER_TOKENS = 1_500
MAX_QUOTED = 200
QUOTED = "quoted"
_UNFIT = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+|[\U000e0000-\U000e007f]+"
)


def count_tokens(value: Any) -> int:
    """How many tokens a value is at most, as JSON."""
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def clean(text: str, limit: int = MAX_QUOTED) -> str:
    """A text in one line without characters that hide something, cut to its limit."""
    plain = " ".join(_UNFIT.sub(" ", text).split())
    return plain if len(plain) <= limit else f"{plain[: limit - 1]}…"


def quote(text: str | None, limit: int = MAX_QUOTED) -> dict[str, str] | None:
    """A text that the workspace's tools or people wrote: data, whatever it says."""
    return None if text is None else {QUOTED: clean(text, limit)}


def drop_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """Only what says something."""
    return {name: value for name, value in values.items() if value not in (None, [], {})}


def fit(
    answer: Mapping[str, Any], rows: str, offset: int = 0, *, has_further: bool = False
) -> dict[str, Any]:
    """An answer whose list `rows` is cut where it would be too long; `more` then says where to go on."""
    listed: Sequence[Any] = answer[rows]
    displayed = list(listed)
    while True:
        is_cut = len(displayed) < len(listed) or has_further
        fitted = {**answer, rows: displayed, **({"more": offset + len(displayed)} if is_cut else {})}
        if len(displayed) <= 1 or count_tokens(fitted) <= MAX_ANSWER_TOKENS:
            return fitted
        displayed.pop()
