"""Prophet in batch, for every pattern at once, against stock Prophet, one series after the other.

Run `python -m bench.prophet`. Prints the CPU time per series of both, the largest difference in yhat
(relative to the scale of the series) and in the negative log posterior, for flat and for linear growth. Exits
1 when flat forecasts differ by more than 1e-4 of scale, when a posterior is worse by more than 1e-3, or when
the gain in CPU is below 1,000.
"""

import logging
import os
import sys
from datetime import date
from time import perf_counter
from typing import Any

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.predict.prophet.batch import (
    BatchDesign,
    build_batch_design,
    build_stock_model,
    compute_posterior_loss,
    forecast_batch,
)

FIRST_DAY = date(2025, 1, 1)
DAYS, HORIZON = 180, 14
STOCK_SERIES = int(os.environ.get("BENCH_STOCK_SERIES", "40"))
BATCH_SERIES = int(os.environ.get("BENCH_N", "10000"))
ROUNDS = 3
MIN_GAIN = 1_000
MAX_POSTERIOR_LOSS = 1e-3
MAX_DIFFERENCE = 1e-4  # of scale, flat growth only


def draw_counts(size: int, days: int, seed: int) -> Floats:
    """Over-dispersed daily counts with a weekly rhythm and a drift, none of them constant."""
    rng = np.random.default_rng(seed)
    day = np.arange(days)
    rhythm = np.exp(0.5 * np.sin(2 * np.pi * day / 7 + rng.uniform(0, 6.28, (size, 1))))
    slope = rng.normal(0, 1, (size, 1))
    drift = np.exp(slope * np.clip(day / days - rng.uniform(0.2, 0.8, (size, 1)), 0, None))
    level = rng.gamma(2, 0.5, (size, days)) * rng.gamma(1, 1, (size, 1))
    counts = rng.poisson(level * rhythm * drift).astype(float)
    counts[:, 0] += counts.min(axis=1) == counts.max(axis=1)
    return counts


def read_cpu_seconds() -> float:
    """CPU seconds of this process and its finished children (Prophet's own optimizer)."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def forecast_by_stock(growth: str, series: Floats, design: BatchDesign) -> tuple[Floats, Floats]:
    """yhat and negative log posterior of stock Prophet, series after series."""
    import pandas as pd

    dates = pd.date_range(FIRST_DAY, periods=DAYS + HORIZON)
    yhat, loss = [], []
    for row in series:
        model = build_stock_model(growth).fit(pd.DataFrame({"ds": dates[:DAYS], "y": row}))
        yhat.append(model.predict(pd.DataFrame({"ds": dates[DAYS:]}))["yhat"].to_numpy())
        loss.append(_compute_stock_loss(growth, model, row, design))
    return np.array(yhat), np.array(loss)


def _compute_stock_loss(growth: str, model: Any, row: Floats, design: BatchDesign) -> float:
    params = {
        name: np.ravel(value)
        for name, value in model.params.items()
        if name in ("k", "m", "delta", "beta", "sigma_obs")
    }
    lead = [params["k"], params["m"], params["delta"]] if growth == "linear" else [params["m"]]
    theta = np.concatenate([*lead, params["beta"]])[None]
    scaled = row[None] / np.abs(row).max()
    squares = np.sum(scaled**2, axis=1)
    return float(
        compute_posterior_loss(design, scaled @ design.past, squares, theta, params["sigma_obs"] ** 2)[0]
    )


def compare(growth: str) -> bool:
    """Measures one growth mode and prints its line; True when every goal is met."""
    design = build_batch_design(growth, FIRST_DAY, DAYS, HORIZON)
    stock_series, batch_series = draw_counts(STOCK_SERIES, DAYS, 1), draw_counts(BATCH_SERIES, DAYS, 2)
    batch_seconds, stock_seconds, forecasts = [], [], []
    for rows in np.array_split(stock_series, ROUNDS):
        start = read_cpu_seconds()
        forecast_batch(design, batch_series)
        batch_seconds.append((read_cpu_seconds() - start) / BATCH_SERIES)
        start = read_cpu_seconds()
        forecasts.append(forecast_by_stock(growth, rows, design))
        stock_seconds.append((read_cpu_seconds() - start) / len(rows))

    yhat, loss = (np.concatenate(column) for column in zip(*forecasts, strict=True))
    batch = forecast_batch(design, stock_series)
    scale = np.abs(stock_series).max(axis=1, keepdims=True)
    difference = float(np.max(np.abs(batch.yhat - yhat) / scale))
    worse = float(np.max(batch.objective - loss))
    ours, theirs = float(np.median(batch_seconds)), float(np.median(stock_seconds))
    is_equal = worse <= MAX_POSTERIOR_LOSS and (growth == "linear" or difference <= MAX_DIFFERENCE)
    met = theirs / ours >= MIN_GAIN and is_equal
    print(
        f"{growth}: {theirs / ours:,.0f}x less CPU ({theirs * 1e3:.1f} ms / {ours * 1e3:.4f} ms a series), "
        f"yhat differs by at most {difference:.1e} of scale, posterior worse by at most {worse:.1e}"
    )
    return met


def main() -> int:
    """Measures both growth modes; 0 when every goal is met."""
    logging.disable(logging.WARNING)
    start = perf_counter()
    met = [compare(growth) for growth in ("flat", "linear")]
    print(
        f"prophet: {'met' if all(met) else 'MISSED'} the goal of {MIN_GAIN:,}x less CPU at equal posteriors "
        f"({STOCK_SERIES} / {BATCH_SERIES} series, {perf_counter() - start:.0f} s, "
        f"load {os.getloadavg()[0]:.1f})"
    )
    return int(not all(met))


if __name__ == "__main__":
    sys.exit(main())
