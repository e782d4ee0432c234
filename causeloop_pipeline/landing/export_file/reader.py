"""Reads an export of issues as one table: CSV, JSON, Excel, Parquet, XML, SARIF or a log."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from causeloop_pipeline.landing.export_file.columns import recognize_columns
from causeloop_pipeline.landing.export_file.named_values import find_name
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.formats import READABLE, TITLES, find_format, read_rows
from causeloop_pipeline.landing.export_file.rows.run_rows import describe_run
from causeloop_pipeline.landing.export_file.rows.wishes import OF_WISH
from causeloop_pipeline.landing.export_file.table_reading import flatten

WITH_HEADER = frozenset({"csv", "xlsx"})
"""Formats whose first row of values is the second of the file."""


class IssueFileError(ValueError):
    """A file that cannot be read as a table; the message says where and what to do."""


@dataclass(frozen=True)
class IssueFile:
    """The table as it is in the file, and the number of its first row there."""

    table: pl.DataFrame
    format: str
    first_row: int
    no_failures: Counter[str] = field(default_factory=Counter)
    """Why rows tell of no failure, such as tests that passed, and how many."""

    def empty_columns(self) -> list[str]:
        """Columns without a single value."""
        return [
            column
            for column in self.table.columns
            if self.table[column].null_count() == self.table.height
            or (
                self.table[column].dtype == pl.String
                and (self.table[column].fill_null("").str.strip_chars() == "").all()
            )
        ]


def read_issue_file(path: Path, *, are_wishes_read: bool = False) -> IssueFile:
    """The table in a file; its ending says the format. Wishes are left out where they are not to be read."""
    if not path.is_file():
        raise IssueFileError(f"there is no file {path}" if not path.exists() else f"{path} is not a file")
    kind = find_format(path.name)
    if kind is None:
        ending = path.suffix or "one without ending"
        raise IssueFileError(f"{path.name}: give a file of {READABLE}, not {ending}")
    if not path.stat().st_size:
        raise IssueFileError(f"{path.name} is empty")
    rows = _read_rows(path, kind, are_wishes_read=are_wishes_read)
    no_failures = Counter(row.no_failure for row in rows if row.no_failure)
    flat = [_describe_run(row) for row in rows if not row.no_failure]
    table = _build_table(flat)
    if not table.width or table.is_empty():
        raise IssueFileError(f"{path.name} holds no rows{_describe(no_failures)}")
    return IssueFile(table, TITLES[kind], 2 if kind in WITH_HEADER else 1, no_failures)


def _read_rows(path: Path, kind: str, *, are_wishes_read: bool) -> list[FileRow]:
    with path.open("rb") as content:
        rows = [_require_read(path.name, row) for row in read_rows(content, path.name, kind)]
    if not are_wishes_read:
        return rows
    return [replace(row, no_failure="") if row.no_failure.startswith(OF_WISH) else row for row in rows]


def _require_read(name: str, row: FileRow) -> FileRow:
    """The row; an export is read whole or not at all."""
    if row.record is None:
        raise IssueFileError(f"{name}: row {row.number}: {row.reason}")
    return row


def _describe_run(row: FileRow) -> dict[str, Any]:
    """The values of a row; of a failed run with what they tell in other words, as everywhere."""
    flat = flatten(row.record or {})
    if not row.job:
        return flat
    columns = _recognize(tuple(name for name, value in flat.items() if value not in (None, "")))
    texts = {name: str(flat[column]) for name, column in columns.items()}
    return flat | describe_run(row.job, flat, texts, columns.get("title", ""))


@lru_cache(maxsize=256)
def _recognize(names: tuple[str, ...]) -> Mapping[str, str]:
    return recognize_columns(names, {}).columns


def _describe(no_failures: Counter[str]) -> str:
    return "".join(f", but {count} of {reason}" for reason, count in no_failures.items())


def _build_table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    columns = {column: None for row in rows for column in row}
    return pl.DataFrame({column: _build_column([row.get(column) for row in rows]) for column in columns})


def _build_column(values: list[Any]) -> pl.Series:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and kinds and all(abs(value) < 2**63 for value in values if value is not None):
        return pl.Series(values, dtype=pl.Float64 if float in kinds else pl.Int64)
    if kinds in ({datetime}, {date}):
        return pl.Series(values)
    return pl.Series([_to_text(value) for value in values], dtype=pl.String)


def _to_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        names = [find_name(item) if isinstance(item, dict) else None for item in value]
        return ", ".join(name or _to_text(item) or "" for name, item in zip(names, value, strict=True))
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)
