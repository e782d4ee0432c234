"""Observed time: a clock that stands still while nothing could be observed."""

from datetime import datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.recurrence.observation_gaps import (
    STEP,
    count_gap_days,
    remove_observation_gaps,
)
from causeloop_pipeline.model.frames import OBSERVATION_GAP_SCHEMA
from tests.support.recurring_failures import AS_OF, at, occurrences

DAYS = st.floats(0.01, 400, allow_nan=False).map(lambda day: round(day, 3))
PAST = st.dictionaries(st.sampled_from("abc"), st.lists(DAYS, max_size=12), min_size=1)
SPANS = st.lists(st.tuples(st.sampled_from("abd"), DAYS, DAYS), max_size=8)


def gaps(*spans: tuple[str, float, float]) -> pl.DataFrame:
    """Gaps of a pattern from so many to so many days ago."""
    rows = [(pattern, at(max(ends)), at(min(ends))) for pattern, *ends in spans]
    return pl.DataFrame(rows, schema=OBSERVATION_GAP_SCHEMA, orient="row")


def days_ago(frame: pl.DataFrame, pattern: str = "a") -> list[float]:
    moments = frame.filter(pl.col("pattern_id") == pattern)["occurred_at"].to_list()
    return [round((AS_OF - moment) / timedelta(days=1), 3) for moment in moments]


def gap_days_since(spans: list[tuple[str, float, float]], pattern: str, since: float) -> float:
    """Gap days since so many days ago: each piece between two ends of spans counts if any span holds it."""
    own = [(min(ends), max(ends)) for name, *ends in spans if name == pattern]
    ends = sorted({0.0, since, *(end for span in own for end in span if end < since)})
    return sum(
        after - before
        for before, after in pairwise(ends)
        if any(low <= before and after <= high for low, high in own)
    )


def test_what_lies_before_an_outage_moves_later_by_its_length_and_the_rest_stays():
    seen = remove_observation_gaps(occurrences({"a": [30, 20, 3]}), gaps(("a", 15, 5)), as_of=AS_OF)
    assert days_ago(seen) == [20, 10, 3]


def test_another_patterns_outage_moves_nothing():
    rows = occurrences({"a": [30, 3], "b": [9]})
    assert (
        remove_observation_gaps(rows, gaps(("b", 8, 0)), as_of=AS_OF)
        .filter(pl.col("pattern_id") == "a")
        .equals(rows.filter(pl.col("pattern_id") == "a"))
    )


def test_overlapping_outages_count_once():
    spans = gaps(("a", 15, 5), ("a", 12, 4), ("a", 12, 11))
    assert days_ago(remove_observation_gaps(occurrences({"a": [30]}), spans, as_of=AS_OF)) == [19]


def test_an_outage_that_goes_on_leaves_the_last_occurrence_just_before_now():
    seen = remove_observation_gaps(occurrences({"a": [10, 2]}), gaps(("a", 5, 0)), as_of=AS_OF)
    assert days_ago(seen) == [5, 0]
    assert seen["occurred_at"].max() == AS_OF - STEP


def test_what_lies_ahead_does_not_move():
    later = occurrences({"a": [-1.0, 0.0, 1.0]})
    seen = remove_observation_gaps(later, gaps(("a", 5, -3)), as_of=AS_OF)
    assert seen["occurred_at"].to_list()[:2] == later["occurred_at"].to_list()[:2]


@pytest.mark.parametrize("spans", [None, gaps(), gaps(("a", 5, 5))])
def test_without_an_outage_nothing_moves(spans):
    rows = occurrences({"a": [30, 3]})
    assert remove_observation_gaps(rows, spans, as_of=AS_OF).equals(rows)


@settings(deadline=None)
@given(PAST, SPANS)
def test_age_is_observed_time_and_order_stays(
    past: dict[str, list[float]], spans: list[tuple[str, float, float]]
) -> None:
    rows = occurrences(past)
    seen = remove_observation_gaps(rows, gaps(*spans), as_of=AS_OF)
    assert seen.drop("occurred_at").equals(rows.drop("occurred_at"))
    assert seen.schema == rows.schema
    assert (seen["occurred_at"] >= rows["occurred_at"]).all()
    assert (seen["occurred_at"] < AS_OF).all()
    for pattern, days in past.items():
        for before, after in zip(days, days_ago(seen, pattern), strict=True):
            assert after == pytest.approx(before - gap_days_since(spans, pattern, before), abs=0.002)
    both = pl.DataFrame(
        {"before": rows["occurred_at"], "after": seen["occurred_at"], "p": rows["pattern_id"]}
    )
    ordered = both.sort("before", "after")
    assert ordered.filter(pl.col("after").diff().over("p") < timedelta(0)).is_empty()


@settings(deadline=None)
@given(PAST, SPANS)
def test_the_order_of_rows_changes_nothing(
    past: dict[str, list[float]], spans: list[tuple[str, float, float]]
) -> None:
    rows = occurrences(past)
    in_order = remove_observation_gaps(rows, gaps(*spans), as_of=AS_OF)
    reversed_rows = remove_observation_gaps(rows.reverse(), gaps(*reversed(spans)), as_of=AS_OF).reverse()
    assert in_order.equals(reversed_rows)


@settings(deadline=None)
@given(SPANS, DAYS, DAYS)
def test_gap_days_of_a_period_add_up(
    spans: list[tuple[str, float, float]], first: float, second: float
) -> None:
    begin, end = max(first, second), min(first, second)
    middle = round((begin + end) / 2, 3)

    def days(begins: datetime, ends: datetime) -> float:
        periods = pl.DataFrame({"pattern_id": ["a"], "begins_at": [begins], "ends_at": [ends]})
        return float(count_gap_days(gaps(*spans), periods).item())

    whole = days(at(begin), at(end))
    assert 0 <= whole <= begin - end + 1e-6
    assert whole == pytest.approx(days(at(begin), at(middle)) + days(at(middle), at(end)), abs=1e-6)
    assert whole == pytest.approx(
        gap_days_since(spans, "a", begin) - gap_days_since(spans, "a", end), abs=0.003
    )
    assert days(at(end), at(begin)) == 0 or begin == end
