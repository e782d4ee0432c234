"""What a gap says is learned from each workspace, and dates that say nothing say nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.similarity.time_ratio import TimeRatio, estimate_time_ratio


def test_a_short_gap_speaks_for_one_cause_and_years_against_it() -> None:
    generator = np.random.default_rng(1)
    gaps = generator.uniform(0.0, 3_000.0, 4_000)
    ratio = estimate_time_ratio(gaps, np.full(4_000, 0.01)).measure(np.array([0.2, 2_500.0]))
    assert ratio[0] > 1.0
    assert ratio[1] < -1.0


def test_likely_pairs_with_shuffled_dates_take_the_evidence_away() -> None:
    generator = np.random.default_rng(2)
    gaps = generator.uniform(0.0, 3_000.0, 4_000)
    by_prior = estimate_time_ratio(gaps, np.full(4_000, 0.001))
    by_pairs = estimate_time_ratio(gaps, np.full(4_000, 0.9))
    assert np.abs(by_pairs.log_ratios).max() < np.abs(by_prior.log_ratios).max() / 2


@pytest.mark.parametrize("gaps", [np.full(500, np.nan), np.arange(49.0)])
def test_without_enough_dates_time_is_not_evidence(gaps: np.ndarray) -> None:
    assert estimate_time_ratio(gaps, np.full(len(gaps), 0.5)) == TimeRatio()


@given(st.lists(st.floats(0, 1e5) | st.just(float("nan")), min_size=1, max_size=200))
def test_evidence_is_bounded_and_none_without_a_date(raw: list[float]) -> None:
    gaps = np.array(raw)
    measured = estimate_time_ratio(gaps, np.full(len(gaps), 0.3)).measure(gaps)
    assert (np.abs(measured) <= 3.0).all()
    assert (measured[np.isnan(gaps)] == 0.0).all()
