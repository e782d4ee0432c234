"""Rows hold what was known at their origin, and an outcome only where the window has closed."""

from dataclasses import fields

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.features import FEATURES, running_gaps
from causeloop_pipeline.analysis.predict.recurrence.history import build_history, recurs_within
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.samples import (
    RecurrenceRows,
    joined_rows,
    recurrence_rows,
)
from tests.support.recurrence_walk import NOW, WINDOWS, small_history, weekly_rows
from tests.support.recurring_failures import AS_OF, at, occurrences


def rows_of(
    past: dict[str, list[float]], back: int, known_until: int = NOW, windows: tuple[int, ...] = WINDOWS
) -> RecurrenceRows:
    """One row per pattern and window, so many days back."""
    history = build_history(occurrences(past), phase=AS_OF)
    owner = np.arange(history.size)
    return recurrence_rows(
        history,
        running_gaps(history),
        owner,
        np.full(history.size, NOW - back * DAY_MS),
        windows=windows,
        prior=pretrained_prior(),
        known_until=known_until,
    )


def test_every_pair_has_a_row_in_every_window_windows_one_after_the_other() -> None:
    rows = rows_of({"a": [90, 60, 3], "b": [80, 70]}, back=10)
    assert rows.owner.tolist() == [0, 1, 0, 1]
    assert rows.window.tolist() == [7, 7, 30, 30]
    assert (rows.closes - rows.origin == rows.window * DAY_MS).all()
    assert rows.columns.shape == (4, len(FEATURES))


def test_an_outcome_is_known_exactly_when_its_window_has_closed() -> None:
    rows = rows_of({"a": [90, 60, 4]}, back=10)
    assert rows.happened[0] == 1
    assert np.isnan(rows.happened[1])
    everything = weekly_rows()
    assert (np.isnan(everything.happened) == (everything.closes > NOW)).all()


def test_outcomes_are_those_of_the_history() -> None:
    rows, history = weekly_rows(), small_history()
    for window in WINDOWS:
        mine = rows.take((rows.window == window) & ~np.isnan(rows.happened))
        assert (recurs_within(history, mine.owner, mine.origin, window) == mine.happened).all()


def test_what_is_known_later_changes_no_input_of_an_earlier_row() -> None:
    past = {"a": [90, 60, 31], "b": [80, 70, 45]}
    future = {name: [*days, 20, 12, 11.5, 2] for name, days in past.items()}
    early, late = rows_of(past, back=30), rows_of(future, back=30)
    for name in ("columns", "decayed", "repeats", "last", "age", "prior_linear", "prior_trees", "prophet"):
        assert np.array_equal(getattr(early, name), getattr(late, name)), name


@given(
    st.lists(st.floats(31, 300), min_size=2, max_size=12),
    st.lists(st.floats(0, 29.9), max_size=8),
)
def test_no_future_event_reaches_any_column(past: list[float], future: list[float]) -> None:
    early, late = rows_of({"a": past}, back=30), rows_of({"a": [*past, *future]}, back=30)
    assert np.array_equal(early.columns, late.columns, equal_nan=True)
    assert np.array_equal(early.prophet, late.prophet)


def test_all_inputs_are_finite() -> None:
    rows = weekly_rows()
    for field in fields(rows):
        if field.name != "happened":
            assert np.isfinite(getattr(rows, field.name)).all(), field.name


def test_overlapping_windows_weigh_less_and_old_ones_are_forgotten() -> None:
    rows = weekly_rows()
    newest = rows.take(rows.origin == rows.origin.max())
    assert newest.weight[newest.window == 7][0] == 1
    assert np.isclose(newest.weight[newest.window == 30][0], 7 / 30)
    week = rows.take(rows.window == 7)
    order = np.argsort(week.origin, kind="stable")
    assert (np.diff(week.weight[order]) >= 0).all()


def test_repeats_and_last_follow_from_the_distinct_days() -> None:
    rows = rows_of({"a": [100.2, 100.1, 60.1, 20.1]}, back=10, windows=(7,))
    assert rows.repeats.tolist() == [2]
    assert np.isclose(rows.last[0], 80, atol=1.01)
    assert np.isclose(rows.age[0], 90, atol=1.01)


def test_the_prior_is_the_mean_of_its_halves() -> None:
    rows = weekly_rows()
    assert np.allclose(rows.prior, (rows.prior_linear + rows.prior_trees) / 2)


def test_rows_can_be_taken_and_joined_again() -> None:
    rows = weekly_rows()
    half = np.arange(len(rows.owner)) % 2 == 0
    again = joined_rows([rows.take(half), rows.take(~half)])
    order = np.argsort(np.concatenate([np.flatnonzero(half), np.flatnonzero(~half)]))
    for field in fields(rows):
        assert np.array_equal(
            getattr(again.take(order), field.name), getattr(rows, field.name), equal_nan=True
        )


def test_the_order_of_events_changes_nothing() -> None:
    frame = occurrences({"a": [90, 60, 3], "b": [80, 70]})
    one, other = (
        build_history(part, phase=AS_OF) for part in (frame, frame.sample(fraction=1, shuffle=True, seed=2))
    )
    assert np.array_equal(one.events.at, other.events.at)
    assert frame.filter(pl.col("occurred_at") < at(1)).height == len(one.events.at)
