"""Findings are selected by their corrected p-value and their count, and describe what chance alone gives."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.triggers.findings import (
    FINDING_SCHEMA,
    MIN_COUNT,
    SIGNIFICANCE,
    format_findings,
    select_beyond_chance,
)


def rows(*counts: tuple[int, int, float, int]) -> pl.DataFrame:
    """Rows of (count, of, chance, tests)."""
    schema = {"count": pl.Int64, "of": pl.Int64, "chance": pl.Float64, "tests": pl.Int64}
    frame = pl.DataFrame(counts, schema=schema, orient="row")
    return frame.with_row_index("pattern")


def test_counts_beyond_chance_are_selected_and_others_are_not() -> None:
    selected = select_beyond_chance(rows((9, 10, 0.1, 1), (2, 10, 0.1, 1)))
    assert selected["pattern"].to_list() == [0]
    assert selected["expected"].to_list() == [1.0]


def test_many_comparisons_need_a_smaller_p_value() -> None:
    assert len(select_beyond_chance(rows((5, 10, 0.1, 1)))) == 1
    assert len(select_beyond_chance(rows((5, 10, 0.1, 100)))) == 0


def test_two_occurrences_are_never_enough() -> None:
    assert select_beyond_chance(rows((MIN_COUNT - 1, 2, 0.0001, 1))).is_empty()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.floats(0, 1), st.integers(1, 50))))
def test_every_selected_row_is_significant(counts: list[tuple[int, int, float, int]]) -> None:
    ordered = [(min(count, of), max(count, of), chance, tests) for count, of, chance, tests in counts]
    frame = rows(*ordered)
    selected = select_beyond_chance(frame)
    assert (selected["p_value"] < SIGNIFICANCE).all()
    assert (selected["count"] >= MIN_COUNT).all()


def test_a_finding_names_what_chance_gives() -> None:
    selected = select_beyond_chance(rows((9, 10, 0.1, 1)))
    findings = format_findings(selected, "weekday", lambda row: f"{row['count']} of {row['of']} on Mondays")
    assert findings.schema == FINDING_SCHEMA
    assert findings["text"].to_list() == ["9 of 10 on Mondays (1.0 expected by chance)"]
    assert findings["kind"].to_list() == ["weekday"]
