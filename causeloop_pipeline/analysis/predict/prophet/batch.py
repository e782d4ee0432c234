"""Batched Prophet: the exact MAP of its own model, solved for all series that share a date grid.

With additive seasonality Prophet's posterior given the noise is a ridge (flat growth) or a ridge plus lasso
(linear growth) problem in one design matrix, which is built here as Prophet builds it. Stock Prophet is the
oracle of the tests.
"""

import logging
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.predict.prophet.changepoints import (
    CHANGEPOINT_PRIOR_SCALE,
    NOISE_PRIOR_SCALE,
    fit_changepoints,
    solve_noise_variance,
)

WEEKLY_ORDER = 3
SEASONAL_PRIOR_SCALE = 10.0
LEVEL_PRIOR_SCALE = 5.0
CHANGEPOINT_RANGE, MAX_CHANGEPOINTS = 0.8, 25  # Prophet's defaults
EPOCH = date(1970, 1, 1)
INTERVAL_80 = 1.2815515655446004  # Prophet's default width


@dataclass(frozen=True)
class FlatDesign:
    """A flat-growth design in the eigenbasis of its penalised Gram matrix; `week` is the design of one week
    (7 x k).
    """

    week: Floats
    basis: Floats
    eigen: Floats
    length: int


@dataclass(frozen=True)
class FlatFit:
    """Level and weekly coefficients per series (scaled), and the noise variance."""

    theta: Floats
    variance: Floats


def diagonalize_flat_design(matrix: Floats, week: Floats) -> FlatDesign:
    """Diagonalise a design whose first column is the level and whose others are seasonal.

    In: design (days x k), that of one week (7 x k). Out: FlatDesign.
    """
    scale = np.full(matrix.shape[1], SEASONAL_PRIOR_SCALE)
    scale[0] = LEVEL_PRIOR_SCALE
    eigen, vectors = np.linalg.eigh((matrix * scale).T @ (matrix * scale))
    return FlatDesign(week, scale[:, None] * vectors, np.maximum(eigen, 0.0), len(matrix))


def load_prophet() -> Any:
    """Load Prophet's class, with its log messages on plotting and on every fit switched off.

    Out: the class.
    """
    logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)
    logging.getLogger("cmdstanpy").setLevel(logging.WARNING)
    from prophet import Prophet

    return Prophet


@cache
def build_weekly_design(weeks: int) -> FlatDesign:
    """Build the design of whole weeks: a level and Prophet's weekly Fourier terms.

    In: how many weeks. Out: FlatDesign.
    """
    days = np.arange(7 * weeks, dtype=float)
    matrix = np.column_stack([np.ones(len(days)), _build_weekly_terms(days)])
    return diagonalize_flat_design(matrix, matrix[:7])


def fit_flat(design: FlatDesign, projected: Floats, squares: Floats) -> FlatFit:
    """Fit the joint MAP of level, weekly coefficients and noise for all series (scaled as Prophet scales
    them).

    In: X'y per series (n x k) and y'y. With u the whitened coefficients, given s = σ² the optimum is u = c /
    (Λ + s), and the stationary point in s solves T·s + 4·s² = RSS(s). Out: FlatFit. Source: Prophet's Stan
    model (Taylor & Letham 2018).
    """
    fit = fit_whitened(design.eigen, projected @ design.basis, squares, design.length)
    return FlatFit(fit.whitened @ design.basis.T, fit.variance)


@dataclass(frozen=True)
class WhitenedFit:
    """Coefficients in the eigenbasis per series, and the noise variance."""

    whitened: Floats
    variance: Floats


def fit_whitened(eigen: Floats, correlation: Floats, squares: Floats, length: int | Ints) -> WhitenedFit:
    """Fit the joint MAP of coefficients and noise in the eigenbasis of each design.

    In: eigenvalues (one design for all, or a row a series), X'y in that basis (n x k), y'y, days (of all, or
    of each). Out: WhitenedFit; how: `fit_flat`.
    """
    power = correlation**2
    variance = np.maximum(squares / length, 1e-12)
    for _ in range(30):
        shrunk = eigen + variance[:, None]
        residual = np.maximum(
            squares - np.sum(power * (eigen + 2 * variance[:, None]) / shrunk**2, axis=1), 1e-18
        )
        updated = solve_noise_variance(residual, length)
        has_moved = np.abs(updated - variance) > 1e-10 * variance
        variance = updated
        if not has_moved.any():
            break
    return WhitenedFit(correlation / (eigen + variance[:, None]), variance)


@dataclass(frozen=True)
class BatchDesign:
    """Prophet's own matrices for one date grid: columns slope, level, changepoint hinges, weekly terms;
    history and future rows.
    """

    growth: str
    past: Floats
    ahead: Floats
    ridge: Floats
    hinges: slice
    ahead_t: Floats


@dataclass(frozen=True)
class BatchForecast:
    """Per series: yhat and interval over the future days, sigma, and the negative log posterior reached."""

    yhat: Floats
    lower: Floats
    upper: Floats
    sigma: Floats
    objective: Floats


@lru_cache(maxsize=256)
def build_batch_design(growth: str, first_day: date, days: int, horizon: int) -> BatchDesign:
    """Build Prophet's design of a daily grid (weekly seasonality of order 3, its default changepoints).

    In: flat or linear growth, the first day, days of history, days ahead. Out: BatchDesign. Raises ValueError
    for growth other than flat or linear: those go through stock Prophet.
    """
    if growth not in ("flat", "linear"):
        raise ValueError(f"growth must be flat or linear, not {growth}: other models need stock Prophet")
    if days < 2:
        raise ValueError(f"a history has two days at least, not {days}")
    grid = np.arange(days + horizon, dtype=float)
    seasonal = _build_weekly_terms((first_day - EPOCH).days + grid)
    t = grid / (days - 1)
    knots = _place_changepoints(days) if growth == "linear" else np.zeros(0)
    past, ahead = (
        _grid_columns(growth, t[rows], knots, seasonal[rows]) for rows in (slice(days), slice(days, None))
    )
    lead = [1 / LEVEL_PRIOR_SCALE**2] * (2 if growth == "linear" else 1)
    weekly = [1 / SEASONAL_PRIOR_SCALE**2] * seasonal.shape[1]
    ridge = np.array([*lead, *np.zeros(len(knots)), *weekly])
    hinges = slice(len(lead), len(lead) + len(knots))
    return BatchDesign(growth, past, ahead, ridge, hinges, t[days:])


def _build_weekly_terms(days: Floats) -> Floats:
    """Prophet's Fourier terms of a week, for days since the epoch: sine and cosine of each order."""
    angles = np.multiply.outer(2 * np.pi * days, np.arange(1, WEEKLY_ORDER + 1) / 7.0)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(len(days), 2 * WEEKLY_ORDER)


def _place_changepoints(days: int) -> Floats:
    """Where Prophet lets the trend change, as shares of the history: evenly in its first 80 %."""
    reached = int(np.floor(days * CHANGEPOINT_RANGE))
    count = min(MAX_CHANGEPOINTS, reached - 1)
    if count < 1:
        return np.zeros(1)  # Prophet's dummy
    places = np.linspace(0, reached - 1, count + 1).round()[1:]
    shares: Floats = places / (days - 1)
    return shares


def _grid_columns(growth: str, t: Floats, knots: Floats, seasonal: Floats) -> Floats:
    trend = [t, np.ones(len(t))] if growth == "linear" else [np.ones(len(t))]
    return np.column_stack([*trend, *(np.maximum(t - knot, 0.0) for knot in knots), seasonal])


def build_stock_model(growth: Any) -> Any:
    """Build Prophet as configured here: what the batch must agree with.

    In: flat or linear growth. Out: Prophet's model, not yet fitted.
    """
    return load_prophet()(
        growth=growth,
        weekly_seasonality=WEEKLY_ORDER,
        daily_seasonality=False,
        yearly_seasonality=False,
        uncertainty_samples=0,
    )


def forecast_batch(design: BatchDesign, series: Floats) -> BatchForecast:
    """Forecast every series of one grid from its exact MAP.

    In: series x days, finite, in events. Out: BatchForecast with 80 % intervals: Normal(yhat, sigma), for
    linear growth plus the variance of future changepoints S·2λ²·(t - 1)³ / 3 with λ the mean absolute change.
    Constant series are given back as they are. Raises ValueError when a value is not finite or the length is
    not the grid's.
    """
    if series.shape[1] != len(design.past) or not np.isfinite(series).all():
        raise ValueError(f"series must be finite and {len(design.past)} days long")
    scale = np.abs(series).max(axis=1)
    scale = np.where(scale > 0, scale, 1.0)
    scaled = series / scale[:, None]
    projected, squares = scaled @ design.past, np.einsum("ij,ij->i", scaled, scaled)
    theta, variance = _fit(design, projected, squares)
    constant = series.min(axis=1) == series.max(axis=1)
    ahead = np.where(constant[:, None], scaled[:, :1], theta @ design.ahead.T)
    spread = np.sqrt(np.where(constant, 0.0, variance)[:, None] + _trend_variance(design, theta))
    objective = compute_posterior_loss(design, projected, squares, theta, variance)
    wide = INTERVAL_80 * spread
    parts = (ahead, ahead - wide, ahead + wide)
    yhat, lower, upper = (part * scale[:, None] for part in parts)
    return BatchForecast(yhat, lower, upper, np.sqrt(variance) * scale, objective)


def _fit(design: BatchDesign, projected: Floats, squares: Floats) -> tuple[Floats, Floats]:
    if design.growth == "flat":
        fit = fit_flat(diagonalize_flat_design(design.past, design.past[:7]), projected, squares)
        return fit.theta, fit.variance
    return fit_changepoints(design.past, design.ridge, design.hinges, projected, squares)


def _trend_variance(design: BatchDesign, theta: Floats) -> Floats:
    if design.growth == "flat":
        return np.zeros((len(theta), 1))
    changes = np.abs(theta[:, design.hinges])
    ahead = np.maximum(design.ahead_t - 1.0, 0.0) ** 3 / 3
    result: Floats = changes.shape[1] * 2 * changes.mean(axis=1)[:, None] ** 2 * ahead
    return result


def compute_posterior_loss(
    design: BatchDesign, projected: Floats, squares: Floats, theta: Floats, variance: Floats
) -> Floats:
    """Compute the negative log posterior of Prophet's Stan model (constants dropped) for scaled series y.

    In: the design, X'y per series (n x k) and y'y, coefficients and noise variance. Out: one number per
    series.
    """
    fitted = theta @ (design.past.T @ design.past)
    residual = np.maximum(squares - np.einsum("ij,ij->i", theta, 2 * projected - fitted), 0.0)
    loss: Floats = (
        0.5 * len(design.past) * np.log(variance)
        + residual / (2 * variance)
        + 0.5 * theta**2 @ design.ridge
        + np.abs(theta[:, design.hinges]).sum(axis=1) / CHANGEPOINT_PRIOR_SCALE
        + variance / (2 * NOISE_PRIOR_SCALE**2)
    )
    return loss
