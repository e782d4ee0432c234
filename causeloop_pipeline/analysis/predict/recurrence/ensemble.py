"""Combines the base models: each is weighted by how well it predicted windows that have since closed, and the
combined probability is calibrated.

The ensemble is linear in log odds. Nothing is learned from a window before it has closed, and overlapping
windows are not counted as independent evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.base_models import (
    BASE_MODELS,
    CAREFUL_WEIGHTS,
    MUCH_KNOWN_ROWS,
)
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.local_learners import fit_logistic

DISCOUNT_HALF_LIFE_DAYS = 730.0
MIN_WINDOWS_TO_CALIBRATE = 8
MIN_ROWS_TO_CALIBRATE = 50
PRIOR_SHRINKAGE = 0.8
HOLDOUT_START = 0.6
UNCALIBRATED = (0.0, 1.0)
CALIBRATION_PRECISION = np.array([1.0, 10.0])  # of intercept and slope: 1 and .3 off is no surprise
ROWS_PER_INDEPENDENT = 20.0
REPEATS_TO_BELIEVE = 1.7  # so many repeats count as much as not knowing; fitted on histories cut short
FULLY_WIDENED_DAYS = 30.0  # a window of a week foretells no more than a young history shows


@dataclass(frozen=True)
class PastForecasts:
    """Forecasts with their outcomes, as arrays of equal length.

    log_odds: of each base model, NaN where it gave none. combined: log odds of the ensemble before
    calibration, NaN where not known. window: days. forecast_origin, window_end: ms. outcome: 0/1, NaN while
    the window is open.
    """

    log_odds: Mapping[str, Floats]
    combined: Floats
    window: Floats
    forecast_origin: Ints
    window_end: Ints
    outcome: Floats

    def extend(self, later: "PastForecasts") -> "PastForecasts":
        """These forecasts and the later ones after them."""
        log_odds = {
            name: np.concatenate([values, later.log_odds[name]]) for name, values in self.log_odds.items()
        }
        names = [field.name for field in fields(self) if field.name != "log_odds"]
        return PastForecasts(
            log_odds, *(np.concatenate([getattr(self, name), getattr(later, name)]) for name in names)
        )


@dataclass(frozen=True)
class Ensemble:
    """Weights per window and base model, and intercept and slope of the calibration per window."""

    weights: Mapping[float, Mapping[str, float]]
    calibration: Mapping[float, tuple[float, float]]


def empty_past_forecasts() -> PastForecasts:
    """No forecasts at all."""
    floats, integers = np.zeros(0), np.zeros(0, np.int64)
    return PastForecasts(dict.fromkeys(BASE_MODELS, floats), floats, floats, integers, integers, floats)


def compute_log_losses(log_odds: Floats, outcome: Floats) -> Floats:
    """Log loss of each row.

    In: log odds and outcomes 0/1. Out: one number per row.
    """
    result: Floats = np.logaddexp(0, log_odds) - outcome * log_odds
    return result


def count_independent_windows(past: PastForecasts, window: float, now: int) -> float:
    """Count how many windows of this length fit between the first and the last closed forecast origin.

    In: the forecasts, days, the moment (ms) up to which windows count as closed. Out: K of `fit_ensemble`.
    """
    closed = (past.window == window) & (past.window_end <= now)
    if not closed.any():
        return 0.0
    origins = past.forecast_origin[closed]
    return float((origins.max() - origins.min()) / DAY_MS / window + 1)


def fit_ensemble(
    past: PastForecasts, windows: tuple[int, ...], now: int, *, step_days: float = 7.0
) -> Ensemble:
    """Fit the weights W_m ∝ W0_m · exp(-½ · ess · min(1, (K - 1) / 8) · (L_m - min L)), then Platt scaling
    where K ≥ 8.

    In: past forecasts, windows in days, the moment (ms) up to which windows count as closed, days between
    forecast origins. Out: Ensemble for every window. L_m is the past log loss discounted with a half-life of
    two years.
    """
    weights, calibration = {}, {}
    for window in windows:
        closed = (past.window == window) & (past.window_end <= now) & ~np.isnan(past.outcome)
        discount = _discount(past.forecast_origin[closed], now)
        sample_weight = min(1.0, step_days / window) * discount
        periods = count_independent_windows(past, window, now)
        weights[float(window)] = _fit_weights(past, closed, sample_weight, periods)
        calibration[float(window)] = _fit_calibration(past, closed, weights[float(window)], now, window)
    return Ensemble(weights, calibration)


def _discount(forecast_origin: Ints, now: int) -> Floats:
    result: Floats = np.exp2((forecast_origin - now) / DAY_MS / DISCOUNT_HALF_LIFE_DAYS)
    return result


def _fit_weights(
    past: PastForecasts, closed: npt.NDArray[np.bool_], sample_weight: Floats, periods: float
) -> dict[str, float]:
    prior = weigh_before_losses(len(sample_weight))
    if periods <= 1 or not len(sample_weight):
        return dict(zip(BASE_MODELS, prior.tolist(), strict=True))

    outcome = past.outcome[closed]
    losses = np.full(len(BASE_MODELS), np.nan)
    for number, name in enumerate(BASE_MODELS):
        log_odds = past.log_odds[name][closed]
        is_available = ~np.isnan(log_odds)
        weight = sample_weight[is_available]
        if weight.sum() > 0.5 * sample_weight.sum():
            model_losses = compute_log_losses(log_odds[is_available], outcome[is_available])
            losses[number] = np.average(model_losses, weights=weight)
    losses = np.where(np.isnan(losses), np.nanmean(losses), losses)

    evidence = 0.5 * sample_weight.sum() / ROWS_PER_INDEPENDENT * min(1.0, (periods - 1) / 8)
    posterior = prior * np.exp(-evidence * (losses - losses.min()))
    return dict(zip(BASE_MODELS, (posterior / posterior.sum()).tolist(), strict=True))


def weigh_before_losses(closed: int) -> Floats:
    """Weigh the base models before their losses count.

    In: how many windows have closed. Out: a weight for each of BASE_MODELS, in all 1: from CAREFUL_WEIGHTS at
    none evenly to BASE_MODELS at 15,000. On small histories the plain reference is hard to beat, and boosted
    trees are beaten by it; the losses of a few thousand overlapping windows show neither.
    """
    much, little = (
        np.array(list(weights.values())) / sum(weights.values()) for weights in (BASE_MODELS, CAREFUL_WEIGHTS)
    )
    evidence = min(1.0, closed / MUCH_KNOWN_ROWS)
    return np.asarray(evidence * much + (1.0 - evidence) * little)


def _combine_past(past: PastForecasts, closed: npt.NDArray[np.bool_], weights: Mapping[str, float]) -> Floats:
    """The combined log odds as issued; where only the base models' are on record, combined with these
    weights.
    """
    combined, window = past.combined[closed], past.window[closed]
    is_missing = np.isnan(combined)
    if not is_missing.any():
        return combined
    log_odds = {name: past.log_odds[name][closed] for name in BASE_MODELS}
    ensemble = Ensemble({float(length): weights for length in np.unique(window)}, {})
    return np.where(is_missing, combine_log_odds(ensemble, log_odds, window), combined)


def _fit_calibration(
    past: PastForecasts,
    closed: npt.NDArray[np.bool_],
    weights: Mapping[str, float],
    now: int,
    window: float,
) -> tuple[float, float]:
    """Intercept and slope from past windows; a common shock counts once, not once for each pattern."""
    outcome, forecast_origin = past.outcome[closed], past.forecast_origin[closed]
    has_enough = count_independent_windows(past, window, now) >= MIN_WINDOWS_TO_CALIBRATE
    if not has_enough or not _has_both_outcomes(outcome):
        return UNCALIBRATED

    combined = _combine_past(past, closed, weights)
    blocks = (forecast_origin - forecast_origin.min()) // int(window * DAY_MS)
    sample_weight = _discount(forecast_origin, now) / estimate_design_effect(combined, outcome, blocks)
    intercept, slope = _fit_platt(combined, outcome, sample_weight)
    shrinkage = _estimate_shrinkage(combined, outcome, sample_weight, forecast_origin, window)
    return shrinkage * intercept, 1.0 + shrinkage * (slope - 1.0)


def _has_both_outcomes(outcome: Floats) -> bool:
    return len(outcome) >= MIN_ROWS_TO_CALIBRATE and bool(outcome.min() < outcome.max())


def _fit_platt(combined: Floats, outcome: Floats, sample_weight: Floats) -> tuple[float, float]:
    """Calibration intercept and slope."""
    design = np.column_stack([np.ones(len(combined)), combined])
    intercept, slope = fit_logistic(design, outcome, sample_weight, CALIBRATION_PRECISION, combined)
    return float(intercept), float(np.clip(1.0 + slope, 0.5, 1.5))


def _estimate_shrinkage(
    combined: Floats, outcome: Floats, sample_weight: Floats, forecast_origin: Ints, window: float
) -> float:
    """How far to apply a calibration: would one fitted on the older part have improved the newer part?

    The posterior of "calibrate" against "leave it", both parts' windows not overlapping.
    """
    first, last = forecast_origin.min(), forecast_origin.max()
    cut = first + HOLDOUT_START * float(last - first)
    early, late = forecast_origin + window * DAY_MS <= cut, forecast_origin >= cut
    if not _has_both_outcomes(outcome[early]) or late.sum() < MIN_ROWS_TO_CALIBRATE:
        return PRIOR_SHRINKAGE

    intercept, slope = _fit_platt(combined[early], outcome[early], sample_weight[early])
    plain, calibrated = (
        sample_weight[late] @ compute_log_losses(log_odds, outcome[late])
        for log_odds in (combined[late], intercept + slope * combined[late])
    )
    prior_odds = PRIOR_SHRINKAGE / (1 - PRIOR_SHRINKAGE)
    odds = prior_odds * np.exp(np.clip(plain - calibrated, -50, 50))
    return float(odds / (1 + odds))


def estimate_design_effect(log_odds: Floats, outcome: Floats, blocks: Ints) -> float:
    """How many times less is known than from as many independent outcomes: the variance of the blocks' summed
    errors over the binomial one, at least 1.

    In: log odds, outcomes 0/1 and the number of the block (a span of time) of each row. Out: a factor.
    Source: Kish's design effect, with the clusters of Liang & Zeger's robust variance.
    """
    probability = expit(log_odds)
    block_errors = np.bincount(np.unique(blocks, return_inverse=True)[1], outcome - probability)
    return max(1.0, float((block_errors**2).sum() / (probability * (1 - probability)).sum()))


def combine_log_odds(ensemble: Ensemble, log_odds: Mapping[str, Floats], window: Floats) -> Floats:
    """The weighted mean of the base models' log odds, before calibration.

    In: the ensemble, log odds by base model (NaN where it gave none: its weight goes to the others), the
    window of each row in days. Out: one number per row.
    """
    total, weight_sum = np.zeros(len(window)), np.zeros(len(window))
    for length, weights in ensemble.weights.items():
        is_window = window == length
        for name, values in log_odds.items():
            is_available = is_window & ~np.isnan(values)
            total[is_available] += weights[name] * values[is_available]
            weight_sum[is_available] += weights[name]
    return total / np.maximum(weight_sum, 1e-12)


def calibrate(ensemble: Ensemble, combined: Floats, window: Floats) -> Floats:
    """Calibrate combined log odds.

    In: the ensemble, `combine_log_odds`, the window of each row in days. Out: one number per row.
    """
    result = combined.copy()
    for length, (intercept, slope) in ensemble.calibration.items():
        is_window = window == length
        result[is_window] = intercept + slope * combined[is_window]
    return result


def widen_beyond_observed(log_odds: Floats, window: Floats, observed_days: Floats, repeats: Floats) -> Floats:
    """Widen predictions towards even odds where the window is longer than what was observed.

    In: calibrated log odds, the window of each row in days, for how many days its workspace was observed, and
    how many active days after the first its pattern has. Out: log odds. Until a window of its length has
    passed, nothing shows whether the prior fits the workspace: repeats r count r / (r + 1.7) of the log odds;
    from two such windows on all of it stays. Measured on public histories cut to 4 to 30 days, with the
    family left out: at 30 days log loss .51 to .63 before and .50 to .56 after, ECE .10 to .14 and .06 to
    .09.
    """
    unobserved = np.clip(2.0 - observed_days / window, 0.0, 1.0)
    extent = unobserved * np.minimum(1.0, window / FULLY_WIDENED_DAYS)
    result: Floats = log_odds * (1.0 - extent * REPEATS_TO_BELIEVE / (repeats + REPEATS_TO_BELIEVE))
    return result
