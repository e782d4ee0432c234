"""Texts that hold JSON inside a document, such as the message of a notification: read in their place."""

from typing import Any

from causeloop_pipeline.connectors.json_paths import split_path, step_into
from causeloop_pipeline.landing.json_guard import MAX_BYTES, GuardError, parse_loosely

ANY_ENTRY = "*"


def read_embedded(document: Any, paths: tuple[str, ...]) -> Any:
    """The document with the texts at some paths read as JSON; a text that is none stays as it is."""
    for path in paths:
        document = _read_at(document, split_path(path))
    return document


def find_values(document: Any, path: str) -> list[Any]:
    """Every value at a path in which `*` stands for every entry of a list."""
    values = [document]
    for step in split_path(path):
        values = [child for value in values for child in _list_children(value, step)]
    return values


def _list_children(value: Any, step: str) -> list[Any]:
    if step == ANY_ENTRY:
        return value if isinstance(value, list) else []
    child = step_into(value, step)
    return [] if child is None else [child]


def _read_at(value: Any, steps: tuple[str, ...]) -> Any:
    if not steps:
        return _parse(value)
    step, rest = steps[0], steps[1:]
    if step == ANY_ENTRY and isinstance(value, list):
        return [_read_at(entry, rest) for entry in value]
    if isinstance(value, dict) and step in value:
        return value | {step: _read_at(value[step], rest)}
    return value


def _parse(value: Any) -> Any:
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return parse_loosely(value.encode(), max_bytes=MAX_BYTES)
    except (GuardError, UnicodeEncodeError):
        return value
