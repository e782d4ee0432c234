"""Linear growth with Laplace changepoints is solved exactly: nothing near has a better posterior."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.prophet.batch import build_batch_design, compute_posterior_loss
from causeloop_pipeline.analysis.predict.prophet.changepoints import (
    NOISE_PRIOR_SCALE,
    build_split_basis,
    fit_changepoints,
    solve_noise_variance,
)

DAYS, HORIZON = 120, 14


@pytest.fixture(scope="module")
def design():
    return build_batch_design("linear", date(2025, 1, 1), DAYS, HORIZON)


def simulate_counts(size=6, seed=0, drift=1.0):
    rng = np.random.default_rng(seed)
    t = np.arange(DAYS) / DAYS
    rate = np.exp(rng.normal(0, drift, (size, 1)) * np.clip(t - 0.4, 0, None) * 3) * rng.gamma(
        2, 1, (size, 1)
    )
    rows = rng.poisson(rate).astype(float) + rng.random((size, DAYS)) * 0.01
    return rows / rows.max(axis=1, keepdims=True)


def solve(design, rows):
    squares = np.einsum("ij,ij->i", rows, rows)
    return fit_changepoints(design.past, design.ridge, design.hinges, rows @ design.past, squares)


def losses(design, rows, theta, variance):
    squares = np.einsum("ij,ij->i", rows, rows)
    return compute_posterior_loss(design, rows @ design.past, squares, theta, variance)


@settings(max_examples=30, deadline=None)
@given(residual=st.floats(1e-6, 1e6), length=st.integers(2, 1000))
def test_the_noise_is_where_the_posterior_is_stationary(residual, length):
    variance = float(solve_noise_variance(np.array([residual]), length)[0])
    assert variance > 0
    assert length * variance + variance**2 / NOISE_PRIOR_SCALE**2 == pytest.approx(residual, rel=1e-9)


def test_more_residual_is_more_noise():
    assert (np.diff(solve_noise_variance(np.linspace(0.1, 50, 40), 100)) > 0).all()


def test_no_step_in_any_direction_improves_the_posterior(design):
    rows, rng = simulate_counts(), np.random.default_rng(1)
    theta, variance = solve(design, rows)
    best = losses(design, rows, theta, variance)
    for _ in range(60):
        step = rng.normal(0, 10.0 ** -rng.uniform(1, 4), theta.shape) * (rng.random(theta.shape) < 0.2)
        nearby = variance * np.exp(rng.normal(0, 0.02, variance.shape))
        assert (losses(design, rows, theta + step, nearby) >= best - 1e-3).all()


def test_changes_without_evidence_are_exactly_zero(design):
    rng = np.random.default_rng(2)
    flat = np.clip(0.5 + rng.normal(0, 0.1, (4, DAYS)), 0, 1)
    theta, _ = solve(design, flat)
    assert (theta[:, design.hinges] == 0).mean() > 0.8


def test_a_change_of_trend_is_found_where_it_is(design):
    t = np.linspace(0, 1, DAYS)
    bent = (0.1 + 2.0 * np.clip(t - 0.4, 0, None)) / 1.3
    noisy = bent + np.random.default_rng(3).normal(0, 0.02, DAYS)
    theta, variance = solve(design, noisy[None])
    assert np.abs(theta @ design.past.T - bent).max() < 0.04
    assert np.sqrt(variance[0]) < 0.03


def test_a_series_does_not_depend_on_the_series_beside_it(design):
    rows = simulate_counts(seed=5)
    together, _ = solve(design, rows)
    alone = np.vstack([solve(design, rows[[number]])[0] for number in range(len(rows))])
    assert np.allclose(together, alone, atol=1e-3)


def test_the_split_basis_diagonalises_the_linear_step(design):
    split = build_split_basis(design.past, design.ridge, design.hinges)
    gram = split.basis.T @ (design.past.T @ design.past) @ split.basis
    assert np.allclose(gram, np.diag(split.eigen), atol=1e-8)
    assert (split.eigen >= 0).all()
    assert split.hinge.shape == (design.hinges.stop - design.hinges.start, len(design.ridge))


def test_no_series_has_no_solution(design):
    theta, variance = solve(design, np.zeros((0, DAYS)))
    assert theta.shape == (0, len(design.ridge))
    assert variance.shape == (0,)
