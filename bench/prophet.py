"""Prophet for every pattern at once against stock Prophet, one series after the other: `python -m
bench.prophet`.

Prints CPU per series of both, the largest difference in yhat (relative to the scale of the series) and in the
negative log posterior, for flat and for linear growth. Correctness first: it exits 1 when flat forecasts
differ by more than 1e-4 of scale, when a linear posterior is worse by more than 1e-3, or when the gain in CPU
is below 1,000.
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
    batch_design,
    batch_forecast,
    posterior_loss,
    stock_model,
)

FIRST_DAY = date(2025, 1, 1)
DAYS, HORIZON = 180, 14
STOCK_SERIES = int(os.environ.get("BENCH_STOCK_SERIES", "40"))
BATCH_SERIES = int(os.environ.get("BENCH_N", "10000"))
ROUNDS = 3


def counts(size: int, days: int, seed: int) -> Floats:
    """Over-dispersed daily counts with a weekly rhythm and a drift, none of them constant."""
    rng = np.random.default_rng(seed)
    t = np.arange(days)
    rhythm = np.exp(0.5 * np.sin(2 * np.pi * t / 7 + rng.uniform(0, 6.28, (size, 1))))
    drift = np.exp(
        rng.normal(0, 1, (size, 1)) * np.clip(t / days - rng.uniform(0.2, 0.8, (size, 1)), 0, None)
    )
    y = rng.poisson(rng.gamma(2, 0.5, (size, days)) * rng.gamma(1, 1, (size, 1)) * rhythm * drift).astype(
        float
    )
    y[:, 0] += y.min(axis=1) == y.max(axis=1)
    return y


def cpu() -> float:
    """CPU seconds of this process and its finished children (Prophet's own optimizer)."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def stock(growth: str, series: Floats, design: BatchDesign) -> tuple[Floats, Floats]:
    """yhat and negative log posterior of stock Prophet, series after series."""
    import pandas as pd

    dates = pd.date_range(FIRST_DAY, periods=DAYS + HORIZON)
    yhat, loss = [], []
    for row in series:
        model = stock_model(growth).fit(pd.DataFrame({"ds": dates[:DAYS], "y": row}))
        yhat.append(model.predict(pd.DataFrame({"ds": dates[DAYS:]}))["yhat"].to_numpy())
        loss.append(_stock_loss(growth, model, row, design))
    return np.array(yhat), np.array(loss)


def _stock_loss(growth: str, model: Any, row: Floats, design: BatchDesign) -> float:
    params = {
        name: np.ravel(value)
        for name, value in model.params.items()
        if name in ("k", "m", "delta", "beta", "sigma_obs")
    }
    lead = [params["k"], params["m"], params["delta"]] if growth == "linear" else [params["m"]]
    theta = np.concatenate([*lead, params["beta"]])[None]
    scaled = row[None] / np.abs(row).max()
    squares = np.sum(scaled**2, axis=1)
    return float(posterior_loss(design, scaled @ design.past, squares, theta, params["sigma_obs"] ** 2)[0])


def compare(growth: str) -> bool:
    """One growth mode: prints its line, True when every goal is met."""
    design = batch_design(growth, FIRST_DAY, DAYS, HORIZON)
    few, many = counts(STOCK_SERIES, DAYS, 1), counts(BATCH_SERIES, DAYS, 2)
    ours, theirs = [], []
    share = -(-STOCK_SERIES // ROUNDS)
    parts = []
    for turn in range(ROUNDS):
        start = cpu()
        batch_forecast(design, many)
        ours.append((cpu() - start) / BATCH_SERIES)
        rows = few[turn * share : (turn + 1) * share]
        start = cpu()
        parts.append(stock(growth, rows, design))
        theirs.append((cpu() - start) / len(rows))
    yhat, loss = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    found = batch_forecast(design, few)
    difference = float(np.max(np.abs(found.yhat - yhat) / np.abs(few).max(axis=1, keepdims=True)))
    worse = float(np.max(found.objective - loss))
    gain = float(np.median(theirs) / np.median(ours))
    met = gain >= 1000 and worse <= 1e-3 and (growth == "linear" or difference <= 1e-4)
    print(
        f"{growth}: {gain:,.0f}x less CPU "
        f"({np.median(theirs) * 1e3:.1f} ms / {np.median(ours) * 1e3:.4f} ms a series), "
        f"yhat differs by at most {difference:.1e} of scale, posterior worse by at most {worse:.1e}"
    )
    return met


def main() -> int:
    """Run both growth modes; 0 when every goal is met."""
    logging.disable(logging.WARNING)
    begin = perf_counter()
    met = [compare(growth) for growth in ("flat", "linear")]
    print(
        f"prophet: {'met' if all(met) else 'MISSED'} the goal of 1,000x less CPU at equal posteriors "
        f"({STOCK_SERIES} / {BATCH_SERIES} series, {perf_counter() - begin:.0f} s, "
        f"load {os.getloadavg()[0]:.1f})"
    )
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
