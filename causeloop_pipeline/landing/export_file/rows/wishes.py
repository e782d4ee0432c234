"""Rows of trackers that tell of no failure: what asks for something new, and what changes the code."""

import re
from collections.abc import Mapping
from typing import Any

from causeloop_pipeline.landing.export_file.columns import normalize_name
from causeloop_pipeline.landing.export_file.named_values import find_name

KINDS = frozenset(
    {"type", "issue_type", "issuetype", "ticket_type", "work_item_type", "tracker", "vorgangstyp"}
    | {"labels", "label"}
)
"""Columns in which trackers say what an entry is, such as `Issue Type` or `tracker.name`."""
WISH = re.compile(
    r"(?:(?:type|kind|typ)\s*[:/-]\s*)?(?:new |neue )?(?:features?|feature[- _]?requests?|enhancements?"
    r"|(?:user )?stor(?:y|ies)|epics?|wish|change requests?|neue funktion"
    r"|anforderung|évolution)",
    re.IGNORECASE,
)
FAILURE = re.compile(
    r"\b(?:bug|defect|incident|regression|failure|outage|error|fehler|störung)\b", re.IGNORECASE
)
"""A label beside which another one makes no wish of an entry."""
OF_WISH = "a wish: "
"""How the reason begins why a wish is no failure."""
OF_NAMES = frozenset({"name", "value", "title", "label"})


def explain_wish(record: Mapping[str, Any]) -> str:
    """Why an entry of a tracker tells of no failure; empty where it may."""
    if record.get("pull_request") and "number" in record:
        return "a pull request"
    words = [word for name, value in _list_kinds(record) for word in _list_words(value)]
    if any(FAILURE.search(word) for word in words):
        return ""
    return next((f"{OF_WISH}{word}" for word in words if WISH.fullmatch(word.strip())), "")


def _list_kinds(record: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in record.items() if value and _is_kind(name)]


def _is_kind(name: str) -> bool:
    owner, _, last = name.rpartition(".")
    return normalize_name(last) in KINDS or (
        last in OF_NAMES and normalize_name(owner.rpartition(".")[2]) in KINDS
    )


def _list_words(value: Any) -> list[str]:
    """The names of what a column holds: a text, texts with commas, an object or a list of these."""
    if isinstance(value, str):
        return value.split(",")
    if isinstance(value, Mapping):
        return [name] if (name := find_name(value)) else []
    return [word for entry in value for word in _list_words(entry)] if isinstance(value, list) else []
