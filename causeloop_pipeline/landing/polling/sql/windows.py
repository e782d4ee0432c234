"""Which rows one sync reads, and the cursor that each of its pages reaches."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from causeloop_pipeline.landing.json_values import to_json
from causeloop_pipeline.landing.polling.sql.values import (
    MAX_ROW_BYTES,
    Job,
    Row,
    build_cursor,
    name_type,
    read_time,
    shape_record,
)


@dataclass(frozen=True)
class MeasuredRow:
    """A row with its cursor's value and its size; of one that is too large only the beginning is kept."""

    values: Row
    moment: Any
    size: int
    beginning: str | None = None


@dataclass(frozen=True, kw_only=True)
class Window:
    """Rows from a cursor value on, in its order, at most so many."""

    cursor_column: str
    key_column: str | None
    """Breaks ties, so that a sync which was cut off can go on among rows of one cursor value."""
    start: Mapping[str, Any] | None
    max_rows: int
    shape: Mapping[str, str] | None = None
    """A preset's columns → the paths in the record that they are."""


class Reading(Protocol):
    """A connection to one engine."""

    def list_columns(self, statement: str) -> list[str] | None:
        """The columns of a statement that gives no rows; None where its table is not there."""

    def read(self, query: str, window: Window) -> Iterator[list[MeasuredRow]]:
        """The rows of a query in its window, a page at a time."""


def make_pages(job: Job, window: Window, pages: Iterable[list[MeasuredRow]]) -> Iterator[dict[str, Any]]:
    """Pages of rows as JSON values, with the cursor after each."""
    count = 0
    for rows in pages:
        count += len(rows)
        yield _make_page(job, window, rows, is_cut_off=count >= window.max_rows)


def _make_page(job: Job, window: Window, rows: list[MeasuredRow], *, is_cut_off: bool) -> dict[str, Any]:
    now = datetime.fromisoformat(job["now"])
    backfill_from = datetime.fromisoformat(job["backfill_from"])
    last = next((row for row in reversed(rows) if row.moment is not None), None)
    cursor = None if last is None else _build_cursor(job, window, last, now, is_cut_off=is_cut_off)
    return {
        "rows": [_read_row(row, window) for row in rows if read_time(row.moment, now) >= backfill_from],
        "row_count": len(rows),
        "cursor": cursor,
    }


def _build_cursor(
    job: Job, window: Window, last: MeasuredRow, now: datetime, *, is_cut_off: bool
) -> dict[str, Any]:
    cursor: dict[str, Any] = build_cursor(last.moment, now)
    if job["with_types"]:
        cursor["type"] = name_type(last.moment)
    if is_cut_off and window.key_column is not None:
        key = last.values.get(window.key_column)
        cursor |= {"key": str(key), "key_type": name_type(key)}
        if isinstance(last.moment, datetime):
            cursor["instant"] = read_time(last.moment, now).isoformat()
    return cursor


def _read_row(row: MeasuredRow, window: Window) -> dict[str, Any]:
    """A row as JSON; of one that is too large, its size and beginning."""
    if row.size > MAX_ROW_BYTES:
        return {"too_large": row.size, "beginning": row.beginning}
    record = {name: to_json(value) for name, value in row.values.items()}
    is_dated = name_type(row.moment) in {"instant", "naive", "date"}
    return {"record": shape_record(record, window.shape), "is_dated": is_dated}
