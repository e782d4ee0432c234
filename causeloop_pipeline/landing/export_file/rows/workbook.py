"""Rows of the first sheet with rows of an Excel workbook, as exported by tools or kept by hand."""

import io
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

import polars as pl

from causeloop_pipeline.landing.export_file.rows.file_row import FileContentError, FileRow
from causeloop_pipeline.landing.export_file.rows.text_lines import read_document

WORKBOOK_MAGIC = b"PK\x03\x04"
MAX_UNPACKED_BYTES = 400_000_000
FIRST_ROW = 2


def read_workbook(content: BinaryIO) -> Iterator[FileRow]:
    """Each row below the header, numbered as Excel does; dates stay dates, ids whole numbers."""
    table = read_spreadsheet(read_document(content))
    for number, row in enumerate(table.iter_rows(named=True), FIRST_ROW):
        if any(value not in (None, "") for value in row.values()):
            yield FileRow(number, row)


def read_spreadsheet(content: bytes) -> pl.DataFrame:
    """The table of the first sheet that has rows below its header."""
    from fastexcel import FastExcelError

    _refuse_bomb(content)
    try:
        sheets: dict[str, pl.DataFrame] = pl.read_excel(
            io.BytesIO(content), sheet_id=0, infer_schema_length=None, raise_if_empty=False
        )
    except (FastExcelError, pl.exceptions.PolarsError) as error:
        raise FileContentError(
            f"it cannot be read as an Excel workbook ({str(error).partition(chr(10))[0]}): "
            "is it protected by a password? Save it without, or as CSV"
        ) from error
    tables = [table for table in sheets.values() if table.width and not table.is_empty()]
    if not tables:
        raise FileContentError("it has no sheet with a row below its header")
    return tables[0].with_columns(_keep_whole(column) for column in tables[0].iter_columns())


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
