"""Closed forms give probabilities, grow with the window, and recover the truth their data was made from."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.recurrence.closed_forms import (
    ChurnModel,
    churn_model_probability,
    expit,
    fit_churn_model,
    fit_hawkes,
    gamma_poisson,
    hawkes_columns,
    hawkes_probability,
    logit,
)

counts = st.floats(0, 500)
ages = st.floats(0.1, 3000)


@given(counts, ages, st.sampled_from([3.0, 30.0, 120.0]), st.integers(1, 90))
def test_a_longer_window_is_never_less_likely(decayed, age, half_life, window):
    short = gamma_poisson(np.array([decayed]), np.array([age]), half_life, window)[0]
    long = gamma_poisson(np.array([decayed]), np.array([age]), half_life, window + 1)[0]
    assert 0 < short <= long < 1 + 1e-12


@given(st.floats(0.001, 0.999))
def test_log_odds_and_back_is_the_same_probability(probability):
    assert abs(expit(logit(np.array([probability])))[0] - probability) < 1e-9


def test_a_pattern_silent_for_long_is_probably_gone():
    model = ChurnModel(1.0, 20.0, 1.0, 4.0)
    repeats, last, window = np.array([10.0, 10.0]), np.array([100.0, 100.0]), np.array([30.0, 30.0])
    fresh, stale = churn_model_probability(model, repeats, last, np.array([102.0, 400.0]), window)
    assert fresh > 0.8 > 0.1 > stale


def test_the_churn_fit_recovers_the_rate_of_patterns_that_never_end():
    rng = np.random.default_rng(0)
    age = np.full(400, 200.0)
    repeats = rng.poisson(rng.gamma(2.0, 1 / 40.0, 400) * 200.0).astype(float)
    last = np.where(repeats > 0, 200.0 * repeats / (repeats + 1), 0.0)
    model = fit_churn_model(repeats, last, age)
    assert 0.03 < model.r / model.alpha < 0.08


def test_the_hawkes_fit_recovers_the_frequency_of_its_data():
    rng = np.random.default_rng(0)
    decayed = rng.gamma(1, 1, (3000, 8))
    age, window = np.full(3000, 100.0), np.full(3000, 7.0)
    columns = hawkes_columns(decayed, decayed[:, 4] * 3, age, window)
    truth = -np.expm1(-0.3 * columns[:, 2])
    outcome = (rng.random(3000) < truth).astype(float)
    probability = hawkes_probability(fit_hawkes(columns, outcome, np.ones(3000)), columns)
    assert abs(probability.mean() - outcome.mean()) < 0.02
    assert np.corrcoef(probability, truth)[0, 1] > 0.9
