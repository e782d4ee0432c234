"""Rows of JSON: an object a line, or documents with a list of records in each, such as answers of an API."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, BinaryIO

from causeloop_pipeline.landing.export_file.rows import cucumber_messages, sarif
from causeloop_pipeline.landing.export_file.rows.file_row import (
    BEGINNING,
    MAX_DOCUMENT_BYTES,
    MAX_LINE_BYTES,
    FileContentError,
    FileRow,
)
from causeloop_pipeline.landing.export_file.rows.nested_records import find_records
from causeloop_pipeline.landing.export_file.rows.runner_reports import find_tests, read_tests
from causeloop_pipeline.landing.export_file.rows.salt_states import is_of_salt, read_states
from causeloop_pipeline.landing.export_file.rows.sarif import is_sarif, read_results
from causeloop_pipeline.landing.export_file.rows.text_lines import decode, read_lines

SPACE = re.compile(r"\s*")

Line = tuple[int, bytes, bool]


def read_json(content: BinaryIO) -> Iterator[FileRow]:
    """The records of one document, or of each line: the first lines tell which it is."""
    lines = (line for line in read_lines(content) if line[1].strip())
    first, second = next(lines, None), next(lines, None)
    if first is None:
        return
    begun = [first, *([second] if second else [])]
    if _is_document(first, second):
        yield from _read_documents(_join(chain(begun, lines)))
        return
    rows, sample = map(_read_line, chain(begun, lines)), _read_line(first).record
    if cucumber_messages.is_message(sample):
        yield from _read_messages(rows)
    elif is_of_salt(sample):
        yield from _number(chain.from_iterable(map(_open_states, rows)))
    else:
        yield from rows


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


def _read_documents(text: str) -> Iterator[FileRow]:
    """The rows of a document, or of several one after another, numbered through."""
    return _number(chain.from_iterable(map(_read_document, _parse_documents(text))))


def _number(rows: Iterable[FileRow]) -> Iterator[FileRow]:
    return (replace(row, number=number) for number, row in enumerate(rows, 1))


def _read_messages(rows: Iterable[FileRow]) -> Iterator[FileRow]:
    """The tests that messages tell of, and then the lines that are none."""
    broken: list[FileRow] = []

    def list_messages() -> Iterator[dict[str, Any]]:
        for row in rows:
            if row.record is None:
                broken.append(row)
            else:
                yield row.record

    yield from read_tests(cucumber_messages.list_tests(list_messages()))
    yield from broken


def _open_states(row: FileRow) -> Iterator[FileRow]:
    """The states of a minion that has a line of its own."""
    return read_states(row.record) if row.record and is_of_salt(row.record) else iter([row])


def _parse_documents(text: str) -> list[Any]:
    decoder, documents, at = json.JSONDecoder(), [], _skip_space(text, 0)
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            line = getattr(error, "lineno", 1)
            raise FileContentError(f"line {line} is not JSON ({str(error)[:120]})") from None
        documents.append(document)
        at = _skip_space(text, at)
    return documents


def _skip_space(text: str, at: int) -> int:
    rest = SPACE.match(text, at)
    return rest.end() if rest else at


def _read_document(document: Any) -> Iterator[FileRow]:
    if is_sarif(document):
        return read_results(document)
    if is_of_salt(document):
        return read_states(document)
    if tests := find_tests(document):
        return read_tests(tests)
    return (_make_row(number, record) for number, record in enumerate(find_records(document), 1))
