"""Reads a failure from what somebody pastes: words, a log line, a stack trace, or an alert's JSON body."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from causeloop_pipeline.connectors.mapping.terminal_codes import strip_terminal_codes
from causeloop_pipeline.landing.export_file.columns import recognize_columns
from causeloop_pipeline.landing.failure_lines import has_word, list_titles, split_failure

MAX_CHARACTERS = 100_000
"""As much of a text as is read."""

MAX_JSON_VALUES = 500
_READ_FIELDS = ("title", "body", "service", "environment", "error_type", "team", "component")


@dataclass(frozen=True, slots=True)
class FailureText:
    """What a text says of a failure; `titles` are the readings of its first line, the likeliest first."""

    titles: tuple[str, ...]
    body: str | None
    fields: Mapping[str, str]


def read_failure(text: str) -> FailureText:
    """Reads a text.

    A JSON object is read by the usual names of its fields; of a trace the error that was raised is the
    title; a log line is read with and without its time and level. Raises ValueError for a text without a
    word.
    """
    text = strip_terminal_codes(text[:MAX_CHARACTERS]).strip()
    if not has_word(text):
        raise ValueError("the text holds no word: send what failed")
    fields = _read_json(text)
    if "title" in fields:
        body = fields.pop("body", None)
        return FailureText(list_titles(fields.pop("title")), body, fields)
    titles, rest = split_failure(text)
    return FailureText(titles, rest, {})


def _read_json(text: str) -> dict[str, str]:
    """The fields of an alert's body; none where the text is not a JSON object, or names no title."""
    if not text.startswith(("{", "[")):
        return {}
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    values: dict[str, str] = {}
    for path, value in _list_values(document, ""):
        values.setdefault(path, value)
        if len(values) >= MAX_JSON_VALUES:
            break
    recognized = recognize_columns(list(values), {}).columns
    return {name: values[recognized[name]] for name in _READ_FIELDS if name in recognized}


def _list_values(document: Any, path: str) -> Iterator[tuple[str, str]]:
    """The texts and numbers of a document by their paths; of a list, those of its first entry."""
    if isinstance(document, list):
        document = document[0] if document else None
    if isinstance(document, dict):
        for name, value in document.items():
            yield from _list_values(value, f"{path}.{name}" if path else str(name))
    elif isinstance(document, str | int | float) and not isinstance(document, bool) and str(document).strip():
        yield path, str(document)
