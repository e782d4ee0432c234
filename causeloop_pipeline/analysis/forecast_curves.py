"""The forecast curve people expect to see: expected events per day, with its 80 % interval, per pattern and
for the workspace.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.frames import FORECASTS
from causeloop_pipeline.analysis.prophet_batch import (
    INTERVAL_80,
    batch_design,
    batch_forecast,
    flat_map,
    weekly_design,
)
from causeloop_pipeline.analysis.recurrence_history import Floats, Ints

WEEKS = (2, 4, 8, 13, 26)
CHUNK = 20_000
TREND_FROM_WEEKS = 13


def forecast_curves(
    patterns: pl.Series, owner: Ints, days_ago: Ints, *, today: date, horizon: int = 30
) -> pl.DataFrame:
    """Prophet's flat-growth forecast with weekly seasonality for the days from `today` on.

    In: pattern ids; per event the pattern's number and how many whole days before `today` it happened (1 =
    yesterday; today's own events, 0, are not history yet). Out: FORECASTS, patterns in the given order, then
    the workspace (pattern_id null). Values are events per day, never below zero. History: whole weeks, as
    many as the pattern has seen, 2-26.
    """
    past = days_ago >= 1
    owner, days_ago = owner[past], days_ago[past]
    size = len(patterns)
    parts = [
        _curves(
            owner[(owner >= low) & (owner < low + CHUNK)] - low,
            days_ago[(owner >= low) & (owner < low + CHUNK)],
            min(CHUNK, size - low),
            horizon,
        )
        for low in range(0, size, CHUNK)
    ]
    workspace = _workspace_curve(days_ago, today, horizon)
    yhat, lower, upper = (np.concatenate([part[k] for part in [*parts, workspace]]).ravel() for k in range(3))
    names = pl.concat([patterns.cast(pl.String), pl.Series([None], dtype=pl.String)])
    days = pl.Series([today + timedelta(days=offset) for offset in range(horizon)], dtype=pl.Date)
    return pl.DataFrame(
        {
            "pattern_id": names.gather(np.repeat(np.arange(size + 1), horizon)),
            "day": days.gather(np.tile(np.arange(horizon), size + 1)),
            "yhat": yhat,
            "yhat_lower": lower,
            "yhat_upper": upper,
        },
        schema=FORECASTS,
    )


def _workspace_curve(days_ago: Ints, today: date, horizon: int) -> tuple[Floats, Floats, Floats]:
    """The whole workspace has enough events for a trend: linear growth from 13 weeks of history on."""
    weeks = min(int(days_ago.max(initial=0)) // 7, WEEKS[-1])
    if weeks < TREND_FROM_WEEKS:
        return _curves(np.zeros(len(days_ago), np.int64), days_ago, 1, horizon)
    length = 7 * weeks
    counts = _daily_counts(np.zeros(len(days_ago), np.int64), days_ago, 1)[:, -length:]
    found = batch_forecast(batch_design("linear", today - timedelta(days=length), length, horizon), counts)
    return np.maximum(found.yhat, 0.0), np.maximum(found.lower, 0.0), np.maximum(found.upper, 0.0)


def _curves(owner: Ints, days_ago: Ints, size: int, horizon: int) -> tuple[Floats, Floats, Floats]:
    oldest = np.zeros(size, np.int64)
    np.maximum.at(oldest, owner, days_ago)
    bucket = np.minimum(np.searchsorted(np.array(WEEKS), -(-oldest // 7)), len(WEEKS) - 1)
    yhat, spread = np.zeros((size, horizon)), np.zeros((size, 1))
    counts = _daily_counts(owner, days_ago, size)
    for number, weeks in enumerate(WEEKS):
        mine = np.flatnonzero(bucket == number)
        if len(mine):
            yhat[mine], spread[mine, 0] = _flat_forecast(counts[mine], weeks, horizon)
    low, high = yhat - INTERVAL_80 * spread, yhat + INTERVAL_80 * spread
    return np.maximum(yhat, 0.0), np.maximum(low, 0.0), np.maximum(high, 0.0)


def _daily_counts(owner: Ints, days_ago: Ints, size: int) -> Floats:
    """Events per day, column 0 the oldest of 26 weeks, the last one yesterday."""
    length = 7 * WEEKS[-1]
    recent = days_ago <= length
    cell = owner[recent] * length + (length - days_ago[recent])
    return np.bincount(cell, minlength=size * length).reshape(size, length).astype(float)


def _flat_forecast(counts: Floats, weeks: int, horizon: int) -> tuple[Floats, Floats]:
    y = counts[:, -7 * weeks :]
    scale = np.maximum(y.max(axis=1), 1.0)
    y = y / scale[:, None]
    design = weekly_design(weeks)
    found = flat_map(design, y.reshape(-1, weeks, 7).sum(axis=1) @ design.week, np.einsum("ij,ij->i", y, y))
    week = found.theta @ design.week.T
    ahead = week[:, np.arange(horizon) % 7]
    return ahead * scale[:, None], np.sqrt(found.variance) * scale
