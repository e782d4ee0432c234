"""q-values hold the false discovery rate over all tests, also those without a p-value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.clusters.false_discovery import adjust_p_values


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    q_values = adjust_p_values(np.array([0.01, 0.04, 0.03, 0.005]), 4)
    assert q_values == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_tests_without_a_p_value_make_the_others_less_certain() -> None:
    assert adjust_p_values(np.array([0.01]), 4) == pytest.approx([0.04])
    assert adjust_p_values(np.array([0.01, 0.5]), 1) == pytest.approx([0.02, 0.5])


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.integers(0, 50))
def test_q_values_keep_the_order_of_p_values_and_are_never_smaller(values: list[float], more: int) -> None:
    p_values = np.array(values)
    q_values = adjust_p_values(p_values, len(values) + more)
    assert (q_values >= p_values - 1e-12).all()
    assert (q_values <= 1).all()
    assert (np.diff(q_values[np.argsort(p_values, kind="stable")]) >= 0).all()
