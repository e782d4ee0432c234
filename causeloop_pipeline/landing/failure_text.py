"""Reads a failure from what somebody pastes: words, a log line, a stack trace, or an alert's JSON body."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from causeloop_pipeline.landing.export_file.columns import recognize_columns
from causeloop_pipeline.model.issue import TITLE_LIMIT

MAX_CHARACTERS = 100_000
"""As much of a text as is read."""

MAX_JSON_VALUES = 500
_READ_FIELDS = ("title", "body", "service", "environment", "error_type", "team", "component")
_TIMESTAMP = (
    r"(?:[\[(]?\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?[\])]?"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} \d{2}:\d{2}:\d{2}"
    r"|\d{2}:\d{2}:\d{2}(?:[.,]\d+)?)"
)
_LEVEL = r"[\[(<]?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|CRITICAL|FATAL|SEVERE)[\])>]?:?"
_NOTE = r"(?:[\[(][^\])\n]{1,60}[\])]\s+)?"
_LOGGER = r"(?:[\w$]{1,60}(?:\.[\w$]{1,60}){1,10}(?::\s+|\s+-\s+)|[\w.$/-]{1,80}\s+-\s+|-\s+)?"
_LOG_PREFIX = re.compile(rf"(?:{_TIMESTAMP}\s+)?{_NOTE}{_LEVEL}\s+{_NOTE}{_LOGGER}", re.I)
_TIME_PREFIX = re.compile(rf"{_TIMESTAMP}\s+(?:[\w.-]{{1,60}}\s+[\w./-]{{1,60}}(?:\[\d+\])?:\s+)?", re.I)
_TRACE_HEADER = re.compile(
    r"\s*(?:Traceback \(most recent call last\)|goroutine \d+ \[|Stack trace|Stacktrace)", re.I
)
_RAISED = re.compile(r"(?:[\w$]+\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning)\b.*")


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
    text = text[:MAX_CHARACTERS].strip()
    if not re.search(r"\w", text):
        raise ValueError("the text holds no word: send what failed")
    fields = _read_json(text)
    if "title" in fields:
        body = fields.pop("body", None)
        return FailureText(_list_titles(fields.pop("title")), body, fields)
    lines = [line for line in text.splitlines() if re.search(r"\w", line)]
    title = _find_raised_error(lines) or lines[0]
    rest = text if title != lines[0] else text.partition(title)[2].strip()
    return FailureText(_list_titles(title), rest or None, {})


def _find_raised_error(lines: list[str]) -> str | None:
    """The error that a trace tells of, where its first line says only that a trace follows."""
    if not _TRACE_HEADER.match(lines[0]):
        return None
    return next((line.strip() for line in reversed(lines) if _RAISED.match(line)), None)


def _list_titles(line: str) -> tuple[str, ...]:
    """A line as it stands, and without what a log writes before each message."""
    line = line.strip()
    stripped = [_strip_prefix(line, prefix) for prefix in (_LOG_PREFIX, _TIME_PREFIX)]
    readings = [reading.strip()[:TITLE_LIMIT] for reading in (*stripped, line)]
    return tuple(dict.fromkeys(reading for reading in readings if re.search(r"\w", reading)))


def _strip_prefix(line: str, prefix: re.Pattern[str]) -> str:
    match = prefix.match(line)
    return line[match.end() :] if match else line


def _read_json(text: str) -> dict[str, str]:
    """The fields of an alert's body; none where the text is not JSON object, or names no title."""
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
