"""Rows of logs in plain text: an entry begins with its time, and goes on until the next one begins.

An entry that has a level tells of a failure from error on; one that has none does where its words say so.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise
from typing import Any, BinaryIO

from causeloop_pipeline.connectors.formats.named_errors import find_raised
from causeloop_pipeline.landing.export_file.rows.ansible_tasks import AnsibleTasks, is_of_ansible
from causeloop_pipeline.landing.export_file.rows.file_row import FileContentError, FileRow
from causeloop_pipeline.landing.export_file.rows.levels import SYSLOG, correct_level
from causeloop_pipeline.landing.export_file.rows.log_forms import LEVELS, begin_entry, spell_time
from causeloop_pipeline.landing.export_file.rows.quiet_rows import explain_level
from causeloop_pipeline.landing.export_file.rows.text_lines import decode, read_lines
from causeloop_pipeline.landing.failure_lines import has_word, split_failure
from causeloop_pipeline.landing.state_words import State, judge_title

MAX_LINES, MAX_CHARACTERS = 500, 20_000
"""Of one entry; what goes on for longer is cut."""
MAX_BEFORE = 1_000
"""Lines without a time at the beginning of a file, after which it is not a log."""
NO_TIME = "no line begins with a time, so that it cannot be read as a log"
LETTERS = {"I": "info", "W": "warning", "E": "error", "F": "fatal"}
WORDS = {
    "err": "error",
    "severe": "error",
    "crit": "critical",
    "emerg": "emergency",
    "panic": "fatal",
    "note": "notice",
}
AROUND = (
    r"(?:\[[^\]]{0,80}\]:?\s*|\([^)]{0,60}\)\s*|<[^>]{0,60}>\s*|\|\s*|\w{1,30}=\S*\s+"
    r"|[\w.@$/-]{1,60}:?\s+){0,4}?"
)
LEVEL = re.compile(
    rf"{AROUND}(?:[\w-]{{1,40}}[./])?(?P<word>{LEVELS})(?=[\])>:,|/\s])"
    rf"|{AROUND}[\[(<](?:\w{{1,20}}:)?(?P<marked>(?i:{LEVELS}|alert|information|note))\s*[\])>]"
    rf"|{AROUND}(?P<part>LOG|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION):\s\s"
    rf"|(?P<named>(?i:{LEVELS}|information))\s*:"
)
"""A word in capitals before the message, one in brackets, or one with a colon at the beginning."""
LOGGER = re.compile(
    r"((?:[A-Za-z_$][\w$]*(?:\.|::))+[A-Za-z_$][\w$]*)\s*(?::|\s-)\s+"
    r"|([\w.<>]+:[\w.<>]+:\d+)\s+-\s+"
)
BASIC = re.compile(r":(?P<logger>[A-Za-z_][\w.-]*):(?:[A-Za-z_][\w-]*-\d+:|MainThread:)?(?=\S)")
"""What Python's logging writes behind a level where nobody has chosen a form: the logger, and its thread."""
NOTES = re.compile(
    r"[\])>:,|/\s-]+|[\[(<][^\])>]{0,60}[\])>]\s*|\d+#\d+:\s*(?:\*\d+\s+)?|\d+ --- \[[^\]]*\]\s*"
)
"""What logs write between the level and the message: processes, threads, connections."""
ONLY_RAISED = re.compile(
    r"\b(?:raised (?:an? )?(?:unexpected )?(?:exception|error)"
    r"|(?:unhandled|uncaught|unexpected) (?:exception|error)"
    r"|(?:exception|error) (?:occurred|(?:while|in) (?:processing|handling|running|task|job|thread)))\b",
    re.IGNORECASE,
)
"""A message that says only that something was raised: what, the trace below it tells."""
PARTS = frozenset({"statement", "detail", "hint", "context", "query", "location"})
"""What PostgreSQL logs of an error in entries of their own."""
LEVEL_KEYS = ("level", "severity", "lvl", "levelname")
MESSAGE_KEYS = ("title", "message", "msg", "event", "error", "log")


@dataclass
class _Entry:
    """An entry of the log while its lines pass by."""

    number: int
    parts: Mapping[str, str]
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that it says."""
        return "\n".join([self.parts["text"], *self.lines])

    def add(self, line: str) -> None:
        if len(self.lines) < MAX_LINES:
            self.lines.append(line)


def read_log(content: BinaryIO) -> Iterator[FileRow]:
    """A row for each entry; those that tell of no failure say why."""
    latest, tasks = datetime.now(UTC) + timedelta(days=1), AnsibleTasks()
    for entry, following in pairwise(chain(_list_entries(content), [None])):
        if entry is not None:
            moment = {"created_at": spell_time(entry.parts, latest)}
            of_task = None
            if is_of_ansible(entry.parts["text"]):
                of_task = tasks.read(entry.number, moment, entry.text, following.text if following else "")
            yield of_task or _read_entry(entry, moment)


def _list_entries(content: BinaryIO) -> Iterator[_Entry]:
    entry, before = None, 0
    for number, line, _ in read_lines(content):
        text = decode(line).rstrip("\r\n")
        if parts := begin_entry(text):
            if entry is not None:
                yield entry
            entry = _Entry(number, parts)
        elif entry is not None:
            entry.add(text)
        elif text.strip() and (before := before + 1) > MAX_BEFORE:
            break
    if entry is not None:
        yield entry
    elif before:
        raise FileContentError(NO_TIME)


def _read_entry(entry: _Entry, moment: Mapping[str, str]) -> FileRow:
    level, logger, message = _split(entry.parts)
    level = correct_level(level, message)
    text = "\n".join([message, *entry.lines]).strip()[:MAX_CHARACTERS]
    if not has_word(text):
        return FileRow(entry.number, dict(moment), no_failure="a log entry without a word")
    message_line = split_failure(text)[0][0]
    raised = find_raised(text) if entry.lines else None
    title = raised.line if raised and ONLY_RAISED.search(message_line) else message_line
    record: dict[str, Any] = {
        **moment,
        "title": title,
        "severity": level,
        "service": entry.parts.get("program"),
        "component": logger,
        "body": text if entry.lines else None,
        "error_type": raised.name if raised else None,
        "host": entry.parts.get("host"),
    }
    filled = {name: value for name, value in record.items() if value}
    return FileRow(entry.number, filled, no_failure=_find_reason(level, message_line))


def _split(parts: Mapping[str, str]) -> tuple[str, str, str]:
    """Level, logger and message of an entry's first line; empty where it has none."""
    text, level = parts["text"], parts.get("level", "").lower()
    if text.startswith("{"):
        return _read_json(text, level)
    if "letter" in parts:
        level = LETTERS[parts["letter"]]
    elif "priority" in parts:
        level = SYSLOG[int(parts["priority"]) % len(SYSLOG)]
    elif not level and (match := LEVEL.match(text)):
        named = match["word"] or match["marked"] or match["part"] or match["named"]
        level, text = str(named).lower(), text[match.end() :]
    if level and (basic := BASIC.match(text)):
        return WORDS.get(level, level), basic["logger"], _strip_notes(text[basic.end() :])
    message = _strip_notes(text)
    logger = LOGGER.match(message)
    if logger:
        message = _strip_notes(message[logger.end() :])
    name = parts.get("logger") or (logger[1] or logger[2] if logger else "")
    return WORDS.get(level, level), name, message or parts["text"]


def _strip_notes(text: str) -> str:
    while (match := NOTES.match(text)) and match.end() < len(text):
        text = text[match.end() :]
    return text.strip()


def _read_json(text: str, level: str) -> tuple[str, str, str]:
    """The same of an entry whose text is an object, as containers of programs that log JSON write it."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return level, "", text
    named = next((values[name] for name in LEVEL_KEYS if isinstance(values.get(name), str)), level)
    texts = (values[name] for name in MESSAGE_KEYS if isinstance(values.get(name), str))
    message = next((words for words in texts if has_word(words)), text)
    return WORDS.get(named.lower(), named.lower()), str(values.get("logger") or ""), message


def _find_reason(level: str, title: str) -> str:
    """Why an entry tells of no failure; empty where it tells of one."""
    if level in PARTS:
        return "a line that explains the entry before it"
    if level:
        return explain_level(level)
    return (
        ""
        if judge_title(title) in {State.FAILED, State.FIRING}
        else "a log entry whose words tell of no failure"
    )
