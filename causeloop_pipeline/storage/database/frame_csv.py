"""Frames in the CSV that PostgreSQL's COPY writes and reads.

Separate from the sessions, most of which never read a frame: importing Polars takes 26 MB.
"""

import io
from functools import cache
from typing import Any

import polars as pl
from psycopg import sql

from causeloop_pipeline.model.json_columns import decode_json, encode_json_columns, is_json_type


def export_column(name: str, dtype: pl.DataType | type[pl.DataType]) -> sql.Composable:
    """A column as COPY writes it for `parse_frame`."""
    column = sql.Identifier(name)
    if isinstance(dtype, pl.Datetime):
        return sql.SQL("(extract(epoch from {}) * 1000000)::bigint").format(column)
    if isinstance(dtype, pl.List) and not is_json_type(dtype):
        return sql.SQL("array_to_string({}, chr(31))").format(column)
    return column


def parse_frame(buffer: io.BytesIO, schema: pl.Schema) -> pl.DataFrame:
    """Parse COPY's output into a frame."""
    if not buffer.getbuffer().nbytes:
        return pl.DataFrame(schema=schema)
    from pyarrow import csv

    buffer.seek(0)
    table = csv.read_csv(
        buffer,
        read_options=csv.ReadOptions(column_names=list(schema)),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={
                name: _choose_arrow_type(_choose_wire_type(dtype)) for name, dtype in schema.items()
            },
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    frame = pl.DataFrame(table)
    of_wire = frame.schema
    converted = [_convert_from_wire(name, dtype) for name, dtype in schema.items() if of_wire[name] != dtype]
    return frame.with_columns(converted) if converted else frame


@cache
def _choose_arrow_type(dtype: pl.DataType | type[pl.DataType]) -> Any:
    return pl.Series(dtype=dtype).to_arrow().type


def _choose_wire_type(dtype: pl.DataType | type[pl.DataType]) -> pl.DataType | type[pl.DataType]:
    if isinstance(dtype, pl.Datetime):
        return pl.Int64
    if isinstance(dtype, pl.List | pl.Struct) or dtype in {pl.Boolean, pl.Date}:
        return pl.String
    return dtype


def _convert_from_wire(name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    column = pl.col(name)
    if is_json_type(dtype):
        return decode_json(column, dtype)
    if isinstance(dtype, pl.List):
        elements = column.str.split("\x1f").cast(dtype)
        return pl.when(column != "").then(elements).when(column == "").then(pl.lit([], dtype)).alias(name)
    if dtype == pl.Boolean:
        return column == "t"
    if dtype == pl.Date:
        return column.str.to_date("%Y-%m-%d")
    return column.cast(dtype)


def format_csv(frame: pl.DataFrame) -> bytes:
    """CSV as PostgreSQL reads it: an unquoted empty field is null, lists are array literals, structs JSON."""
    from pyarrow import csv

    with_json = encode_json_columns(frame)
    flat = with_json.with_columns(
        pl.when(pl.col(name).is_not_null()).then(_write_array_literal(name)).alias(name)
        for name, dtype in with_json.schema.items()
        if isinstance(dtype, pl.List)
    ).with_columns(
        pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f%:z")
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.Datetime)
    )
    buffer = io.BytesIO()
    csv.write_csv(flat.to_arrow(), buffer, csv.WriteOptions(include_header=False))
    return buffer.getvalue()


def _write_array_literal(name: str) -> pl.Expr:
    quoted = pl.element().cast(pl.String).str.replace_all(r'(["\\])', r"\$1")
    return "{" + pl.col(name).list.eval('"' + quoted + '"').list.join(",") + "}"
