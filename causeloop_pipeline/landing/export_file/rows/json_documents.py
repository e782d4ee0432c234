"""Rows of JSON: an object a line, or a document with a list of records in it, such as an answer of an API."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from causeloop_pipeline.landing.export_file.rows import sarif
from causeloop_pipeline.landing.export_file.rows.file_row import (
    BEGINNING,
    MAX_DOCUMENT_BYTES,
    MAX_LINE_BYTES,
    FileContentError,
    FileRow,
)
from causeloop_pipeline.landing.export_file.rows.nested_records import find_records
from causeloop_pipeline.landing.export_file.rows.runner_reports import find_tests, read_tests
from causeloop_pipeline.landing.export_file.rows.sarif import is_sarif, read_results
from causeloop_pipeline.landing.export_file.rows.text_lines import decode, read_lines

Line = tuple[int, bytes, bool]


def read_json(content: BinaryIO) -> Iterator[FileRow]:
    """The records of one document, or of each line: the first lines tell which it is."""
    lines = (line for line in read_lines(content) if line[1].strip())
    first, second = next(lines, None), next(lines, None)
    if first is None:
        return
    begun = [first, *([second] if second else [])]
    if _is_document(first, second):
        yield from _read_document(_join(chain(begun, lines)))
    else:
        yield from map(_read_line, chain(begun, lines))


def list_reports(content: bytes) -> list[str]:
    """How the ids begin of which a document holds all that are open: the results of a log of SARIF."""
    try:
        document = json.loads(decode(content))
    except (ValueError, RecursionError):
        return []
    return sarif.list_reports(document) if is_sarif(document) else []


def _is_document(first: Line, second: Line | None) -> bool:
    """Whether the lines are of one document: the first is not a value of its own, or the only line."""
    beginning = first[1].lstrip()[:1]
    if beginning not in (b"{", b"["):
        return False
    if second is None:
        return True
    return not _is_value(first[1]) and not (second[1].lstrip()[:1] == b"{" and beginning == b"{")


def _is_value(line: bytes) -> bool:
    try:
        json.loads(decode(line))
    except (ValueError, RecursionError):
        return False
    return True


def _join(lines: Iterator[Line]) -> str:
    parts, size = [], 0
    for _, line, is_whole in lines:
        size += len(line)
        if size > MAX_DOCUMENT_BYTES or not is_whole:
            raise FileContentError(
                f"a document of more than {MAX_DOCUMENT_BYTES:,} bytes, or with a line of more than "
                f"{MAX_LINE_BYTES:,}, is not read: export it as JSON lines or CSV"
            )
        parts.append(line)
    return decode(b"".join(parts))


def _read_line(line: Line) -> FileRow:
    number, content, is_whole = line
    beginning = content[:BEGINNING].decode(errors="replace")
    if not is_whole:
        return FileRow(number, None, f"it is longer than {MAX_LINE_BYTES:,} bytes", beginning)
    try:
        record = json.loads(decode(content))
    except (ValueError, RecursionError) as error:
        reason = "it is not JSON" if content.endswith(b"\n") else "the file ends in the middle of it"
        return FileRow(number, None, f"{reason} ({str(error)[:80]})", beginning)
    return _make_row(number, record)


def _make_row(number: int, record: Any) -> FileRow:
    if isinstance(record, dict):
        return FileRow(number, record)
    what = {list: "a list", str: "a text", type(None): "null"}.get(type(record), "a number")
    return FileRow(number, None, f"it is not an object but {what}", json.dumps(record)[:BEGINNING])


def _read_document(text: str) -> Iterator[FileRow]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise FileContentError(f"line {line} is not JSON ({str(error)[:120]})") from None
    if is_sarif(document):
        yield from read_results(document)
        return
    if tests := find_tests(document):
        yield from read_tests(tests)
        return
    for number, record in enumerate(find_records(document), 1):
        yield _make_row(number, record)
