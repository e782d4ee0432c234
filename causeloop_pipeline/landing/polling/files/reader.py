"""The process that reads files: `files/source` starts it; the job is its input, pages are its output.

A file is read twice: first to decide from all its rows what its columns mean, then row by row.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from causeloop_pipeline.landing.export_file.row_values import ReadRow, RowReader
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.formats import describe_unknown, find_format, read_rows
from causeloop_pipeline.landing.export_file.table_reading import ReadingChoices, TableReading, study
from causeloop_pipeline.landing.polling.files.local_folder import LocalFolder
from causeloop_pipeline.landing.polling.files.object_store import open_store
from causeloop_pipeline.landing.polling.files.places import (
    FoundFile,
    Place,
    choose_files,
    count_rows_read,
    is_finished_name,
    move_cursor_after,
    move_cursor_within,
)
from causeloop_pipeline.landing.polling.isolated.child import run
from causeloop_pipeline.landing.polling.sql.values import PAGE_BYTES, Job, measure

MAX_HELD_BYTES = 64_000_000
"""Up to which a file is fetched once, and read from memory both times."""
SETTINGS, AGAIN = "settings", "again"
Page = dict[str, Any]


def read_pages(job: Job) -> Iterator[Page]:
    """Pages of rows, each with the cursor after it."""
    yield from read_place(job, open_place(job))


def open_place(job: Job) -> Place:
    """The folder or store that a job names."""
    if job["folder"] is not None:
        settle = timedelta(seconds=job["settle_seconds"])
        return LocalFolder(job["folder"], job["prefix"], settle)
    return open_store(job["title"], job["store"])


def read_place(job: Job, place: Place) -> Iterator[Page]:
    """The files that arrived or changed since the cursor, the oldest first, at most so many rows.

    All of them, once, after what decides how they are read has changed.
    """
    digest = _digest(job["reading"])
    before = dict(job["cursor"])
    is_other = before.get(SETTINGS) != digest
    again = {AGAIN: True} if before else {}
    cursor: dict[str, Any] = {SETTINGS: digest, **again} if is_other else before
    rows_left = job["max_rows"]
    backfill_from = datetime.fromisoformat(job["backfill_from"])
    carried_over = {name: cursor[name] for name in (SETTINGS, AGAIN) if name in cursor}
    for file in choose_files(_list_finished(place), cursor, backfill_from):
        for page in _read_file(job, place, file, cursor):
            cursor = page["cursor"] = page["cursor"] | carried_over
            yield page
            rows_left -= len(page["rows"])
            if rows_left <= 0:
                return
    if AGAIN in cursor:
        done = {name: value for name, value in cursor.items() if name != AGAIN}
        yield {"rows": [], "cursor": done, "begins": None}


def _digest(reading: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(reading, sort_keys=True).encode()).hexdigest()[:16]


def _list_finished(place: Place) -> Iterator[FoundFile]:
    left_alone_since = datetime.now(UTC) - place.settle
    for file in place.list_files():
        if is_finished_name(file.name) and file.changed_at <= left_alone_since:
            yield file


def _read_file(job: Job, place: Place, file: FoundFile, cursor: dict[str, Any]) -> Iterator[Page]:
    """The file's pages; the last one's cursor is past it."""
    after = move_cursor_after(cursor, file)
    file_format = find_format(file.name, job["reading"]["format"])
    if file_format is None:
        yield {"rows": [_refuse(file, describe_unknown(file.name))], "cursor": after, "begins": file.name}
        return
    opener = _Opener(place, file)
    read_before = count_rows_read(cursor, file)
    part = cursor.get("part") or {}
    if read_before and "reading" in part:
        reading = TableReading.from_document(part["reading"])
    else:
        read_before = 0
        reading = study(read_rows(opener.open(), file.name, file_format), make_choices(job["reading"]))
    if reading.problem and reading.rows:
        yield {"rows": [_refuse(file, reading.problem)], "cursor": after, "begins": file.name}
        return
    yield from _read_rows(
        job, file, cursor, reading, read_rows(opener.open(), file.name, file_format), read_before
    )


def _read_rows(
    job: Job,
    file: FoundFile,
    cursor: dict[str, Any],
    reading: TableReading,
    rows: Iterator[FileRow],
    read_before: int,
) -> Iterator[Page]:
    reader, gathered, size, count = RowReader(reading), list[FileRow](), 0, 0
    begins = None if read_before else file.name
    for row in rows:
        count += 1
        if count <= read_before:
            reader.pass_over(row)
            continue
        gathered.append(row)
        size += measure(row.record or {})
        if len(gathered) >= job["page_rows"] or size >= PAGE_BYTES:
            within = move_cursor_within(cursor, file, count)
            within["part"]["reading"] = reading.as_document()
            yield _make_page(file, reader.read(gathered), within, begins)
            gathered, size, begins = [], 0, None
    yield _make_page(file, reader.read(gathered), move_cursor_after(cursor, file), begins)


def make_choices(reading: Mapping[str, Any]) -> ReadingChoices:
    """How a configuration says that files are to be read."""
    columns = dict(reading["columns"])
    if reading["updated_at"]:
        columns.setdefault("source_updated_at", reading["updated_at"])
    return ReadingChoices(columns, reading["key"], reading["dates"], reading["timezone"])


class _Opener:
    """Opens one file as often as it is read; what is not large is fetched once."""

    def __init__(self, place: Place, file: FoundFile) -> None:
        self.place, self.file = place, file
        self.content: bytes | None = None

    def open(self) -> BinaryIO:
        """The content, from its beginning."""
        if self.file.size > MAX_HELD_BYTES:
            return self.place.open_file(self.file.name)
        if self.content is None:
            with self.place.open_file(self.file.name) as content:
                self.content = content.read()
        return io.BytesIO(self.content)


def _make_page(file: FoundFile, rows: list[ReadRow], cursor: dict[str, Any], begins: str | None) -> Page:
    return {"rows": [_describe_row(file, row) for row in rows], "cursor": cursor, "begins": begins}


def _describe_row(file: FoundFile, row: ReadRow) -> dict[str, Any]:
    place = {"file": file.name, "row": row.number}
    if row.payload is not None:
        return {**place, "record": row.payload, "kind": row.kind}
    if row.no_failure:
        return {**place, "no_failure": row.no_failure}
    return {**place, "broken": row.reason, "column": row.column, "beginning": row.beginning[:200]}


def _refuse(file: FoundFile, reason: str) -> dict[str, Any]:
    """A whole file that is not read, and why."""
    return {"file": file.name, "row": 0, "broken": reason, "column": "", "beginning": ""}


if __name__ == "__main__":
    run(read_pages)
