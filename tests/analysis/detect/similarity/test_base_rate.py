"""The base rate of a workspace is estimated from the scores of its own pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.similarity.base_rate import (
    LOWEST_INTERCEPT,
    BaseRate,
    estimate_base_rate,
    most_likely_odds,
)

SCORES = st.lists(st.floats(-12.0, 12.0), max_size=60).map(np.array)


def test_a_workspace_full_of_high_scores_has_a_higher_base_rate_than_one_of_unrelated_pairs() -> None:
    generator = np.random.default_rng(5)
    unrelated = generator.normal(-1.0, 1.0, 5_000)
    rates = [
        estimate_base_rate(np.concatenate([unrelated, generator.normal(6.0, 1.0, count)]))
        for count in (0, 20, 200, 1_000)
    ]
    displayed = [rate.displayed_intercept for rate in rates]
    assert displayed == sorted(displayed)
    assert displayed[0] < displayed[-1] - 3.0
    assert all(rate.merge_intercept >= rate.displayed_intercept for rate in rates)


@pytest.mark.parametrize("scores", [np.empty(0), np.full(50, -5.0)])
def test_a_workspace_without_evidence_gets_the_lowest_base_rate(scores: np.ndarray) -> None:
    rate = estimate_base_rate(scores)
    assert rate == BaseRate(LOWEST_INTERCEPT, rate.displayed_intercept)
    assert rate.displayed_intercept == pytest.approx(-7.8, abs=0.01)


@given(SCORES)
def test_groups_are_never_formed_more_carefully_than_probabilities_are_displayed(scores: np.ndarray) -> None:
    rate = estimate_base_rate(scores)
    assert rate.merge_intercept >= LOWEST_INTERCEPT
    assert rate.merge_intercept >= rate.displayed_intercept


@given(SCORES, st.integers(1, 40))
def test_more_pairs_with_high_scores_never_lower_the_base_rate(scores: np.ndarray, count: int) -> None:
    more = np.concatenate([scores, np.full(count, 12.0)])
    assert most_likely_odds(more) >= most_likely_odds(scores)
