"""Reads the first sheet with rows of an Excel workbook, as exported by tools or kept by hand."""

import io

import polars as pl


class SpreadsheetError(ValueError):
    """A workbook that cannot be read as a table; the message says why and what to do."""


def read_spreadsheet(name: str, content: bytes) -> pl.DataFrame:
    """The table of the first sheet that has rows below its header; dates stay dates, ids whole numbers."""
    from fastexcel import FastExcelError

    try:
        sheets = pl.read_excel(
            io.BytesIO(content), sheet_id=0, infer_schema_length=None, raise_if_empty=False
        )
    except (FastExcelError, pl.exceptions.PolarsError) as error:
        raise SpreadsheetError(
            f"{name} cannot be read as an Excel workbook ({str(error).partition(chr(10))[0]}): "
            "is it protected by a password? "
            "Save it without, or as CSV"
        ) from error
    tables = [table for table in sheets.values() if table.width and not table.is_empty()]
    if not tables:
        raise SpreadsheetError(f"{name} has no sheet with a row below its header")
    return tables[0].with_columns(_keep_whole(column) for column in tables[0].iter_columns())


def _keep_whole(column: pl.Series) -> pl.Series:
    """Excel stores every number as a fraction: 17 must not become the id 17.0."""
    if not column.dtype.is_float():
        return column
    values = column.drop_nulls()
    is_whole = bool((values.is_finite() & (values == values.round()) & (values.abs() < 2**53)).all())
    return column.cast(pl.Int64) if is_whole else column
