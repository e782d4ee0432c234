"""When and where: tendencies that few events do not exaggerate, dates that follow from the probabilities."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.recurrence.history import number_occurrences
from causeloop_pipeline.analysis.predict.triggers.timing import (
    TurnsAhead,
    estimate_cell_shares,
    estimate_next_dates,
    find_bound_weekdays,
    list_likely_cells,
    list_likely_places,
)
from causeloop_pipeline.model.time_of_week import QUARTERS_OF_THE_DAY, WEEKDAYS
from tests.support.recurring_failures import AS_OF, occurrences

TODAY = date(2026, 1, 1)
QUARTERS = list(QUARTERS_OF_THE_DAY)


def number(rows):
    return number_occurrences(rows, AS_OF, "UTC")


WINDOWS = (7, 14, 30, 90)


def test_shares_of_every_pattern_sum_to_one():
    shares, workspace = estimate_cell_shares(np.array([0, 0, 1]), np.array([3, 3, 9]), np.zeros(3), 3)
    assert np.allclose(shares.sum(axis=1), 1)
    assert np.isclose(workspace.sum(), 1)


def test_two_events_in_one_cell_do_not_make_a_certainty():
    shares, _ = estimate_cell_shares(
        np.array([0, 0, *range(1, 29)]), np.array([3, 3, *range(28)]), np.zeros(30), 29
    )
    assert shares[0, 3] < 0.2


def test_many_events_in_one_cell_are_its_tendency():
    ages = np.arange(200, 0, -1.0)
    top = list_likely_cells(np.zeros(200, np.int64), np.full(200, 4), ages, 1)[0][0]
    assert (top["weekday"], top["hours"]) == ("tuesday", "00-06")
    assert top["lift"] > 10


def test_a_storm_counts_as_one_day_of_its_cell():
    storm, calm = (
        estimate_cell_shares(np.array([0] * size), np.full(size, 4), np.full(size, 3.5), 1)[0]
        for size in (500, 1)
    )
    assert np.allclose(storm, calm)


def test_patterns_of_the_same_day_do_not_share_it():
    shares, _ = estimate_cell_shares(np.array([0, 1]), np.array([3, 9]), np.array([2.0, 2.0]), 2)
    assert shares[0, 3] == pytest.approx(shares[1, 9], rel=1e-12)


def test_where_counts_only_events_that_name_a_place():
    rows = pl.concat([occurrences({"a": [1, 2, 3]}, "api"), occurrences({"a": [4]}, "web")])
    rows = rows.with_columns(team=pl.lit(None, pl.String))
    where = list_likely_places(number(rows))["likely_where"].item()
    assert where["service"] == [{"value": "api", "share": 0.75}, {"value": "web", "share": 0.25}]
    assert where["team"] == []


def test_quotes_in_a_name_survive():
    where = list_likely_places(number(occurrences({"a": [1]}, 'the "big" one')))["likely_where"].item()
    assert where["service"][0]["value"] == 'the "big" one'


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 0.99), min_size=4, max_size=4).map(sorted))
def test_dates_are_ordered_and_only_given_when_recurrence_is_likely(probabilities):
    row = estimate_next_dates(np.array([probabilities]), WINDOWS, TODAY).row(0)
    dates = [value for value in row if value is not None]
    assert dates == sorted(dates)
    if probabilities[2] < 0.499:
        assert not dates


def test_the_median_is_where_half_the_probability_is_reached():
    row = estimate_next_dates(np.array([[0.5, 0.75, 0.95, 0.99]]), WINDOWS, TODAY).row(0, named=True)
    assert row["next_date_median"] == date(2026, 1, 8)
    assert row["next_date_low"] == date(2026, 1, 2)


@settings(deadline=None)
@given(
    st.sets(st.integers(0, 6), min_size=1, max_size=6),
    st.integers(0, 6),
    st.lists(st.floats(0.3, 0.99), min_size=4, max_size=4).map(sorted),
)
def test_the_next_date_falls_on_a_weekday_that_the_pattern_keeps_to(weekdays, later, probabilities):
    today = date(2026, 1, 1 + later)
    monday = (date(2025, 9, 1) - date(1970, 1, 1)).days
    occurred = np.array([monday + 7 * week + weekday for week in range(12) for weekday in weekdays])
    habit = find_bound_weekdays(np.zeros(len(occurred), np.int64), occurred, 1)
    row = estimate_next_dates(np.array([probabilities]), WINDOWS, today, habit).row(0)
    assert {day.weekday() for day in row if day} <= weekdays
    assert [day for day in row if day] == sorted(day for day in row if day)


def test_a_pattern_of_all_weekdays_keeps_to_none():
    assert np.isnan(find_bound_weekdays(np.zeros(70, np.int64), np.arange(20_000, 20_070), 1)).all()


@pytest.mark.parametrize(("days", "is_bound"), [(22, False), (23, True), (60, True)])
def test_a_pattern_keeps_to_working_days_once_chance_would_hardly_have_spared_its_weekends(days, is_bound):
    monday = (date(2025, 9, 1) - date(1970, 1, 1)).days
    occurred = np.array([monday + 7 * (number // 5) + number % 5 for number in range(days)])
    habit = find_bound_weekdays(np.zeros(days, np.int64), occurred, 1)
    assert np.isfinite(habit).all() == is_bound
    assert not is_bound or habit[0, 5:].tolist() == [0, 0]


def test_a_monday_pattern_that_occurred_this_monday_is_expected_on_the_next_one():
    monday = date(2026, 1, 5)
    habit = np.array([[1.0, 0, 0, 0, 0, 0, 0]])
    certain = np.array([[0.9, 0.95, 0.97, 0.99]])
    dates = [
        estimate_next_dates(certain, WINDOWS, monday, habit, np.array([occurred]))["next_date_median"].item()
        for occurred in (False, True)
    ]
    assert dates == [monday, date(2026, 1, 12)]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 27)), min_size=1, max_size=60))
def test_no_part_of_the_week_is_named_in_which_the_pattern_never_occurred(events):
    pattern, cell = (np.array(values) for values in zip(*sorted(events), strict=True))
    ages = np.linspace(30, 0, len(cell))
    listed = list_likely_cells(pattern, cell, ages, 5).to_list()
    for number, cells in enumerate(listed):
        own = set(cell[pattern == number].tolist())
        named = {list(WEEKDAYS).index(part["weekday"]) * 4 + QUARTERS.index(part["hours"]) for part in cells}
        assert named <= own
        assert bool(named) == bool(own)


def test_the_next_date_falls_on_a_turn_that_the_pattern_keeps():
    turns = TurnsAhead(np.array([1]), np.array([[11.4, 25.4]]), np.array([[11, 25]]), np.array([[3.0, 0.5]]))
    probabilities = np.array([[0.5, 0.75, 0.95, 0.99], [0.01, 0.95, 0.98, 0.99]])
    dates = estimate_next_dates(probabilities, WINDOWS, TODAY, turns=turns)
    assert dates.row(0) == estimate_next_dates(probabilities[:1], WINDOWS, TODAY).row(0)
    assert dates.row(1) == (date(2026, 1, 12),) * 3


def test_after_a_turn_that_may_be_missed_the_latest_next_date_is_a_later_one():
    turns = TurnsAhead(np.array([0]), np.array([[1.4, 15.4]]), np.array([[1, 15]]), np.array([[1.0, 0.8]]))
    low, median, high = estimate_next_dates(
        np.array([[0.6, 0.6, 0.9, 0.95]]), WINDOWS, TODAY, turns=turns
    ).row(0)
    assert (low, median, high) == (date(2026, 1, 2), date(2026, 1, 2), date(2026, 1, 16))
