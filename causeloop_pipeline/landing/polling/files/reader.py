"""The process that reads files: `files/source` starts it; the job is its input, pages are its output."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

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
from causeloop_pipeline.landing.polling.files.rows import FileRow, find_format, read_file
from causeloop_pipeline.landing.polling.isolated.child import run
from causeloop_pipeline.landing.polling.sql.values import PAGE_BYTES, Job, measure, to_json


def read_pages(job: Job) -> Iterator[dict[str, Any]]:
    """Pages of rows, each with the cursor after it."""
    yield from read_place(job, open_place(job))


def open_place(job: Job) -> Place:
    """The folder or store that a job names."""
    if job["folder"] is not None:
        settle = timedelta(seconds=job["settle_seconds"])
        return LocalFolder(job["folder"], job["prefix"], settle)
    return open_store(job["title"], job["store"])


def read_place(job: Job, place: Place) -> Iterator[dict[str, Any]]:
    """The files that arrived or changed since the cursor, the oldest first, at most so many rows."""
    cursor: dict[str, Any] = dict(job["cursor"])
    rows_left = job["max_rows"]
    backfill_from = datetime.fromisoformat(job["backfill_from"])
    for file in choose_files(_list_readable(job, place), cursor, backfill_from):
        for page in _read_file(job, place, file, cursor):
            yield page
            cursor = page["cursor"]
            rows_left -= len(page["rows"])
            if rows_left <= 0:
                return


def _list_readable(job: Job, place: Place) -> Iterator[FoundFile]:
    left_alone_since = datetime.now(UTC) - place.settle
    for file in place.list_files():
        is_read = is_finished_name(file.name) and find_format(file.name, job["format"])
        if is_read and file.changed_at <= left_alone_since:
            yield file


def _read_file(job: Job, place: Place, file: FoundFile, cursor: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The file's pages; the last one's cursor is past it."""
    read_before, count, size = count_rows_read(cursor, file), 0, 0
    rows: list[dict[str, Any]] = []
    with place.open_file(file.name) as content:
        for row in read_file(content, file.name, find_format(file.name, job["format"]) or "jsonl"):
            count += 1
            if count <= read_before:
                continue
            rows.append(_describe_row(file, row))
            size += measure(row.record or {})
            if len(rows) >= job["page_rows"] or size >= PAGE_BYTES:
                yield {"rows": rows, "cursor": move_cursor_within(cursor, file, count)}
                rows, size = [], 0
    yield {"rows": rows, "cursor": move_cursor_after(cursor, file)}


def _describe_row(file: FoundFile, row: FileRow) -> dict[str, Any]:
    place = {"file": file.name, "row": row.number}
    if row.record is None:
        return {**place, "broken": row.reason, "beginning": row.beginning}
    return {**place, "record": to_json(row.record)}


if __name__ == "__main__":
    run(read_pages)
