"""Rolling-origin forecasts: refit now and then, predict until the next refit, weigh the base models by what
has closed.

The same walk gives a backtest its predictions and a live model its weights and calibration.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.base_models import (
    BASE_MODELS,
    MIN_TRAINING_ROWS,
    fit_base_models,
    predict_log_odds,
)
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.ensemble import (
    Ensemble,
    PastForecasts,
    calibrate,
    combine_log_odds,
    empty_past_forecasts,
    fit_ensemble,
    widen_beyond_observed,
)
from causeloop_pipeline.analysis.predict.recurrence.local_learners import (
    fit_reference,
    predict_reference_log_odds,
)
from causeloop_pipeline.analysis.predict.recurrence.rhythm.rhythm import blend_rhythm
from causeloop_pipeline.analysis.predict.recurrence.samples import (
    WEIGHT_HALF_LIFE_DAYS,
    Samples,
    concat_samples,
)

MIN_PROBABILITY, MAX_PROBABILITY = 0.002, 0.995


@dataclass(frozen=True)
class IssuedForecasts:
    """Samples in the order they were issued, the forecasts as they were issued, the calibrated probability
    and that of the reference per sample, and the last ensemble.
    """

    samples: Samples
    forecasts: PastForecasts
    probability: Floats
    reference: Floats
    ensemble: Ensemble


def roll_forward(
    training: Samples,
    requested: Samples,
    refits: Sequence[int],
    *,
    windows: tuple[int, ...],
    seed: int,
    max_training_rows: int = 60_000,
    earlier: PastForecasts | None = None,
) -> IssuedForecasts:
    """Walk through the refit moments and issue a forecast for every requested sample from the first on.

    In: training samples (used only once their window has closed), the samples to predict, refit moments (ms,
    ascending), windows in days, a seed, how many closed rows the base models see at a refit, earlier
    forecasts to weigh the models by. Out: IssuedForecasts of the requested samples.
    """
    past, steps = earlier or empty_past_forecasts(), []
    bounds = [*refits, np.iinfo(np.int64).max]
    for number, moment in enumerate(refits):
        closed = _select_closed(training, moment, seed + number, max_training_rows)
        ensemble = fit_ensemble(past, windows, moment)
        is_due = (requested.forecast_origin >= moment) & (requested.forecast_origin < bounds[number + 1])
        due = requested.take(is_due)

        log_odds = _fill_missing(predict_log_odds(fit_base_models(closed, seed), due), due.size)
        combined = combine_log_odds(ensemble, log_odds, due.window)
        calibrated = calibrate(ensemble, combined, due.window)
        widened = widen_beyond_observed(calibrated, due.window, due.observed_days, due.repeats)
        blended = blend_rhythm(widened, due.rhythm, due.rhythm_weight)
        probability = np.clip(blended, MIN_PROBABILITY, MAX_PROBABILITY)

        issued = PastForecasts(
            log_odds, combined, due.window, due.forecast_origin, due.window_end, due.outcome
        )
        past = past.extend(issued)
        steps.append(IssuedForecasts(due, issued, probability, _predict_reference(closed, due), ensemble))
    return _concat_steps(steps)


def _select_closed(training: Samples, moment: int, seed: int, max_rows: int) -> Samples:
    """At most so many samples whose window closed by the moment, weighted by their age then."""
    which = np.flatnonzero((training.window_end <= moment) & ~np.isnan(training.outcome))
    if len(which) > max_rows:
        which = np.sort(np.random.default_rng(seed).permutation(which)[:max_rows])
    closed = training.take(which)
    if closed.weight.max(initial=0.0) <= 0:
        return closed
    age = (moment - closed.forecast_origin) / DAY_MS
    overlap = np.minimum(1.0, 7.0 / closed.window)
    return replace(closed, weight=overlap * np.exp2(-age / WEIGHT_HALF_LIFE_DAYS))


def _predict_reference(closed: Samples, due: Samples) -> Floats:
    """Probability of the recency-frequency reference, fitted per window on the same samples."""
    result = np.full(due.size, np.nan)
    for window in np.unique(due.window):
        is_window, training = due.window == window, closed.take(closed.window == window)
        if training.size < MIN_TRAINING_ROWS or training.outcome.min() == training.outcome.max():
            result[is_window] = training.outcome.mean() if training.size else 0.5
            continue
        model = fit_reference(training.columns, training.outcome, training.weight)
        result[is_window] = expit(predict_reference_log_odds(model, due.columns[is_window]))
    probability: Floats = np.clip(result, MIN_PROBABILITY, MAX_PROBABILITY)
    return probability


def _fill_missing(log_odds: dict[str, Floats], size: int) -> dict[str, Floats]:
    return {name: log_odds.get(name, np.full(size, np.nan)) for name in BASE_MODELS}


def _concat_steps(steps: list[IssuedForecasts]) -> IssuedForecasts:
    samples = concat_samples([step.samples for step in steps])
    forecasts = steps[0].forecasts
    for step in steps[1:]:
        forecasts = forecasts.extend(step.forecasts)
    probability, reference = (
        np.concatenate([getattr(step, name) for step in steps]) for name in ("probability", "reference")
    )
    monotone = _raise_to_shorter_windows(samples, probability)
    return IssuedForecasts(samples, forecasts, monotone, reference, steps[-1].ensemble)


def _raise_to_shorter_windows(samples: Samples, probability: Floats) -> Floats:
    """Never less likely in a longer window: running maximum over the windows of one (pattern, origin)."""
    order = np.lexsort((samples.window, samples.forecast_origin, samples.pattern_idx))
    pattern_idx, forecast_origin = samples.pattern_idx[order], samples.forecast_origin[order]
    is_new_pair = np.ones(len(order), bool)
    is_new_pair[1:] = (pattern_idx[1:] != pattern_idx[:-1]) | (forecast_origin[1:] != forecast_origin[:-1])
    pair = np.cumsum(is_new_pair)
    result = np.empty(len(order))
    result[order] = np.maximum.accumulate(probability[order] + 2.0 * pair) - 2.0 * pair
    return result


def choose_refit_moments(origins: Ints, *, max_refits: int, min_days: float = 28.0) -> list[int]:
    """Choose refit moments among the forecast origins.

    In: origins (ms), how many moments at most, days between two of them at least. Out: ascending moments, the
    first origin among them.
    """
    moments = np.unique(origins)
    apart = max(min_days * DAY_MS, (moments[-1] - moments[0]) / max_refits)
    chosen = [int(moments[0])]
    for moment in moments[1:].tolist():
        if moment - chosen[-1] >= apart:
            chosen.append(moment)
    return chosen
