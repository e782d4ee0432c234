"""The range of what one fix prevents, whatever the rate and however surely such fixes hold."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.act.expected_prevention import predict_prevention, sum_prevention

SHAPES = st.floats(0.5, 60.0)


@given(st.floats(0.0, 3_000.0), st.integers(0, 180), st.tuples(SHAPES, SHAPES, st.just(0)))
def test_the_average_is_within_the_range_in_whole_recurrences(
    recurrences: float, active_days: int, hold: tuple[float, float, int]
) -> None:
    gain = predict_prevention(recurrences, active_days, hold)

    assert 0 <= gain.low <= gain.expected <= gain.high
    assert (gain.low, gain.high) == (round(gain.low), round(gain.high))


def test_a_range_begins_at_none_where_many_fixes_do_not_hold_and_not_where_nearly_all_do() -> None:
    rarely, nearly_always = (predict_prevention(40, 80, hold) for hold in ((6, 4, 0), (99, 1, 0)))

    assert rarely.low == 0
    assert nearly_always.low > 10
    assert nearly_always.high - nearly_always.low < rarely.high - rarely.low


def test_the_range_of_several_fixes_holds_what_they_prevent_together_four_times_of_five() -> None:
    rng = np.random.default_rng(29)
    gain = predict_prevention(12, 24, (6, 4, 0))
    expected, low, high = sum_prevention([gain] * 20)

    together = (rng.random((4_000, 20)) < gain.hold) * rng.poisson(rng.gamma(8.0, 1.5, (4_000, 20)))
    sums = together.sum(axis=1)

    assert math.isclose(expected, 20 * gain.expected)
    assert 0.75 <= np.mean((low <= sums) & (sums <= high)) <= 0.88
