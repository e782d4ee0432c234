"""Backtest: how good the predictions would have been on past events, beside a simple reference.

At every forecast origin only earlier events are used: for the features, for the models, for their weights and
for the calibration.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.base_models import BASE_MODELS
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import (
    accumulate_gaps,
)
from causeloop_pipeline.analysis.predict.recurrence.history import (
    OccurrenceHistory,
    build_history,
    select_eligible_pairs,
    to_milliseconds,
)
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import (
    RecurrencePrior,
    load_pretrained_prior,
)
from causeloop_pipeline.analysis.predict.recurrence.rolling_origin import (
    IssuedForecasts,
    choose_refit_moments,
    roll_forward,
)
from causeloop_pipeline.analysis.predict.recurrence.samples import (
    OriginPairs,
    SampleOptions,
    Samples,
    build_samples,
)
from causeloop_pipeline.analysis.predict.scoring_rules import score_windows
from causeloop_pipeline.model.frames import INSTANT

_ORIGIN_STEP = 7 * DAY_MS


@dataclass(frozen=True, kw_only=True)
class BacktestOptions:
    """What is predicted, when, and how it is scored."""

    windows: tuple[int, ...] = (7, 30)  # days
    origins: Sequence[datetime] | None = None  # default: weekly, of which the second half is scored
    active_within_days: float | None = None  # default: 180 to 730, as nearly all gaps of the history need
    score_from: datetime | None = None
    refits: int = 40  # how often the models are fitted again, at most
    resamples: int = 300  # of the bootstrap
    seed: int = 0


@dataclass(frozen=True)
class BacktestResult:
    """`predictions` (one row per pattern, origin and window) and `scores` (one row per window)."""

    predictions: pl.DataFrame
    scores: pl.DataFrame


def backtest(
    events: pl.DataFrame, options: BacktestOptions | None = None, *, prior: RecurrencePrior | None = None
) -> BacktestResult:
    """Predicts at every origin from earlier events, and scores the windows that have closed.

    In: `events` (pattern_id, occurred_at); options; the pretrained prior (default: the one that is
    delivered). A pattern is predicted at an origin with at least 2 earlier events, one of them in the last
    `active_within_days`. Out: the result; `predictions` has pattern_id, origin, window_days, probability,
    outcome (null while the window is open), reference, known_rate and one column per base model; for `scores`
    see `score_windows`. Raises ValueError for windows below one day, for events without a usable row and if
    there is nothing to predict.
    """
    options = options or BacktestOptions()
    _check_input(events, options.windows)
    options = replace(options, windows=tuple(sorted(set(options.windows))))

    origins, reference_time = _choose_origins(events, options.origins)
    history = build_history(events, reference_time=reference_time)
    score_from = _first_scored(origins, options)
    samples = _build_samples(history, origins, score_from, options, prior or load_pretrained_prior())
    if not len(samples.pattern_idx):
        raise ValueError("no pattern has two events before an origin: use later origins or a longer history")

    refit_moments = choose_refit_moments(samples.forecast_origin, max_refits=options.refits)
    issued = roll_forward(samples, samples, refit_moments, windows=options.windows, seed=options.seed)
    predictions = _prediction_rows(history, issued)
    predictions = predictions.filter(issued.samples.forecast_origin >= score_from)
    predictions = predictions.sort("origin", "pattern_id", "window_days")
    scores = score_windows(predictions, resamples=options.resamples, seed=options.seed)
    return BacktestResult(predictions, scores)


def _check_input(events: pl.DataFrame, windows: tuple[int, ...]) -> None:
    if not windows or min(windows) < 1:
        raise ValueError(f"windows must be whole days from 1, not {windows}")
    if events.select("pattern_id", "occurred_at").drop_nulls().is_empty():
        raise ValueError("no row has both pattern_id and occurred_at")


def _choose_origins(events: pl.DataFrame, requested: Sequence[datetime] | None) -> tuple[Ints, datetime]:
    """Origins in ms, with weekly ones before the requested ones to warm up, and the instant that days are
    counted from.
    """
    first, last = events.select(
        pl.col("occurred_at").min().alias("first"), pl.col("occurred_at").max().alias("last")
    ).row(0)
    start = to_milliseconds(first)
    if requested:
        scored = np.unique([to_milliseconds(origin) for origin in requested])
        warm_up = np.arange(scored[0] - _ORIGIN_STEP, start, -_ORIGIN_STEP)[::-1]
        return np.concatenate([warm_up, scored]), max(requested)
    midnight = last.replace(hour=0, minute=0, second=0, microsecond=0)
    return np.arange(to_milliseconds(midnight), start, -_ORIGIN_STEP)[::-1], midnight


def _first_scored(origins: Ints, options: BacktestOptions) -> int:
    if options.score_from:
        return to_milliseconds(options.score_from)
    if options.origins:
        return min(to_milliseconds(origin) for origin in options.origins)
    return int(origins[len(origins) // 2])


def choose_active_days(history: OccurrenceHistory, before: int) -> float:
    """Chooses after how many days without an event a pattern is no longer predicted.

    In: a history, and the instant (ms) up to which it may be looked at. Out: 180, 365 or 730, as 90 % of the
    gaps need.
    """
    days = history.days
    is_gap = (days.pattern_idx[1:] == days.pattern_idx[:-1]) & (days.at[1:] < before)
    gaps = np.diff(days.at)[is_gap] / DAY_MS
    if not len(gaps):
        return 180.0
    long_gap = float(np.quantile(gaps, 0.9))
    return 180.0 if long_gap <= 120 else 365.0 if long_gap <= 240 else 730.0


def _build_samples(
    history: OccurrenceHistory,
    origins: Ints,
    score_from: int,
    options: BacktestOptions,
    prior: RecurrencePrior,
) -> Samples:
    active_days = options.active_within_days or choose_active_days(history, score_from)
    pattern_idx, forecast_origin = select_eligible_pairs(history, origins, active_within_days=active_days)
    known_until = int(history.events.at.max()) + 1
    pairs = OriginPairs(pattern_idx, forecast_origin)
    return build_samples(
        history, accumulate_gaps(history), pairs, SampleOptions(options.windows, prior, known_until)
    )


def compute_known_base_rate(samples: Samples) -> Floats:
    """Computes the base rate as it was known at each origin.

    In: samples. Out: per sample the share of the windows closed by its origin in which an event occurred; one
    half before any had closed.
    """
    rate = np.full(len(samples.pattern_idx), 0.5)
    for window in np.unique(samples.window):
        is_window = samples.window == window
        is_closed = is_window & ~np.isnan(samples.outcome)
        order = np.argsort(samples.window_end[is_closed], kind="stable")
        recurrences = np.concatenate([[0.0], np.cumsum(samples.outcome[is_closed][order])])
        closed = np.searchsorted(
            samples.window_end[is_closed][order], samples.forecast_origin[is_window], side="right"
        )
        rate[is_window] = np.where(closed > 0, recurrences[closed] / np.maximum(closed, 1), 0.5)
    return rate


def _prediction_rows(history: OccurrenceHistory, issued: IssuedForecasts) -> pl.DataFrame:
    samples = issued.samples
    origin = pl.Series(samples.forecast_origin, dtype=pl.Int64).cast(pl.Datetime("ms", "UTC"))
    probability_of_model = {name: expit(issued.forecasts.log_odds[name]) for name in BASE_MODELS}
    return pl.DataFrame(
        {
            "pattern_id": history.patterns.gather(samples.pattern_idx),
            "origin": origin.cast(INSTANT),
            "window_days": samples.window.astype(int),
            "probability": issued.probability,
            "outcome": pl.Series(samples.outcome).fill_nan(None).cast(pl.Boolean),
            "reference": issued.reference,
            "known_rate": compute_known_base_rate(samples),
            **{name: pl.Series(values).fill_nan(None) for name, values in probability_of_model.items()},
        }
    )
