"""A walk through the past issues only what could have been predicted then, and trains on what has closed."""

from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.base_models import BASE_MODELS
from causeloop_pipeline.analysis.predict.recurrence.ensemble import PastForecasts, empty_past_forecasts
from causeloop_pipeline.analysis.predict.recurrence.rolling_origin import (
    MAX_PROBABILITY,
    MIN_PROBABILITY,
    IssuedForecasts,
    choose_refit_moments,
    roll_forward,
)
from causeloop_pipeline.analysis.predict.recurrence.samples import Samples
from tests.support.recurrence_walk import NOW, WINDOWS, weekly_samples

MOMENTS = [NOW - 100 * DAY_MS, NOW - 50 * DAY_MS, NOW]


def walk(training: Samples, requested: Samples, **options: Any) -> IssuedForecasts:
    return roll_forward(training, requested, MOMENTS, windows=WINDOWS, seed=0, **options)


@pytest.fixture(scope="module")
def issued() -> IssuedForecasts:
    return walk(weekly_samples(), weekly_samples())


def test_every_requested_sample_from_the_first_moment_on_is_issued_once(issued: IssuedForecasts) -> None:
    samples = weekly_samples()
    expected = samples.take(samples.forecast_origin >= MOMENTS[0])
    keys = [
        sorted(
            zip(part.pattern_idx.tolist(), part.forecast_origin.tolist(), part.window.tolist(), strict=True)
        )
        for part in (expected, issued.samples)
    ]
    assert keys[0] == keys[1]
    assert len(set(keys[1])) == len(keys[1])


def test_probabilities_are_inside_their_limits_and_never_fall_with_the_window(
    issued: IssuedForecasts,
) -> None:
    assert (
        (issued.probability >= MIN_PROBABILITY - 1e-9) & (issued.probability <= MAX_PROBABILITY + 1e-9)
    ).all()
    samples = issued.samples
    keys = zip(
        samples.pattern_idx.tolist(), samples.forecast_origin.tolist(), samples.window.tolist(), strict=True
    )
    by_key = dict(zip(keys, issued.probability.tolist(), strict=True))
    for (pattern_idx, forecast_origin, window), probability in by_key.items():
        if window == WINDOWS[0]:
            assert by_key[pattern_idx, forecast_origin, float(WINDOWS[1])] >= probability - 1e-9


def test_outcomes_after_the_last_moment_of_a_step_do_not_change_it(issued: IssuedForecasts) -> None:
    """The opposite of every outcome that closed after a moment leaves what was issued until then as it is."""
    samples = weekly_samples()
    later = (samples.window_end > MOMENTS[1]) & ~np.isnan(samples.outcome)
    flipped = replace(samples, outcome=np.where(later, 1 - samples.outcome, samples.outcome))
    again = walk(flipped, flipped)
    first = issued.samples.forecast_origin < MOMENTS[1]
    second = (issued.samples.forecast_origin >= MOMENTS[1]) & (issued.samples.forecast_origin < MOMENTS[2])
    third = issued.samples.forecast_origin >= MOMENTS[2]
    assert np.array_equal(again.probability[first], issued.probability[first])
    assert np.array_equal(again.probability[second], issued.probability[second])
    assert not np.array_equal(again.probability[third], issued.probability[third])


def test_the_reference_is_fitted_on_closed_windows_only(issued: IssuedForecasts) -> None:
    samples = weekly_samples()
    later = (samples.window_end > MOMENTS[0]) & ~np.isnan(samples.outcome)
    flipped = replace(samples, outcome=np.where(later, 1 - samples.outcome, samples.outcome))
    first = issued.samples.forecast_origin < MOMENTS[1]
    assert np.array_equal(walk(flipped, flipped).reference[first], issued.reference[first])
    assert np.isfinite(issued.reference).all()


def test_the_same_seed_issues_the_same(issued: IssuedForecasts) -> None:
    again = walk(weekly_samples(), weekly_samples())
    assert np.array_equal(again.probability, issued.probability)
    assert again.ensemble == issued.ensemble


def test_every_base_model_is_in_the_forecasts_and_missing_ones_are_nan(issued: IssuedForecasts) -> None:
    assert list(issued.forecasts.log_odds) == list(BASE_MODELS)
    assert all(len(values) == issued.samples.size for values in issued.forecasts.log_odds.values())
    none = weekly_samples().take(np.zeros(0, np.int64))
    untrained = walk(none, weekly_samples())
    assert np.isnan(untrained.forecasts.log_odds["ridge"]).all()
    assert np.isfinite(untrained.probability).all()


def test_the_number_of_training_rows_is_bounded(issued: IssuedForecasts) -> None:
    few = walk(weekly_samples(), weekly_samples(), max_training_rows=200)
    assert len(few.probability) == len(issued.probability)
    assert not np.array_equal(few.probability, issued.probability)


def test_earlier_forecasts_move_the_weights() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 1.5, 3000)
    outcome = (rng.random(3000) < 1 / (1 + np.exp(-truth))).astype(float)
    forecast_origin = NOW - rng.integers(120, 600, 3000) * DAY_MS
    log_odds = {name: np.zeros(3000) for name in BASE_MODELS} | {"dropout": truth}
    earlier = PastForecasts(
        log_odds, truth, np.full(3000, 7.0), forecast_origin, forecast_origin + 7 * DAY_MS, outcome
    )
    weights = walk(weekly_samples(), weekly_samples(), earlier=earlier).ensemble.weights[7.0]
    plain = walk(weekly_samples(), weekly_samples(), earlier=empty_past_forecasts()).ensemble.weights[7.0]
    assert weights["dropout"] > 2 * plain["dropout"]


def test_samples_and_probabilities_have_one_length(issued: IssuedForecasts) -> None:
    lengths = {len(getattr(issued.samples, field.name)) for field in fields(issued.samples)}
    assert lengths == {len(issued.probability)} == {len(issued.reference)}


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=60), st.integers(1, 20))
def test_refits_are_few_apart_and_begin_with_the_first_origin(days: list[int], max_refits: int) -> None:
    origins = np.array(days, dtype=np.int64) * DAY_MS
    moments = choose_refit_moments(origins, max_refits=max_refits)
    assert moments[0] == origins.min()
    assert set(moments) <= set(origins.tolist())
    assert len(moments) <= max_refits + 1
    assert all(later - earlier >= 28 * DAY_MS for earlier, later in pairwise(moments))
