"""Reads an export of issues from any tool: CSV, JSON lines, parquet or an Excel workbook."""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from causeloop_pipeline.landing.export_file.spreadsheet import SpreadsheetError, read_spreadsheet

FORMATS = {
    ".csv": "CSV",
    ".tsv": "CSV",
    ".txt": "CSV",
    ".jsonl": "JSON lines",
    ".ndjson": "JSON lines",
    ".json": "JSON lines",
    ".parquet": "parquet",
    ".xlsx": "Excel",
}
SEPARATORS = ",;\t|"
PARQUET_MAGIC, WORKBOOK_MAGIC = b"PAR1", b"PK\x03\x04"
SAMPLE_LINES = 50


class IssueFileError(ValueError):
    """A file that cannot be read as a table; the message says where and what to do."""


@dataclass(frozen=True)
class IssueFile:
    """The table as it is in the file, and the number of its first row there."""

    table: pl.DataFrame
    format: str
    first_row: int

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


def read_issue_file(path: Path) -> IssueFile:
    """The table in a file; its ending says the format."""
    if not path.is_file():
        raise IssueFileError(f"there is no file {path}" if not path.exists() else f"{path} is not a file")
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise IssueFileError(
            f"{path.name}: give a .csv, .jsonl, .parquet or .xlsx file, "
            f"not {path.suffix or 'one without ending'}"
        )
    content = path.read_bytes()
    if not content.strip():
        raise IssueFileError(f"{path.name} is empty")
    table, first_row = _READERS[kind](path.name, content)
    if not table.width or table.is_empty():
        raise IssueFileError(f"{path.name} holds no rows")
    return IssueFile(_flatten_structs(table), kind, first_row)


def _read_parquet(name: str, content: bytes) -> tuple[pl.DataFrame, int]:
    if not content.startswith(PARQUET_MAGIC):
        raise IssueFileError(f"{name} is no parquet file: it does not begin with PAR1")
    try:
        return pl.read_parquet(io.BytesIO(content)), 1
    except pl.exceptions.PolarsError as error:
        raise IssueFileError(f"{name} cannot be read as parquet: {error}") from error


def _read_excel(name: str, content: bytes) -> tuple[pl.DataFrame, int]:
    try:
        return read_spreadsheet(name, content), 2
    except SpreadsheetError as error:
        raise IssueFileError(str(error)) from error


def _read_json_lines(name: str, content: bytes) -> tuple[pl.DataFrame, int]:
    text = _decode_text(name, content).strip()
    whole = _find_records(text)
    if whole is not None:
        records = whole
    else:
        lines = enumerate(text.splitlines(), 1)
        records = [_parse_json(name, line, f"line {number}") for number, line in lines if line.strip()]
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise IssueFileError(f"{name}: record {number} is no JSON object")
    rows = [_flatten(record) for record in records]
    columns = {column: None for row in rows for column in row}
    return pl.DataFrame({column: _build_column([row.get(column) for row in rows]) for column in columns}), 1


def _find_records(text: str) -> list[Any] | None:
    """The records of one JSON document: an array, or an API's answer with one array of objects in it."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(document, list):
        return document
    arrays = (
        [value for value in document.values() if _is_records(value)] if isinstance(document, dict) else []
    )
    return arrays[0] if len(arrays) == 1 else [document]


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _parse_json(name: str, text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise IssueFileError(
            f"{name}: {where} is no JSON ({error}); JSON lines hold one object a line"
        ) from error


def _flatten(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _build_column(values: list[Any]) -> pl.Series:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and kinds and all(abs(value) < 2**63 for value in values if value is not None):
        return pl.Series(values, dtype=pl.Float64 if float in kinds else pl.Int64)
    return pl.Series([_to_text(value) for value in values], dtype=pl.String)


def _to_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(_to_text(item) or "" for item in value)
    return json.dumps(value, ensure_ascii=False)


def _read_csv(name: str, content: bytes) -> tuple[pl.DataFrame, int]:
    text = _decode_text(name, content)
    separator = _find_separator(text)
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        header = next(reader)
        _refuse_odd_header(name, header)
        for row in reader:
            if len(row) > len(header):
                raise IssueFileError(
                    f"{name}: row {len(rows) + 2} (line {reader.line_num}) has {len(row)} values, "
                    f"the header has {len(header)}: is a {separator!r} or a quote missing its quotes?"
                )
            if row:
                rows.append(row + [""] * (len(header) - len(row)))
    except csv.Error as error:
        raise IssueFileError(f"{name}: line {reader.line_num} is no CSV: {error}") from error
    columns = zip(*rows, strict=True) if rows else ([] for _ in header)
    table = {column.strip(): list(values) for column, values in zip(header, columns, strict=True)}
    return pl.DataFrame(table, schema=dict.fromkeys(table, pl.String)).select(
        pl.when(pl.all() != "").then(pl.all())
    ), 2


def _refuse_odd_header(name: str, header: list[str]) -> None:
    names = [column.strip() for column in header]
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        raise IssueFileError(
            f"{name}: the header names {', '.join(map(repr, twice))} more than once: rename one"
        )


def _find_separator(text: str) -> str:
    lines = text.splitlines()[:SAMPLE_LINES]
    return max(SEPARATORS, key=lambda mark: (lines[0].count(mark), -SEPARATORS.index(mark))) if lines else ","


def _decode_text(name: str, content: bytes) -> str:
    if content.startswith((PARQUET_MAGIC, WORKBOOK_MAGIC)) or (
        b"\0" in content[:4096] and content[:2] not in {b"\xff\xfe", b"\xfe\xff"}
    ):
        raise IssueFileError(f"{name} holds binary data, not text: export it as CSV, JSON lines or .xlsx")
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _flatten_structs(table: pl.DataFrame) -> pl.DataFrame:
    """Structs become columns named `outer.inner`, lists their joined text."""
    while any(isinstance(dtype, pl.Struct) for dtype in table.dtypes):
        column = next(name for name, dtype in table.schema.items() if isinstance(dtype, pl.Struct))
        inner = table[column].struct.unnest().rename(lambda field, outer=column: f"{outer}.{field}")  # type: ignore[misc]
        table = table.drop(column).hstack(inner)
    lists = [name for name, dtype in table.schema.items() if isinstance(dtype, pl.List)]
    return table.with_columns(
        pl.col(name).cast(pl.List(pl.String), strict=False).list.join(", ") for name in lists
    )


_READERS = {"CSV": _read_csv, "JSON lines": _read_json_lines, "parquet": _read_parquet, "Excel": _read_excel}
