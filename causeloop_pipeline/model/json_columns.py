"""Nested columns as JSON text and back: frames are typed, JSON stands only where values enter or leave."""

from functools import cache

import polars as pl
from polars.datatypes import DataTypeClass

DataType = pl.DataType | DataTypeClass


def is_json_type(dtype: DataType) -> bool:
    """Whether values of a column are stored and printed as JSON: structs, and lists of structs."""
    return isinstance(dtype, pl.Struct) or (isinstance(dtype, pl.List) and is_json_type(dtype.inner))


def encode_json_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with JSON text in place of every nested column; a field that is null is left out."""
    texts = [_encode_column(name, dtype) for name, dtype in frame.schema.items() if is_json_type(dtype)]
    return frame.with_columns(texts) if texts else frame


def decode_json(column: pl.Expr, dtype: DataType) -> pl.Expr:
    """A column of JSON text as values of `dtype`; fields that it does not name are ignored."""
    return column.str.json_decode(dtype)


@cache
def _encode_column(name: str, dtype: DataType) -> pl.Expr:
    return _encode(pl.col(name), dtype).alias(name)


def _encode(value: pl.Expr, dtype: DataType) -> pl.Expr:
    if isinstance(dtype, pl.Struct):
        members = [_encode_member(value, field) for field in dtype.fields]
        text = pl.lit("{") + pl.concat_str(members, separator=",", ignore_nulls=True) + pl.lit("}")
    elif isinstance(dtype, pl.List):
        items = value.list.eval(_encode(pl.element(), dtype.inner))
        text = pl.lit("[") + items.list.join(",") + pl.lit("]")
    else:
        # A struct of one field is the only scalar that polars writes as JSON: `{"x":` and `}` are cut off.
        text = pl.struct(value.alias("x")).struct.json_encode().str.head(-1).str.tail(-5)
    return pl.when(value.is_not_null()).then(text)


def _encode_member(value: pl.Expr, field: pl.Field) -> pl.Expr:
    return pl.lit(f'"{field.name}":') + _encode(value.struct.field(field.name), field.dtype)
