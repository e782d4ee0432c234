"""Textbook forms answer with probabilities, grow with the window, and find the truth they were made from."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.recurrence.closed_forms import (
    Dropout,
    dropout_probability,
    excitation,
    expit,
    fit_dropout,
    fit_self_exciting,
    gamma_poisson,
    logit,
    self_exciting_probability,
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
    model = Dropout(1.0, 20.0, 1.0, 4.0)
    repeats, last, window = np.array([10.0, 10.0]), np.array([100.0, 100.0]), np.array([30.0, 30.0])
    fresh, stale = dropout_probability(model, repeats, last, np.array([102.0, 400.0]), window)
    assert fresh > 0.8 > 0.1 > stale


def test_the_dropout_fit_finds_the_rate_of_patterns_that_never_die():
    rng = np.random.default_rng(0)
    age = np.full(400, 200.0)
    repeats = rng.poisson(rng.gamma(2.0, 1 / 40.0, 400) * 200.0).astype(float)
    last = np.where(repeats > 0, 200.0 * repeats / (repeats + 1), 0.0)
    model = fit_dropout(repeats, last, age)
    assert 0.03 < model.r / model.alpha < 0.08


def test_the_self_exciting_fit_gives_back_the_frequency_it_was_shown():
    rng = np.random.default_rng(0)
    decayed = rng.gamma(1, 1, (3000, 8))
    age, window = np.full(3000, 100.0), np.full(3000, 7.0)
    columns = excitation(decayed, decayed[:, 4] * 3, age, window)
    truth = -np.expm1(-0.3 * columns[:, 2])
    happened = (rng.random(3000) < truth).astype(float)
    said = self_exciting_probability(fit_self_exciting(columns, happened, np.ones(3000)), columns)
    assert abs(said.mean() - happened.mean()) < 0.02
    assert np.corrcoef(said, truth)[0, 1] > 0.9
