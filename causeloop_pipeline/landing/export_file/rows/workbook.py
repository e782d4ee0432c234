"""Rows of the sheets of an Excel workbook that list failures, as exported by tools or kept by hand."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import polars as pl

from causeloop_pipeline.landing.export_file.columns import recognize_columns
from causeloop_pipeline.landing.export_file.rows.file_row import FileContentError, FileRow
from causeloop_pipeline.landing.export_file.rows.text_lines import read_document

WORKBOOK_MAGIC = b"PK\x03\x04"
MAX_UNPACKED_BYTES = 400_000_000
FIRST_ROW = 2
LOOKED_AT = 40
"""Rows at the beginning of a sheet among which its header stands."""
MIN_WIDTH, MIN_SHARE = 2, 0.5
"""Values that a header has at least, and of the most that a row has."""


def read_workbook(content: BinaryIO) -> Iterator[FileRow]:
    """Each row below the header, numbered as Excel does; dates stay dates, ids whole numbers."""
    for sheet in read_spreadsheet(read_document(content)):
        for number, row in enumerate(sheet.table.iter_rows(named=True), sheet.header + FIRST_ROW):
            if any(value not in (None, "") for value in row.values()):
                yield FileRow(number, row, no_failure=sheet.no_failure)


@dataclass(frozen=True)
class Sheet:
    """The table of one sheet, how many rows stand above its header, and why its rows are no failures."""

    name: str
    table: pl.DataFrame
    header: int = 0
    no_failure: str = ""


def read_spreadsheet(content: bytes) -> list[Sheet]:
    """The first sheet whose header names a title, or else the first with rows, and those with its columns.

    The rows of others are counted as no failures.
    """
    from fastexcel import FastExcelError

    _refuse_bomb(content)
    try:
        tables = list(_read_sheets(content))
    except (FastExcelError, pl.exceptions.PolarsError) as error:
        raise FileContentError(
            f"it cannot be read as an Excel workbook ({str(error).partition(chr(10))[0]}): "
            "is it protected by a password? Save it without, or as CSV"
        ) from error
    sheets = [sheet for sheet in tables if sheet.table.width and not sheet.table.is_empty()]
    if not sheets:
        raise FileContentError("it has no sheet with a row below its header")
    columns = next((s for s in sheets if _names_title(s.table.columns)), sheets[0]).table.columns
    return [_judge(sheet, columns) for sheet in sheets]


def _judge(sheet: Sheet, columns: list[str]) -> Sheet:
    if sheet.table.columns != columns:
        return replace(sheet, no_failure=f"a row of the sheet {sheet.name!r}, which has other columns")
    whole = sheet.table.with_columns(_keep_whole(column) for column in sheet.table.iter_columns())
    return replace(sheet, table=whole)


def _names_title(columns: list[str]) -> bool:
    return "title" in recognize_columns(columns, {}).columns


def _read_sheets(content: bytes) -> Iterator[Sheet]:
    options: dict[str, Any] = {"sheet_id": 0, "raise_if_empty": False, "drop_empty_rows": False}
    beginnings: dict[str, pl.DataFrame] = pl.read_excel(
        io.BytesIO(content),
        **options,
        has_header=False,
        read_options={"n_rows": LOOKED_AT, "dtypes": "string"},
    )
    headers = {name: _find_header(table) for name, table in beginnings.items()}
    for header in sorted(set(headers.values())):
        tables: dict[str, pl.DataFrame] = pl.read_excel(
            io.BytesIO(content),
            **options,
            infer_schema_length=None,
            read_options={"header_row": header},
        )
        yield from (Sheet(name, table, header) for name, table in tables.items() if headers[name] == header)


def _find_header(beginning: pl.DataFrame) -> int:
    """How many rows stand above the header: titles, which have a value where all rows below have more."""
    filled = [sum(cell not in (None, "") for cell in row) for row in beginning.iter_rows()]
    widest = max(filled, default=0)
    if widest < MIN_WIDTH:
        return 0
    return next(place for place, width in enumerate(filled) if width > max(1, widest * MIN_SHARE))


def _refuse_bomb(content: bytes) -> None:
    """FileContentError where a workbook, which is a zip, unpacks to far more than a table holds."""
    if not content.startswith(WORKBOOK_MAGIC):
        return
    try:
        size = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(content)).infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return
    if size > MAX_UNPACKED_BYTES:
        raise FileContentError(f"it unpacks to more than {MAX_UNPACKED_BYTES:,} bytes: export it as CSV")


def _keep_whole(column: pl.Series) -> pl.Series:
    """Excel stores every number as a fraction: 17 must not become the id 17.0."""
    if not column.dtype.is_float():
        return column
    values = column.drop_nulls()
    is_whole = bool((values.is_finite() & (values == values.round()) & (values.abs() < 2**53)).all())
    return column.cast(pl.Int64) if is_whole else column
