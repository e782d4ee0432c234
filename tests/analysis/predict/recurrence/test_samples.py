"""Samples hold what was known at their origin, and an outcome only where the window has closed."""

from dataclasses import fields

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.features import (
    FEATURES,
)
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import (
    accumulate_gaps,
)
from causeloop_pipeline.analysis.predict.recurrence.history import build_history, recurs_within
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import load_pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.samples import (
    OriginPairs,
    SampleOptions,
    Samples,
    build_samples,
    concat_samples,
)
from tests.support.recurrence_walk import NOW, WINDOWS, small_history, weekly_samples
from tests.support.recurring_failures import AS_OF, at, occurrences


def samples_of(
    past: dict[str, list[float]], back: int, known_until: int = NOW, windows: tuple[int, ...] = WINDOWS
) -> Samples:
    """One sample per pattern and window, so many days back."""
    history = build_history(occurrences(past), reference_time=AS_OF)
    pairs = OriginPairs(np.arange(history.size), np.full(history.size, NOW - back * DAY_MS))
    options = SampleOptions(windows, load_pretrained_prior(), known_until)
    return build_samples(history, accumulate_gaps(history), pairs, options)


def test_every_pair_has_a_sample_in_every_window_windows_one_after_the_other() -> None:
    samples = samples_of({"a": [90, 60, 3], "b": [80, 70]}, back=10)
    assert samples.pattern_idx.tolist() == [0, 1, 0, 1]
    assert samples.window.tolist() == [7, 7, 30, 30]
    assert (samples.window_end - samples.forecast_origin == samples.window * DAY_MS).all()
    assert samples.columns.shape == (4, len(FEATURES))


def test_an_outcome_is_known_exactly_when_its_window_has_closed() -> None:
    samples = samples_of({"a": [90, 60, 4]}, back=10)
    assert samples.outcome[0] == 1
    assert np.isnan(samples.outcome[1])
    everything = weekly_samples()
    assert (np.isnan(everything.outcome) == (everything.window_end > NOW)).all()


def test_outcomes_are_those_of_the_history() -> None:
    samples, history = weekly_samples(), small_history()
    for window in WINDOWS:
        closed = samples.take((samples.window == window) & ~np.isnan(samples.outcome))
        assert (
            recurs_within(history, closed.pattern_idx, closed.forecast_origin, window) == closed.outcome
        ).all()


def test_later_events_change_no_input_of_an_earlier_sample() -> None:
    past = {"a": [90.0, 60.0, 31.0], "b": [80.0, 70.0, 45.0]}
    future = {name: [*days, 20, 12, 11.5, 2] for name, days in past.items()}
    early, late = samples_of(past, back=30), samples_of(future, back=30)
    for name in ("columns", "decayed", "repeats", "last", "age", "prior_linear", "prior_trees", "prophet"):
        assert np.array_equal(getattr(early, name), getattr(late, name)), name


@given(
    st.lists(st.floats(31, 300), min_size=2, max_size=12),
    st.lists(st.floats(0, 29.9), max_size=8),
)
def test_no_future_event_reaches_any_column(past: list[float], future: list[float]) -> None:
    early, late = samples_of({"a": past}, back=30), samples_of({"a": [*past, *future]}, back=30)
    assert np.array_equal(early.columns, late.columns, equal_nan=True)
    assert np.array_equal(early.prophet, late.prophet)


def test_all_inputs_are_finite() -> None:
    samples = weekly_samples()
    for field in fields(samples):
        if field.name != "outcome":
            assert np.isfinite(getattr(samples, field.name)).all(), field.name


def test_overlapping_and_old_windows_have_less_weight() -> None:
    samples = weekly_samples()
    newest = samples.take(samples.forecast_origin == samples.forecast_origin.max())
    assert newest.weight[newest.window == 7][0] == 1
    assert np.isclose(newest.weight[newest.window == 30][0], 7 / 30)
    week = samples.take(samples.window == 7)
    order = np.argsort(week.forecast_origin, kind="stable")
    assert (np.diff(week.weight[order]) >= 0).all()


def test_repeats_and_last_follow_from_the_distinct_days() -> None:
    samples = samples_of({"a": [100.2, 100.1, 60.1, 20.1]}, back=10, windows=(7,))
    assert samples.repeats.tolist() == [2]
    assert np.isclose(samples.last[0], 80, atol=1.01)
    assert np.isclose(samples.age[0], 90, atol=1.01)


def test_the_prior_is_the_mean_of_its_halves() -> None:
    samples = weekly_samples()
    assert np.allclose(samples.prior, (samples.prior_linear + samples.prior_trees) / 2)


def test_samples_can_be_taken_and_concatenated_again() -> None:
    samples = weekly_samples()
    half = np.arange(samples.size) % 2 == 0
    again = concat_samples([samples.take(half), samples.take(~half)])
    order = np.argsort(np.concatenate([np.flatnonzero(half), np.flatnonzero(~half)]))
    for field in fields(samples):
        assert np.array_equal(
            getattr(again.take(order), field.name), getattr(samples, field.name), equal_nan=True
        )


def test_the_order_of_events_changes_nothing() -> None:
    frame = occurrences({"a": [90, 60, 3], "b": [80, 70]})
    in_order, shuffled = (
        build_history(part, reference_time=AS_OF)
        for part in (frame, frame.sample(fraction=1, shuffle=True, seed=2))
    )
    assert np.array_equal(in_order.events.at, shuffled.events.at)
    assert frame.filter(pl.col("occurred_at") < at(1)).height == len(in_order.events.at)
