"""A clock that stands still while nothing could be observed."""

from datetime import datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.recurrence.observation_gaps import (
    BLIND,
    STEP,
    blind_days,
    without_blind_time,
)
from tests.support.recurring_failures import AS_OF, at, occurrences

DAYS = st.floats(0.01, 400, allow_nan=False).map(lambda day: round(day, 3))
PAST = st.dictionaries(st.sampled_from("abc"), st.lists(DAYS, max_size=12), min_size=1)
SPANS = st.lists(st.tuples(st.sampled_from("abd"), DAYS, DAYS), max_size=8)


def blind(*spans: tuple[str, float, float]) -> pl.DataFrame:
    """Spans of a pattern from so many to so many days ago."""
    rows = [(pattern, at(max(one, two)), at(min(one, two))) for pattern, one, two in spans]
    return pl.DataFrame(rows, schema=BLIND, orient="row")


def days_ago(frame: pl.DataFrame, pattern: str = "a") -> list[float]:
    moments = frame.filter(pl.col("pattern_id") == pattern)["occurred_at"].to_list()
    return [round((AS_OF - moment) / timedelta(days=1), 3) for moment in moments]


def unseen(spans: list[tuple[str, float, float]], pattern: str, since: float) -> float:
    """Blind days since so many days ago: each piece between two ends of spans counts if any span holds it."""
    mine = [(min(one, two), max(one, two)) for name, one, two in spans if name == pattern]
    ends = sorted({0.0, since, *(end for span in mine for end in span if end < since)})
    return sum(
        after - before
        for before, after in pairwise(ends)
        if any(low <= before and after <= high for low, high in mine)
    )


def test_what_lies_before_an_outage_moves_later_by_its_length_and_the_rest_stays():
    seen = without_blind_time(occurrences({"a": [30, 20, 3]}), blind(("a", 15, 5)), as_of=AS_OF)
    assert days_ago(seen) == [20, 10, 3]


def test_another_patterns_outage_moves_nothing():
    rows = occurrences({"a": [30, 3], "b": [9]})
    assert (
        without_blind_time(rows, blind(("b", 8, 0)), as_of=AS_OF)
        .filter(pl.col("pattern_id") == "a")
        .equals(rows.filter(pl.col("pattern_id") == "a"))
    )


def test_overlapping_outages_count_once():
    spans = blind(("a", 15, 5), ("a", 12, 4), ("a", 12, 11))
    assert days_ago(without_blind_time(occurrences({"a": [30]}), spans, as_of=AS_OF)) == [19]


def test_an_outage_that_goes_on_leaves_the_last_occurrence_just_before_now():
    seen = without_blind_time(occurrences({"a": [10, 2]}), blind(("a", 5, 0)), as_of=AS_OF)
    assert days_ago(seen) == [5, 0]
    assert seen["occurred_at"].max() == AS_OF - STEP


def test_what_lies_ahead_does_not_move():
    later = occurrences({"a": [-1.0, 0.0, 1.0]})
    seen = without_blind_time(later, blind(("a", 5, -3)), as_of=AS_OF)
    assert seen["occurred_at"].to_list()[:2] == later["occurred_at"].to_list()[:2]


@pytest.mark.parametrize("spans", [None, blind(), blind(("a", 5, 5))])
def test_without_an_outage_nothing_moves(spans):
    rows = occurrences({"a": [30, 3]})
    assert without_blind_time(rows, spans, as_of=AS_OF).equals(rows)


@settings(deadline=None)
@given(PAST, SPANS)
def test_age_is_observed_time_and_order_stays(
    past: dict[str, list[float]], spans: list[tuple[str, float, float]]
):
    rows = occurrences(past)
    seen = without_blind_time(rows, blind(*spans), as_of=AS_OF)
    assert seen.drop("occurred_at").equals(rows.drop("occurred_at"))
    assert seen.schema == rows.schema
    assert (seen["occurred_at"] >= rows["occurred_at"]).all()
    assert (seen["occurred_at"] < AS_OF).all()
    for pattern, days in past.items():
        for before, after in zip(days, days_ago(seen, pattern), strict=True):
            assert after == pytest.approx(before - unseen(spans, pattern, before), abs=0.002)
    both = pl.DataFrame(
        {"before": rows["occurred_at"], "after": seen["occurred_at"], "p": rows["pattern_id"]}
    )
    ordered = both.sort("before", "after")
    assert ordered.filter(pl.col("after").diff().over("p") < timedelta(0)).is_empty()


@settings(deadline=None)
@given(PAST, SPANS)
def test_the_order_of_rows_changes_nothing(
    past: dict[str, list[float]], spans: list[tuple[str, float, float]]
):
    rows = occurrences(past)
    one = without_blind_time(rows, blind(*spans), as_of=AS_OF)
    two = without_blind_time(rows.reverse(), blind(*reversed(spans)), as_of=AS_OF).reverse()
    assert one.equals(two)


@settings(deadline=None)
@given(SPANS, DAYS, DAYS)
def test_blind_days_of_a_period_add_up(spans: list[tuple[str, float, float]], one: float, two: float):
    begin, end = max(one, two), min(one, two)
    middle = round((begin + end) / 2, 3)

    def days(begins: datetime, ends: datetime) -> float:
        periods = pl.DataFrame({"pattern_id": ["a"], "begins_at": [begins], "ends_at": [ends]})
        return float(blind_days(blind(*spans), periods).item())

    whole = days(at(begin), at(end))
    assert 0 <= whole <= begin - end + 1e-6
    assert whole == pytest.approx(days(at(begin), at(middle)) + days(at(middle), at(end)), abs=1e-6)
    assert whole == pytest.approx(unseen(spans, "a", begin) - unseen(spans, "a", end), abs=0.003)
    assert days(at(end), at(begin)) == 0 or begin == end
