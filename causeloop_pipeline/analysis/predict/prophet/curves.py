"""Forecast curves: expected events per day with an 80 % interval, per pattern and for the workspace."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.predict.prophet.batch import INTERVAL_80, build_weekly_design, fit_flat
from causeloop_pipeline.analysis.predict.prophet.stock import StockFitError, forecast_daily
from causeloop_pipeline.model.frames import FORECAST_SCHEMA

WEEKS = (2, 4, 8, 13, 26)
PATTERNS_AT_ONCE = 20_000
MIN_WEEKS_FOR_TREND = 13
HORIZON = 30


@dataclass(frozen=True)
class ForecastCurves:
    """Events per day: `pattern_ids` (null: the whole workspace) x `days`, never below zero."""

    pattern_ids: pl.Series
    days: tuple[date, ...]
    yhat: Floats
    lower: Floats
    upper: Floats

    def rows(self) -> pl.DataFrame:
        """A row a pattern: pattern_id, and yhat, yhat_lower and yhat_upper as arrays of a number a day."""
        columns = {"yhat": self.yhat, "yhat_lower": self.lower, "yhat_upper": self.upper}
        return pl.DataFrame({"pattern_id": self.pattern_ids, **columns})

    def frame(self) -> pl.DataFrame:
        """FORECAST_SCHEMA: a row a pattern and day."""
        size, horizon = self.yhat.shape
        return pl.DataFrame(
            {
                "pattern_id": self.pattern_ids.gather(np.repeat(np.arange(size), horizon)),
                "day": pl.Series(self.days, dtype=pl.Date).gather(np.tile(np.arange(horizon), size)),
                "yhat": self.yhat.ravel(),
                "yhat_lower": self.lower.ravel(),
                "yhat_upper": self.upper.ravel(),
            },
            schema=FORECAST_SCHEMA,
        )


def no_curves(today: date, *, horizon: int = HORIZON) -> ForecastCurves:
    """Forecast curves without any pattern.

    In: the first day, days ahead. Out: ForecastCurves.
    """
    nothing = np.zeros((0, horizon))
    return ForecastCurves(pl.Series([], dtype=pl.String), _days(today, horizon), nothing, nothing, nothing)


def build_forecast_curves(
    patterns: pl.Series,
    pattern_idx: Ints,
    days_ago: Ints,
    *,
    today: date,
    horizon: int = HORIZON,
    workspace_days_ago: Ints | None = None,
) -> ForecastCurves:
    """Build Prophet's flat-growth forecasts with weekly seasonality for the days from `today` on.

    In: pattern ids; per event the pattern's number and how many whole days before `today` it occurred (1 =
    yesterday; today's own events, 0, are not history yet); the same of all events of the workspace where
    these are only some. Out: ForecastCurves, patterns in the given order,
    then the workspace. History: whole weeks, as many as the pattern has seen, 2-26.
    """
    past = days_ago >= 1
    pattern_idx, days_ago = pattern_idx[past], days_ago[past]
    size = len(patterns)
    parts = []
    for low in range(0, size, PATTERNS_AT_ONCE):
        is_part = (pattern_idx >= low) & (pattern_idx < low + PATTERNS_AT_ONCE)
        parts.append(
            _curves(pattern_idx[is_part] - low, days_ago[is_part], min(PATTERNS_AT_ONCE, size - low), horizon)
        )
    everything = days_ago if workspace_days_ago is None else workspace_days_ago[workspace_days_ago >= 1]
    parts.append(_workspace_curve(everything, today, horizon))
    yhat, lower, upper = (np.concatenate([part[k] for part in parts]) for k in range(3))
    names = pl.concat([patterns.cast(pl.String), pl.Series([None], dtype=pl.String)])
    return ForecastCurves(names, _days(today, horizon), yhat, lower, upper)


def _days(today: date, horizon: int) -> tuple[date, ...]:
    return tuple(today + timedelta(days=offset) for offset in range(horizon))


def _workspace_curve(days_ago: Ints, today: date, horizon: int) -> tuple[Floats, Floats, Floats]:
    """The whole workspace has enough events for a trend: linear growth from 13 weeks of history on."""
    weeks = min(int(days_ago.max(initial=0)) // 7, WEEKS[-1])
    if weeks < MIN_WEEKS_FOR_TREND:
        return _curves(np.zeros(len(days_ago), np.int64), days_ago, 1, horizon)
    length = 7 * weeks
    counts = _daily_counts(np.zeros(len(days_ago), np.int64), days_ago, 1)[:, -length:]
    try:
        forecast = forecast_daily(counts[0], today - timedelta(days=length), horizon)
    except StockFitError:
        return _curves(np.zeros(len(days_ago), np.int64), days_ago, 1, horizon)
    yhat, low, high = (np.maximum(part, 0.0)[None] for part in (forecast.yhat, *forecast.interval()))
    return yhat, low, high


def _curves(pattern_idx: Ints, days_ago: Ints, size: int, horizon: int) -> tuple[Floats, Floats, Floats]:
    oldest = np.zeros(size, np.int64)
    np.maximum.at(oldest, pattern_idx, days_ago)
    bucket = np.minimum(np.searchsorted(np.array(WEEKS), -(-oldest // 7)), len(WEEKS) - 1)
    yhat, spread = np.zeros((size, horizon)), np.zeros((size, 1))
    counts = _daily_counts(pattern_idx, days_ago, size)
    for number, weeks in enumerate(WEEKS):
        rows = np.flatnonzero(bucket == number)
        if len(rows):
            yhat[rows], spread[rows, 0] = _flat_forecast(counts[rows], weeks, horizon)
    low, high = yhat - INTERVAL_80 * spread, yhat + INTERVAL_80 * spread
    return np.maximum(yhat, 0.0), np.maximum(low, 0.0), np.maximum(high, 0.0)


def _daily_counts(pattern_idx: Ints, days_ago: Ints, size: int) -> Floats:
    """Events per day, column 0 the oldest of 26 weeks, the last one yesterday."""
    length = 7 * WEEKS[-1]
    recent = days_ago <= length
    cell = pattern_idx[recent] * length + (length - days_ago[recent])
    return np.bincount(cell, minlength=size * length).reshape(size, length).astype(float)


def _flat_forecast(counts: Floats, weeks: int, horizon: int) -> tuple[Floats, Floats]:
    y = counts[:, -7 * weeks :]
    scale = np.maximum(y.max(axis=1), 1.0)
    y = y / scale[:, None]
    design = build_weekly_design(weeks)
    fit = fit_flat(design, y.reshape(-1, weeks, 7).sum(axis=1) @ design.week, np.einsum("ij,ij->i", y, y))
    week = fit.theta @ design.week.T
    ahead = week[:, np.arange(horizon) % 7]
    return ahead * scale[:, None], np.sqrt(fit.variance) * scale
