"""Planned work: maintenance that people announce is not a failure, however often it comes."""

import re

_PLANNED = re.compile(
    r"^\W*\[?(?:scheduled|planned)\]"
    r"|\b(?:scheduled|planned|routine|upcoming)\b[^.:;]{0,60}\b(?:maintenance|upgrades?|downtime|outage)\b"
    r"|\bmaintenance (?:window|notice|notification|announcement)\b",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"\b(?:fail|error|exception|crash|unexpected|stuck|broke|overran|not (?:finish|start))", re.I
)


def is_planned_work(name: str) -> bool:
    """Whether a pattern announces planned work.

    In: its name. Out: true for announcements of maintenance, false where the work itself failed.
    """
    return bool(_PLANNED.search(name)) and not _FAILED.search(name)
