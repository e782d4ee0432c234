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


class IssueFileError(ValueError):
    """A file that cannot be read as a table; the message says where and what to do."""


@dataclass(frozen=True)
class IssueFile:
    """The table as it is in the file, and the number that each of its rows has there."""

    table: pl.DataFrame
    format: str
    numbers: tuple[int, ...]
    unreadable: tuple[FileRow, ...] = ()
    no_failures: Counter[str] = field(default_factory=Counter)
    """Why rows tell of no failure, such as tests that passed, and how many."""

    def find_places(self, numbers: pl.Series) -> list[int]:
        """Where in the table the rows with these numbers are."""
        places = {number: place for place, number in enumerate(self.numbers)}
        return [places[number] for number in numbers]

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


def read_issue_file(
    path: Path, *, are_wishes_read: bool = False, are_unreadable_kept: bool = False
) -> IssueFile:
    """The table in a file; its ending says the format. Wishes are left out where they are not to be read.

    Rows that cannot be read are listed where these are to be kept; else a file is read whole or not at all.
    """
    if not path.is_file():
        raise IssueFileError(f"there is no file {path}" if not path.exists() else f"{path} is not a file")
    kind = find_format(path.name)
    if kind is None:
        ending = path.suffix or "one without ending"
        raise IssueFileError(f"{path.name}: give a file of {READABLE}, not {ending}")
    if not path.stat().st_size:
        raise IssueFileError(f"{path.name} is empty")
    rows = _read_rows(path, kind, are_wishes_read=are_wishes_read)
    unreadable = tuple(row for row in rows if row.record is None)
    failures = [row for row in rows if row.record is not None and not row.no_failure]
    if unreadable and (not are_unreadable_kept or not failures):
        raise IssueFileError(f"{path.name}: row {unreadable[0].number}: {unreadable[0].reason}")
    no_failures = Counter(row.no_failure for row in rows if row.no_failure)
    table = _build_table([_describe_run(row) for row in failures])
    if not table.width or table.is_empty():
        raise IssueFileError(f"{path.name} holds no rows{_describe(no_failures)}")
    return IssueFile(table, TITLES[kind], _list_numbers(failures), unreadable, no_failures)


def _read_rows(path: Path, kind: str, *, are_wishes_read: bool) -> list[FileRow]:
    with path.open("rb") as content:
        rows = list(read_rows(content, path.name, kind))
    if not are_wishes_read:
        return rows
    return [replace(row, no_failure="") if row.no_failure.startswith(OF_WISH) else row for row in rows]


def _list_numbers(rows: list[FileRow]) -> tuple[int, ...]:
    """The number of each row, or its place where an archive has several rows of one number."""
    numbers = tuple(row.number for row in rows)
    return numbers if len(set(numbers)) == len(numbers) else tuple(range(1, len(numbers) + 1))


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
