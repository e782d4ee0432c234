"""Nested columns are JSON text outside of the analysis, and nowhere in it."""

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.recurrence.base_models import BASE_MODELS
from causeloop_pipeline.model.frames import (
    EDGE_SCHEMA,
    MEMBER_SCHEMA,
    PATTERN_SCHEMA,
    PREDICTION_SCHEMA,
)
from causeloop_pipeline.model.json_columns import decode_json, encode_json_columns, is_json_type
from causeloop_pipeline.model.prediction import MODEL_NAMES

PACKAGE = Path(__file__).parents[2] / "causeloop_pipeline"
STORE_JSON_OF_THEIR_OWN = {
    "trained_model_json.py",
    "pretrained_prior.py",
    "pattern_index.py",
    "pattern_summaries.py",
}
NESTED = [
    (name, dtype)
    for schema in (PATTERN_SCHEMA, MEMBER_SCHEMA, EDGE_SCHEMA, PREDICTION_SCHEMA)
    for name, dtype in schema.items()
    if is_json_type(dtype)
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def values(dtype: Any) -> st.SearchStrategy[Any]:
    """Values of a type of column, with nulls in every place where one may be."""
    if isinstance(dtype, pl.Struct):
        return st.fixed_dictionaries({field.name: st.none() | values(field.dtype) for field in dtype.fields})
    if isinstance(dtype, pl.List):
        return st.lists(values(dtype.inner), max_size=3)
    return {pl.String: TEXTS, pl.Int64: st.integers(-(2**63), 2**63 - 1), pl.Float64: NUMBERS}[dtype]


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    return [without_nulls(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("name", "dtype"), NESTED)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_value_is_written_without_its_nulls_and_reads_back_as_it_was(
    name: str, dtype: pl.DataType, data: st.DataObject
) -> None:
    cells = data.draw(st.lists(st.none() | values(dtype), min_size=1, max_size=3))
    frame = pl.DataFrame({name: pl.Series(cells, dtype=dtype)})

    text = encode_json_columns(frame)

    parsed = [None if cell is None else json.loads(cell) for cell in text[name]]
    assert parsed == [without_nulls(value) for value in cells]
    assert text.select(decode_json(pl.col(name), dtype)).equals(frame)


def test_fields_that_a_column_does_not_know_are_ignored() -> None:
    stored = pl.DataFrame({"model_probabilities": ['{"prior": 1, "a_model_of_last_year": 0.5}']})
    dtype = PREDICTION_SCHEMA["model_probabilities"]
    read = stored.select(decode_json(pl.col("model_probabilities"), dtype)).item()
    assert without_nulls(read) == {"prior": 1.0}


def test_the_probability_of_every_base_model_is_stored() -> None:
    assert set(MODEL_NAMES) == set(BASE_MODELS)


def test_the_analysis_and_its_stages_neither_write_nor_read_json() -> None:
    modules = [path for folder in ("analysis", "stages") for path in (PACKAGE / folder).rglob("*.py")]
    uses_json = re.compile(r"^\s*(import|from) (json|orjson)\b|\.json_(en|de)code\(", re.MULTILINE)
    users = {path.name for path in modules if uses_json.search(path.read_text("utf-8"))}
    assert users == STORE_JSON_OF_THEIR_OWN
