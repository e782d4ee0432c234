"""What ended a failure last time, in one line: words of tenants stay quoted, on one line and bounded."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

MAX_QUOTE = 200


def write_last_ending(ending: Mapping[str, Any] | None) -> str:
    """What was done, when and by whom, and the words that say so; empty where nothing tells it."""
    if not ending or not (ending["phrase"] or ending["quote"]):
        return ""
    by = f" by {_flatten(ending['made_by'])}" if ending["made_by"] else ""
    day = str(ending["ended_at"])[:10] if not isinstance(ending["ended_at"], datetime) else None
    on = f"on {day or ending['ended_at'].date()}{by}"
    what = f"{_flatten(ending['phrase'])}, {on}" if ending["phrase"] else on
    quote = f": “{_flatten(ending['quote'])}”" if ending["quote"] else ""
    return f"What ended it last time: {what}{quote}"


def _flatten(text: str) -> str:
    """In one line, without the marks that end a quote, and not too long."""
    line = " ".join(text.replace("”", '"').replace("“", '"').split())
    return line if len(line) <= MAX_QUOTE else f"{line[: MAX_QUOTE - 1]}…"
