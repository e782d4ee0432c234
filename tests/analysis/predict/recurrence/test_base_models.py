"""Each base model is fitted on closed windows and predicts every sample."""

from dataclasses import replace

import numpy as np
import pytest

from causeloop_pipeline.analysis.predict.recurrence.base_models import (
    BASE_MODELS,
    MIN_TRAINING_ROWS,
    FittedBaseModels,
    fit_base_models,
    predict_log_odds,
)
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.samples import Samples
from tests.support.recurrence_walk import weekly_samples

NEEDS_NO_TRAINING = {"prior", "gamma_poisson_30", "gamma_poisson_120", "prophet"}


def select_closed_samples() -> Samples:
    samples = weekly_samples()
    return samples.take(~np.isnan(samples.outcome))


@pytest.fixture(scope="module")
def fitted() -> FittedBaseModels:
    models = fit_base_models(select_closed_samples(), seed=0)
    assert models is not None
    return models


def log_loss(log_odds: np.ndarray, outcome: np.ndarray) -> float:
    return float(np.mean(np.logaddexp(0, log_odds) - outcome * log_odds))


def test_prior_weights_are_shares_of_one() -> None:
    assert all(weight > 0 for weight in BASE_MODELS.values())
    assert sum(BASE_MODELS.values()) == pytest.approx(1, abs=0.1)


def test_base_models_predict_in_the_order_of_their_weights(fitted: FittedBaseModels) -> None:
    log_odds = predict_log_odds(fitted, select_closed_samples())
    assert list(log_odds) == [name for name in BASE_MODELS if name in log_odds]
    assert set(log_odds) <= set(BASE_MODELS)
    assert set(log_odds) > NEEDS_NO_TRAINING


def test_all_log_odds_are_finite_and_none_is_certain(fitted: FittedBaseModels) -> None:
    samples = weekly_samples()
    for name, log_odds in predict_log_odds(fitted, samples).items():
        assert log_odds.shape == samples.window.shape, name
        assert np.isfinite(log_odds).all(), name
        assert np.abs(log_odds).max() <= 7, name


def test_base_models_predict_better_than_the_base_rate(fitted: FittedBaseModels) -> None:
    samples = select_closed_samples()
    base = samples.outcome.mean()
    plain = log_loss(np.full(samples.size, np.log(base / (1 - base))), samples.outcome)
    losses = {
        name: log_loss(values, samples.outcome) for name, values in predict_log_odds(fitted, samples).items()
    }
    for name in ("ridge", "prior", "prior_level", "recency_frequency", "self_exciting"):
        assert losses[name] < plain, name
    assert losses["prior_level"] <= losses["prior"] + 1e-3
    assert losses["ridge"] <= losses["prior"] + 1e-3


def test_too_few_samples_fit_nothing() -> None:
    few = select_closed_samples().take(np.arange(MIN_TRAINING_ROWS - 1))
    assert fit_base_models(few, seed=0) is None


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_samples_with_one_outcome_only_fit_nothing(outcome: float) -> None:
    samples = select_closed_samples()
    assert fit_base_models(replace(samples, outcome=np.full(samples.size, outcome)), 0) is None


def test_without_training_the_closed_forms_and_the_prior_still_predict() -> None:
    samples = select_closed_samples()
    log_odds = predict_log_odds(None, samples)
    assert set(log_odds) == NEEDS_NO_TRAINING
    assert np.array_equal(log_odds["prior"], np.clip(samples.prior, -7, 7))


def test_the_same_seed_fits_the_same_models() -> None:
    samples = select_closed_samples()
    first, second = (predict_log_odds(fit_base_models(samples, seed=5), samples) for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_a_sample_is_predicted_the_same_alone_as_among_others(fitted: FittedBaseModels) -> None:
    samples = weekly_samples()
    every, few = predict_log_odds(fitted, samples), predict_log_odds(fitted, samples.take(np.arange(5)))
    for name in every:
        assert np.allclose(every[name][:5], few[name], atol=1e-9), name


def test_a_workspace_that_recurs_more_than_the_prior_thinks_raises_the_level() -> None:
    samples = select_closed_samples()
    chance = expit(samples.prior + 1.5)
    outcome = (np.random.default_rng(0).random(len(chance)) < chance).astype(float)
    log_odds = predict_log_odds(fit_base_models(replace(samples, outcome=outcome), 0), samples)
    assert np.mean(log_odds["prior_level"] - log_odds["prior"]) > 0.7
    assert np.mean(log_odds["ridge"] - log_odds["prior"]) > 0.5
