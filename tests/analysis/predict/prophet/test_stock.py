"""Stock Prophet forecasts what the batch engine cannot, leaves no file behind and logs nothing."""

import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.predict.prophet import changepoints, stock
from causeloop_pipeline.analysis.predict.prophet.batch import build_batch_design, forecast_batch
from causeloop_pipeline.analysis.predict.prophet.curves import build_forecast_curves
from causeloop_pipeline.analysis.predict.prophet.stock import (
    StockFitError,
    forecast_daily,
    forecast_stock,
    may_be_multiplicative,
)

MONDAY = date(2025, 1, 6)
WEEK = np.array([1.3, 1.2, 1.2, 1.1, 1.1, 0.6, 0.5])
LEVEL = 60.0


def series(growth: float, *, multiplies: bool, weeks: int = 26, seed: int = 0) -> np.ndarray:
    """Events per day whose level grows e^growth-fold; the weekly rhythm grows with it, or stays."""
    t = np.arange(7 * weeks)
    level = LEVEL * np.exp(growth * t / len(t))
    mean = level * WEEK[t % 7] if multiplies else level + LEVEL * (WEEK[t % 7] - 1)
    return np.random.default_rng(seed).poisson(mean).astype(float)


def test_it_agrees_with_the_batch_engine_where_both_apply() -> None:
    y = series(0.5, multiplies=False)
    forecast = forecast_stock(y, MONDAY, 14, mode="additive", growth="flat")
    ours = forecast_batch(build_batch_design("flat", MONDAY, len(y), 14), y[None])
    assert np.abs(forecast.yhat - ours.yhat[0]).max() < 1e-4 * y.max()
    assert np.abs(forecast.interval()[1] - ours.upper[0]).max() < 1e-3 * y.max()


@pytest.mark.parametrize("seed", range(3))
def test_a_rhythm_that_grows_with_the_level_is_forecast_as_such(seed: int) -> None:
    y = series(1.2, multiplies=True, seed=seed)
    forecast = forecast_daily(y, MONDAY, 14)
    additive = forecast_batch(build_batch_design("linear", MONDAY, len(y), 14), y[None]).yhat[0]
    truth = LEVEL * np.exp(1.2 * np.arange(182, 196) / 182) * WEEK[np.arange(14) % 7]
    assert np.abs(forecast.yhat - truth).mean() < 0.8 * np.abs(additive - truth).mean()


@pytest.mark.parametrize("growth", [0.0, 1.2])
@pytest.mark.parametrize("seed", range(3))
def test_a_rhythm_that_stays_is_left_to_the_batch_engine(growth: float, seed: int) -> None:
    y = series(growth, multiplies=False, seed=seed)
    forecast = forecast_daily(y, MONDAY, 14)
    assert np.array_equal(
        forecast.yhat, forecast_batch(build_batch_design("linear", MONDAY, 182, 14), y[None]).yhat[0]
    )


def test_the_cheap_test_finds_the_factor_and_saves_the_fits() -> None:
    assert all(may_be_multiplicative(series(1.2, multiplies=True, seed=seed)) for seed in range(20))
    assert sum(may_be_multiplicative(series(1.2, multiplies=False, seed=seed)) for seed in range(20)) <= 1


def test_a_short_series_never_costs_a_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("fitted")

    monkeypatch.setattr(stock, "forecast_stock", refuse)
    forecast_daily(series(1.2, multiplies=True, weeks=12), MONDAY, 14)


def test_at_most_two_fits_are_made_of_a_series(monkeypatch: pytest.MonkeyPatch) -> None:
    fits = []
    fit = stock.forecast_stock

    def count_fits(*args: Any, **options: Any) -> object:
        fits.append(options["mode"])
        return fit(*args, **options)

    monkeypatch.setattr(stock, "forecast_stock", count_fits)
    forecast_daily(series(1.2, multiplies=True), MONDAY, 14)
    assert fits == ["multiplicative", "multiplicative"]


@pytest.fixture
def unsettled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch solver gives up long before it has settled."""
    monkeypatch.setattr(changepoints, "MAX_ROUNDS", 1)
    monkeypatch.setattr(changepoints, "TOLERANCE", 0.0)


def test_a_series_whose_solver_did_not_settle_goes_through_stock_prophet(unsettled: None) -> None:
    y = series(0.5, multiplies=False)
    assert np.isnan(forecast_batch(build_batch_design("linear", MONDAY, 182, 14), y[None]).yhat).all()
    forecast = forecast_daily(y, MONDAY, 14)
    assert np.array_equal(forecast.yhat, forecast_stock(y, MONDAY, 14, mode="additive").yhat)


def failing(*_: object, **__: object) -> None:
    raise StockFitError("no fit")


def test_where_stock_prophet_fails_too_the_batch_engine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock, "forecast_stock", failing)
    y = series(1.2, multiplies=True)
    assert np.isfinite(forecast_daily(y, MONDAY, 14).yhat).all()


def test_the_workspace_has_a_curve_even_if_neither_engine_has(
    unsettled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "forecast_stock", failing)
    y = series(0.5, multiplies=False).astype(int)
    days_ago = np.repeat(np.arange(182, 0, -1), y)
    curves = build_forecast_curves(
        pl.Series(["a"]), np.zeros(len(days_ago), np.int64), days_ago, today=MONDAY
    )
    whole = curves.frame().filter(pl.col("pattern_id").is_null())["yhat"]
    assert whole.is_finite().all()
    assert whole.mean() == pytest.approx(y[-28:].mean(), rel=0.5)


def test_the_workspace_curve_follows_a_rhythm_that_grows() -> None:
    y = series(1.2, multiplies=True).astype(int)
    days_ago = np.repeat(np.arange(182, 0, -1), y)
    today = MONDAY + timedelta(days=182)
    curves = build_forecast_curves(pl.Series(["a"]), np.zeros(len(days_ago), np.int64), days_ago, today=today)
    whole = curves.frame().filter(pl.col("pattern_id").is_null())
    forecast = forecast_daily(y.astype(float), MONDAY, 30)
    assert np.allclose(whole["yhat"].to_numpy(), forecast.yhat)
    assert whole.select((pl.col("yhat_lower") <= pl.col("yhat")).all()).item()


@pytest.mark.parametrize(
    "y", [np.zeros(0), np.ones(1), np.array([1.0, np.inf, 2.0]), np.full(30, np.nan), np.ones((2, 30))]
)
def test_series_that_prophet_cannot_fit_are_refused(y: np.ndarray) -> None:
    with pytest.raises(ValueError, match="one value a day"):
        forecast_stock(y, MONDAY, 7, mode="additive")


@pytest.mark.parametrize("y", [np.zeros(28), np.full(28, 3.0), np.array([1.0, 2.0])])
def test_constant_series_have_a_finite_forecast(y: np.ndarray) -> None:
    forecast = forecast_stock(y, MONDAY, 7, mode="multiplicative")
    assert np.isfinite(forecast.yhat).all()
    assert (forecast.spread >= 0).all()


def test_it_uses_no_random_numbers_logs_nothing_and_leaves_no_file(tmp_path: Path) -> None:
    script = (
        "import numpy as np\n"
        "from datetime import date\n"
        "from causeloop_pipeline.analysis.predict.prophet.stock import forecast_stock\n"
        "np.random.seed(int.from_bytes(__import__('os').urandom(4)))\n"
        "state = np.random.get_state()[1].tobytes()\n"
        "y = np.random.default_rng(0).poisson(5, 120).astype(float)\n"
        "forecast = forecast_stock(y, date(2025, 1, 6), 7, mode='multiplicative')\n"
        "assert np.random.get_state()[1].tobytes() == state\n"
        "print(forecast.yhat.tobytes().hex(), forecast.spread.tobytes().hex())\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    runs = [
        subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    assert len(runs[0].stdout.splitlines()) == 1
    assert b"Chain" not in runs[0].stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_a_fit_remains_while_the_process_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmdstanpy import _TMPDIR

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(Path(_TMPDIR).iterdir())
    forecast_stock(np.arange(60.0), MONDAY, 7, mode="additive")
    assert list(tmp_path.iterdir()) == []
    assert set(Path(_TMPDIR).iterdir()) == before
