"""Rows of a long column that have one of a few values."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.assignment.row_lookup import select_rows

GROUPS = st.integers(0, 30)


@given(st.lists(GROUPS | st.none(), max_size=40), st.lists(GROUPS, max_size=20, unique=True))
def test_the_rows_with_few_and_with_many_values_are_those_of_a_filter(
    column: list[int | None], values: list[int]
) -> None:
    frame = pl.DataFrame({"group": column}, schema={"group": pl.Int64}).with_row_index()
    assert select_rows(frame, "group", values).equals(frame.filter(pl.col("group").is_in(values)))


def test_without_values_no_row_is_selected() -> None:
    frame = pl.DataFrame({"key": ["a", None]})
    assert select_rows(frame, "key", []).schema == frame.schema
    assert select_rows(frame, "key", []).is_empty()
