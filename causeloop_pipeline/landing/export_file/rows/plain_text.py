"""Rows of a text whose name does not say what it is: a table, a log, JSON, XML, tests, findings, messages."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

from causeloop_pipeline.landing.export_file.columns import FIELDS_OF_NAMES, normalize_name
from causeloop_pipeline.landing.export_file.rows.file_row import FileContentError, FileRow
from causeloop_pipeline.landing.export_file.rows.finding_lines import count_findings, read_findings
from causeloop_pipeline.landing.export_file.rows.json_documents import read_json
from causeloop_pipeline.landing.export_file.rows.log_forms import begin_entry
from causeloop_pipeline.landing.export_file.rows.log_lines import read_log
from causeloop_pipeline.landing.export_file.rows.reports_for_people import UNKNOWN, explain_text
from causeloop_pipeline.landing.export_file.rows.separated import SEPARATORS, count_shared_width, read_csv
from causeloop_pipeline.landing.export_file.rows.tap import is_tap, read_tap
from causeloop_pipeline.landing.export_file.rows.text_lines import as_text, decode, read_document, read_lines
from causeloop_pipeline.landing.export_file.rows.xml_documents import read_xml
from causeloop_pipeline.landing.state_words import State, judge_title

Reader = Callable[[BinaryIO], Iterator[FileRow]]
LOOKED_AT = 256_000
"""Bytes at the beginning by which it is decided."""
JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
XML = re.compile(r"\s*<(?:[?!]|[A-Za-z][\w.:-]*(?:\s|/?>\s*(?:<|$)))")
MIN_WIDE = 5
"""Columns of a table without a header that begins with a time, as logs do as well."""
MIN_FINDINGS = 0.5
"""Of the lines that are findings of a linter, rather than texts in a table."""
MIN_SHARE = 0.8
"""Of the rows of a table that are as wide as its header; of lines that tell of a failure."""


class _Rejoined(io.RawIOBase):
    """A content whose beginning was read already."""

    def __init__(self, beginning: bytes, rest: BinaryIO) -> None:
        self.beginning, self.rest = beginning, rest

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from the beginning, then from the rest."""
        size = len(buffer)
        taken = self.beginning[:size] if self.beginning else self.rest.read(size)
        self.beginning = self.beginning[size:]
        buffer[: len(taken)] = taken
        return len(taken)


def read_text(content: BinaryIO) -> Iterator[FileRow]:
    """The rows of a text, by what it is."""
    return _read(content, is_log=False)


def read_log_text(content: BinaryIO) -> Iterator[FileRow]:
    """The rows of a text that is called a log: its entries, or else what it is instead."""
    return _read(content, is_log=True)


def _read(content: BinaryIO, *, is_log: bool) -> Iterator[FileRow]:
    beginning = content.read(LOOKED_AT)
    lines = as_text(beginning).splitlines()
    reader = _choose_reader(lines, is_log=is_log)
    yield from reader(cast(BinaryIO, io.BufferedReader(_Rejoined(beginning, content))))


def _choose_reader(lines: list[str], *, is_log: bool) -> Reader:
    filled = [line for line in lines if line.strip()]
    if not filled:
        return read_csv
    first = filled[0]
    begins = [line for line in (filled if is_log else filled[:1]) if begin_entry(line)]
    if begins and (is_log or not _is_wide(filled)):
        return read_log
    if JSON.match("\n".join(lines[:50])):
        return read_json
    if XML.match(first):
        return _read_xml
    return _choose_by_lines(lines, filled)


def _choose_by_lines(lines: list[str], filled: list[str]) -> Reader:
    if is_tap(filled):
        return read_tap
    if reason := explain_text(lines, filled[0]):
        raise FileContentError(reason)
    findings = count_findings(filled)
    if findings and (findings >= MIN_FINDINGS * len(filled) or not _is_table(filled)):
        return read_findings
    if _is_table(filled):
        return read_csv
    if any(map(begin_entry, filled)):
        return read_log
    if _are_messages(filled):
        return _read_messages
    raise FileContentError(UNKNOWN)


def _is_wide(filled: list[str]) -> bool:
    width, share = count_shared_width(filled)
    return width >= MIN_WIDE and share >= MIN_SHARE


def _is_table(filled: list[str]) -> bool:
    """Whether the lines are a table: of several columns, or of one whose header is the name of a field."""
    if normalize_name(filled[0].strip(f"{SEPARATORS} \"'")) in FIELDS_OF_NAMES:
        return True
    width, share = count_shared_width(filled)
    return width > 1 and share >= MIN_SHARE


def _are_messages(filled: list[str]) -> bool:
    """Whether each line tells of a failure."""
    judged = [judge_title(line) in {State.FAILED, State.FIRING} for line in filled]
    return sum(judged) >= MIN_SHARE * len(judged)


def _read_xml(content: BinaryIO) -> Iterator[FileRow]:
    return read_xml(io.BytesIO(read_document(content)))


def _read_messages(content: BinaryIO) -> Iterator[FileRow]:
    for number, line, _ in read_lines(content):
        if text := decode(line).strip():
            yield FileRow(number, {"title": text})
