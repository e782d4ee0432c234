"""The title in lines of words: without what a log writes before it; of a trace, what was raised."""

import re

from causeloop_pipeline.connectors.mapping.terminal_codes import strip_terminal_codes
from causeloop_pipeline.model.issue import TITLE_LIMIT

_TIMESTAMP = (
    r"(?:[\[(]?\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?[\])]?"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} \d{2}:\d{2}:\d{2}"
    r"|\d{2}:\d{2}:\d{2}(?:[.,]\d+)?)"
)
_LEVELS = "TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|CRITICAL|FATAL|SEVERE"
_LEVEL = rf"(?:[\[(<](?:{_LEVELS})[\])>]:?|(?:{_LEVELS}):|(?-i:{_LEVELS}))"
"""In brackets, with a colon, or in capitals: `Error on connection` is a sentence."""
_NOTE = r"(?:[\[(][^\])\n]{1,60}[\])]\s+)?"
_LOGGER = r"(?:[\w$]{1,60}(?:\.[\w$]{1,60}){1,10}(?::\s+|\s+-\s+)|[\w.$/-]{1,80}\s+-\s+|-\s+)?"
_LOG_PREFIX = re.compile(rf"(?:{_TIMESTAMP}\s+)?{_NOTE}{_LEVEL}\s+{_NOTE}{_LOGGER}", re.I)
_TIME_PREFIX = re.compile(rf"{_TIMESTAMP}\s+(?:[\w.-]{{1,60}}\s+[\w./-]{{1,60}}(?:\[\d+\])?:\s+)?", re.I)
_TRACE_HEADER = re.compile(
    r"\s*(?:Traceback \(most recent call last\)|goroutine \d+ \[|Stack trace|Stacktrace)", re.I
)
_RAISED = re.compile(r"(?:[\w$]+\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning)\b.*")


def has_word(text: str) -> bool:
    """Whether a text says anything at all."""
    return re.search(r"\w", text) is not None


def list_lines_with_words(text: str) -> list[str]:
    """The lines of a text that say anything."""
    return [line for line in text.splitlines() if has_word(line)]


def split_failure(text: str) -> tuple[tuple[str, ...], str | None]:
    """The readings of the title of a text with a word in it, the likeliest first, and what else it says."""
    lines = list_lines_with_words(text)
    title = _find_raised_error(lines) or lines[0]
    rest = text if title != lines[0] else text.partition(title)[2].strip()
    return list_titles(title), rest or None


def split_title(title: str, body: str | None) -> tuple[str, str | None]:
    """A title in one line and the body: of several lines the telling one, and all where there is no body."""
    title, body = strip_terminal_codes(title), body and strip_terminal_codes(body)
    if "\n" not in title.strip() or not has_word(title):
        return title, body
    readings, _ = split_failure(title)
    return readings[-1], body or title


def _find_raised_error(lines: list[str]) -> str | None:
    """The error that a trace tells of, where its first line says only that a trace follows."""
    if not _TRACE_HEADER.match(lines[0]):
        return None
    return next((line.strip() for line in reversed(lines) if _RAISED.match(line)), None)


def list_titles(line: str) -> tuple[str, ...]:
    """A line as it stands, and without what a log writes before each message."""
    line = line.strip()
    stripped = [_strip_prefix(line, prefix) for prefix in (_LOG_PREFIX, _TIME_PREFIX)]
    readings = [reading.strip()[:TITLE_LIMIT] for reading in (*stripped, line)]
    return tuple(dict.fromkeys(reading for reading in readings if has_word(reading)))


def _strip_prefix(line: str, prefix: re.Pattern[str]) -> str:
    match = prefix.match(line)
    return line[match.end() :] if match else line
