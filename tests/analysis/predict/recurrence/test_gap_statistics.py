"""Running statistics of gaps are those of a plain computation over each pattern's active days."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import (
    GAP_EDGES,
    HALF_LIVES,
    accumulate_gaps,
    count_gaps,
)
from causeloop_pipeline.analysis.predict.recurrence.history import build_history
from tests.support.recurring_failures import AS_OF, occurrences

past_days = st.lists(st.integers(0, 800).map(lambda day: day + 0.5), min_size=1, max_size=20, unique=True)
pasts = st.dictionaries(st.sampled_from("abc"), past_days, min_size=1)


@settings(deadline=None)
@given(pasts)
def test_sums_and_longest_gap_are_those_of_each_pattern_alone(past: dict[str, list[float]]) -> None:
    history = build_history(occurrences(past), reference_time=AS_OF)
    gaps = accumulate_gaps(history)
    for number, name in enumerate(history.patterns):
        first, end = history.days.first[number], history.days.first[number + 1]
        own = np.diff(np.sort(-np.array(past[name])))
        assert np.isclose(gaps.total[end - 1] - gaps.total[first], own.sum())
        assert np.isclose(gaps.squares[end - 1] - gaps.squares[first], (own**2).sum())
        assert np.isclose(gaps.longest[end - 1], own.max(initial=0.0))


@settings(deadline=None)
@given(pasts)
def test_every_gap_is_counted_in_one_bin(past: dict[str, list[float]]) -> None:
    history = build_history(occurrences(past), reference_time=AS_OF)
    first = history.days.first[:-1]
    last = history.days.first[1:] - 1
    counts = count_gaps(accumulate_gaps(history), first, last)
    assert counts.shape == (len(GAP_EDGES), history.size)
    assert (counts.sum(axis=0) == last - first).all()


def test_an_active_day_counts_itself_fully_and_earlier_ones_decayed() -> None:
    history = build_history(occurrences({"a": [30.5, 0.5]}), reference_time=AS_OF)
    decayed = accumulate_gaps(history).decayed
    assert np.allclose(decayed[0], 1)
    assert np.allclose(decayed[1], 1 + np.exp2(-30 / np.array(HALF_LIVES)))


def test_no_history_has_no_statistics() -> None:
    gaps = accumulate_gaps(build_history(occurrences({}), reference_time=AS_OF))
    assert gaps.decayed.shape == (0, len(HALF_LIVES))
    assert len(gaps.total) == 0
