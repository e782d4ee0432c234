"""Stock Prophet, for a daily series that the batch engine cannot forecast: weekly seasonality that grows with
the level, or a series whose solver did not settle.

A fit costs as much as ten thousand of the batch, so a cheap test of the weekly shape comes first, and at most
two fits are made of a series.
"""

import math
from dataclasses import dataclass
from datetime import date
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.predict.prophet.batch import (
    INTERVAL_80,
    WEEKLY_ORDER,
    build_batch_design,
    forecast_batch,
    load_prophet,
)

HELD_OUT_DAYS = 28
MIN_DAYS_TO_COMPARE = 91
CLEAR_GAIN = 2.0  # in nats over the days held out
SCREEN_GAIN = 0.03
SECONDS_A_FIT = 20.0
SEED = 1


class StockFitError(RuntimeError):
    """Prophet's own optimizer gave no forecast of a series."""


@dataclass(frozen=True)
class DailyForecast:
    """Expected events per day ahead and their standard deviation."""

    yhat: Floats
    spread: Floats

    def interval(self) -> tuple[Floats, Floats]:
        """The 80 % interval."""
        return self.yhat - INTERVAL_80 * self.spread, self.yhat + INTERVAL_80 * self.spread

    def log_likelihood(self, observed: Floats) -> float:
        """Log likelihood of the observed events, Normal with the forecast's spread."""
        spread = np.maximum(self.spread, 1e-6 * (1 + np.abs(self.yhat)))
        return float(np.sum(-0.5 * ((observed - self.yhat) / spread) ** 2 - np.log(spread)))


def forecast_daily(series: Floats, first_day: date, horizon: int) -> DailyForecast:
    """Forecast linear growth with weekly seasonality, by the engine that suits the series.

    In: events per day without a gap, finite, from `first_day` on; days ahead. Out: DailyForecast. The batch
    engine's, unless it did not settle, or unless the series has 91 days at least and multiplicative
    seasonality predicts its last 28 days better by two nats. Where stock Prophet fails as well, the batch
    engine's forecast is used if there is one. Raises StockFitError if there is neither.
    """
    additive = _batch(series, first_day, horizon)
    try:
        if additive is None:
            return forecast_stock(series, first_day, horizon, mode="additive")
        if _is_multiplicative(series, first_day):
            return forecast_stock(series, first_day, horizon, mode="multiplicative")
    except StockFitError:
        if additive is None:
            raise
    return additive


def forecast_stock(
    series: Floats, first_day: date, horizon: int, *, mode: str, growth: str = "linear"
) -> DailyForecast:
    """Forecast by stock Prophet, with the spread of its model instead of random draws.

    In: at least two finite values, events per day from `first_day` on; days ahead; additive or
    multiplicative seasonality; flat or linear growth. Out: DailyForecast; Var = σ² + S·2λ²(t - 1)³ / 3 as in
    `batch_forecast`, the trend's part times the seasonal factor squared. Raises ValueError for other input,
    StockFitError when the optimizer fails or takes 20 s. Source: Taylor & Letham (2018).
    """
    if series.ndim != 1 or len(series) < 2 or not np.isfinite(series).all():
        raise ValueError("a series for Prophet has one value a day, two days at least, all of them finite")
    model = _fit(series, first_day, growth, mode)
    ahead = model.predict(_days(first_day, len(series), len(series) + horizon))
    yhat = ahead["yhat"].to_numpy(dtype=float)
    factor = 1.0 + ahead["multiplicative_terms"].to_numpy(dtype=float)
    noise = float(np.ravel(model.params["sigma_obs"])[0] * model.y_scale)
    spread = np.sqrt(noise**2 + factor**2 * _trend_variance(model, first_day, len(series), horizon))
    if not (np.isfinite(yhat).all() and np.isfinite(spread).all()):
        raise StockFitError(f"stock Prophet's {mode} forecast is not finite")
    return DailyForecast(yhat, spread)


def _fit(series: Floats, first_day: date, growth: str, mode: str) -> Any:
    """Prophet's model fitted to a series; the files of its optimizer are deleted when this returns."""
    try:
        from cmdstanpy import disable_logging

        prophet = load_prophet()
    except ImportError as missing:
        raise StockFitError("Prophet is not installed: pip install 'causeloop[server]'") from missing
    model = prophet(
        growth=growth,
        seasonality_mode=mode,
        weekly_seasonality=WEEKLY_ORDER,
        daily_seasonality=False,
        yearly_seasonality=False,
        uncertainty_samples=0,
    )
    frame = _days(first_day, 0, len(series)).assign(y=series)
    try:
        with disable_logging(), TemporaryDirectory(prefix="causeloop-prophet-") as folder:
            model.fit(frame, seed=SEED, output_dir=folder, timeout=SECONDS_A_FIT)
    except (RuntimeError, TimeoutError) as failure:
        raise StockFitError(f"stock Prophet gave no {mode} fit of {len(series)} days") from failure
    return model


def _trend_variance(model: Any, first_day: date, days: int, horizon: int) -> Floats:
    """Variance that future changes of trend add to each day ahead; none without changepoints."""
    changes = np.abs(np.ravel(model.params["delta"])) * float(model.y_scale)
    t = model.setup_dataframe(_days(first_day, days, days + horizon))["t"].to_numpy(dtype=float)
    result: Floats = len(changes) * 2 * changes.mean() ** 2 * np.maximum(t - 1.0, 0.0) ** 3 / 3
    return result


def _days(first_day: date, start: int, end: int) -> Any:
    import pandas as pd

    return pd.DataFrame({"ds": pd.date_range(first_day, periods=end)[start:]})


def _batch(series: Floats, first_day: date, horizon: int) -> DailyForecast | None:
    """The batch engine's forecast; None where it did not settle."""
    forecast = forecast_batch(build_batch_design("linear", first_day, len(series), horizon), series[None])
    yhat, spread = forecast.yhat[0], (forecast.upper[0] - forecast.yhat[0]) / INTERVAL_80
    return DailyForecast(yhat, spread) if np.isfinite(yhat).all() and np.isfinite(spread).all() else None


def _is_multiplicative(series: Floats, first_day: date) -> bool:
    """Whether multiplicative seasonality predicts the last days clearly better than additive does."""
    if len(series) < MIN_DAYS_TO_COMPARE or not may_be_multiplicative(series):
        return False
    training, held_out = series[:-HELD_OUT_DAYS], series[-HELD_OUT_DAYS:]
    additive = _batch(training, first_day, HELD_OUT_DAYS)
    multiplicative = forecast_stock(training, first_day, HELD_OUT_DAYS, mode="multiplicative")
    base = additive.log_likelihood(held_out) if additive else -math.inf
    return multiplicative.log_likelihood(held_out) > base + CLEAR_GAIN


def may_be_multiplicative(series: Floats) -> bool:
    """Test cheaply whether the weekly shape of the last four weeks follows from the earlier ones by a factor
    rather than by a difference.

    In: events per day, whole weeks, five at least. Each week is compared with its own mean, so that only the
    shape counts. True when the sum of squared errors of the factors is at least 3 % smaller.
    """
    weeks = series.reshape(-1, 7)
    level = weeks.mean(axis=1, keepdims=True)
    weeks_held_out = HELD_OUT_DAYS // 7
    difference = (weeks - level)[:-weeks_held_out].mean(axis=0)
    factor = weeks[:-weeks_held_out].sum(axis=0) / max(float(level[:-weeks_held_out].sum()), 1e-9)
    errors = (
        weeks[-weeks_held_out:] - (level[-weeks_held_out:] + difference),
        weeks[-weeks_held_out:] - level[-weeks_held_out:] * factor,
    )
    added, multiplied = (float(np.sum(error**2)) for error in errors)
    return multiplied < (1 - SCREEN_GAIN) * added
