"""Queries over few rows run in memory; the result is that of any engine."""

import polars as pl

from causeloop_pipeline.analysis.query_engine import choose_engine


def test_a_query_over_few_rows_runs_in_memory_and_a_large_one_as_polars_chooses() -> None:
    assert (choose_engine(0), choose_engine(5_000), choose_engine(5_001)) == (
        "in-memory",
        "in-memory",
        "auto",
    )


def test_the_engine_does_not_change_the_result() -> None:
    query = (
        pl.LazyFrame({"group": [2, 1, 2], "value": [1, 2, 3]})
        .group_by("group")
        .agg(pl.sum("value"))
        .sort("group")
    )
    assert query.collect(engine=choose_engine(3)).equals(query.collect(engine=choose_engine(10_000)))
