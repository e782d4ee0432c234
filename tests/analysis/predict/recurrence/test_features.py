"""Features are finite, complete, and unaffected by anything at or after the forecast origin."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.features import (
    FEATURES,
    build_pair_state,
    build_window_features,
)
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import (
    HALF_LIVES,
    accumulate_gaps,
)
from causeloop_pipeline.analysis.predict.recurrence.history import build_history, to_milliseconds
from tests.support.recurring_failures import AS_OF, occurrences

NOW = to_milliseconds(AS_OF)


def features(rows, back=0, window=7):
    history = build_history(rows, reference_time=AS_OF)
    gaps = accumulate_gaps(history)
    forecast_origin = NOW - back * DAY_MS
    pattern_idx = np.flatnonzero(
        history.events.position_before(np.arange(history.size), np.full(history.size, forecast_origin))
        > history.events.first[:-1]
    )
    state = build_pair_state(history, gaps, pattern_idx, np.full(len(pattern_idx), forecast_origin))
    return history, state, build_window_features(history, gaps, state, window)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from("abc"), st.lists(st.floats(0.001, 900), min_size=1, max_size=20), min_size=1
    ),
    st.sampled_from([1, 30, 90]),
)
def test_every_feature_is_finite_for_any_past(past, window):
    _, state, columns = features(occurrences(past), window=window)
    assert columns.shape == (len(state.pattern_idx), len(FEATURES))
    assert np.isfinite(columns).all()


@settings(deadline=None)
@given(st.lists(st.floats(50.1, 400), min_size=2, max_size=20), st.lists(st.floats(0.1, 50), max_size=20))
def test_events_after_the_origin_change_nothing(before, after):
    alone = features(occurrences({"a": [*before, 399.0]}), back=50)[2]
    with_future = features(occurrences({"a": [*before, 399.0, *after]}), back=50)[2]
    assert np.allclose(alone, with_future, rtol=0, atol=1e-9)


def test_decayed_counts_are_those_of_the_definition():
    past = [1.5, 3.5, 10.5, 300.5]
    _, state, _ = features(occurrences({"a": past}))
    for column, half_life in enumerate(HALF_LIVES):
        assert np.isclose(state.decayed[0, column], sum(2 ** (-day / half_life) for day in past), rtol=1e-6)


def test_a_weekly_pattern_that_is_due_has_a_higher_renewal_than_one_that_has_just_been():
    weekly = [7.0 * week for week in range(1, 20)]
    due = features(occurrences({"a": [day - 0.5 for day in weekly]}), window=3)[2]
    fresh = features(occurrences({"a": [day - 6.5 for day in weekly]}), window=3)[2]
    renewal = FEATURES.index("renewal")
    assert due[0, renewal] > fresh[0, renewal]


def test_siblings_count_others_of_the_group_but_not_oneself():
    history = build_history(occurrences({"a": [40, 2], "b": [50, 3, 4], "c": [60, 1]}), reference_time=AS_OF)
    pattern_idx, forecast_origin = np.array([0]), np.array([NOW])
    state = build_pair_state(
        history, accumulate_gaps(history), pattern_idx, forecast_origin, np.array([0, 0, 1])
    )
    assert np.isclose(np.expm1(state.columns[0, FEATURES.index("sibling_days_7")]), 2)
