"""Stock Prophet forecasts what the batch engine cannot, leaves nothing behind and says nothing."""

import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.predict.prophet import changepoints, stock
from causeloop_pipeline.analysis.predict.prophet.batch import batch_design, batch_forecast
from causeloop_pipeline.analysis.predict.prophet.curves import forecast_curves
from causeloop_pipeline.analysis.predict.prophet.stock import (
    StockFitError,
    daily_forecast,
    seems_multiplicative,
    stock_forecast,
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
    found = stock_forecast(y, MONDAY, 14, mode="additive", growth="flat")
    ours = batch_forecast(batch_design("flat", MONDAY, len(y), 14), y[None])
    assert np.abs(found.yhat - ours.yhat[0]).max() < 1e-4 * y.max()
    assert np.abs(found.interval()[1] - ours.upper[0]).max() < 1e-3 * y.max()


@pytest.mark.parametrize("seed", range(3))
def test_a_rhythm_that_grows_with_the_level_is_forecast_as_such(seed: int) -> None:
    y = series(1.2, multiplies=True, seed=seed)
    found = daily_forecast(y, MONDAY, 14)
    additive = batch_forecast(batch_design("linear", MONDAY, len(y), 14), y[None]).yhat[0]
    truth = LEVEL * np.exp(1.2 * np.arange(182, 196) / 182) * WEEK[np.arange(14) % 7]
    assert np.abs(found.yhat - truth).mean() < 0.8 * np.abs(additive - truth).mean()


@pytest.mark.parametrize("growth", [0.0, 1.2])
@pytest.mark.parametrize("seed", range(3))
def test_a_rhythm_that_stays_is_left_to_the_batch_engine(growth: float, seed: int) -> None:
    y = series(growth, multiplies=False, seed=seed)
    found = daily_forecast(y, MONDAY, 14)
    assert np.array_equal(
        found.yhat, batch_forecast(batch_design("linear", MONDAY, 182, 14), y[None]).yhat[0]
    )


def test_the_cheap_look_finds_the_factor_and_spares_the_fits() -> None:
    assert all(seems_multiplicative(series(1.2, multiplies=True, seed=seed)) for seed in range(20))
    assert sum(seems_multiplicative(series(1.2, multiplies=False, seed=seed)) for seed in range(20)) <= 1


def test_a_short_series_never_costs_a_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("fitted")

    monkeypatch.setattr(stock, "stock_forecast", refuse)
    daily_forecast(series(1.2, multiplies=True, weeks=12), MONDAY, 14)


def test_at_most_two_fits_are_made_of_a_series(monkeypatch: pytest.MonkeyPatch) -> None:
    fits = []
    fit = stock.stock_forecast

    def counted(*args: object, **options: object) -> object:
        fits.append(options["mode"])
        return fit(*args, **options)

    monkeypatch.setattr(stock, "stock_forecast", counted)
    daily_forecast(series(1.2, multiplies=True), MONDAY, 14)
    assert fits == ["multiplicative", "multiplicative"]


@pytest.fixture
def unsettled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch solver gives up long before it has settled."""
    monkeypatch.setattr(changepoints, "MOST_ROUNDS", 1)
    monkeypatch.setattr(changepoints, "TOLERANCE", 0.0)


def test_a_series_whose_solver_did_not_settle_goes_through_stock_prophet(unsettled: None) -> None:
    y = series(0.5, multiplies=False)
    assert np.isnan(batch_forecast(batch_design("linear", MONDAY, 182, 14), y[None]).yhat).all()
    found = daily_forecast(y, MONDAY, 14)
    assert np.array_equal(found.yhat, stock_forecast(y, MONDAY, 14, mode="additive").yhat)


def failing(*_: object, **__: object) -> None:
    raise StockFitError("no fit")


def test_where_stock_prophet_fails_too_the_batch_engine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock, "stock_forecast", failing)
    y = series(1.2, multiplies=True)
    assert np.isfinite(daily_forecast(y, MONDAY, 14).yhat).all()


def test_the_workspace_has_a_curve_even_if_neither_engine_has(
    unsettled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "stock_forecast", failing)
    y = series(0.5, multiplies=False).astype(int)
    days_ago = np.repeat(np.arange(182, 0, -1), y)
    curves = forecast_curves(pl.Series(["a"]), np.zeros(len(days_ago), np.int64), days_ago, today=MONDAY)
    whole = curves.frame().filter(pl.col("pattern_id").is_null())["yhat"]
    assert whole.is_finite().all()
    assert whole.mean() == pytest.approx(y[-28:].mean(), rel=0.5)


def test_the_workspace_curve_follows_a_rhythm_that_grows() -> None:
    y = series(1.2, multiplies=True).astype(int)
    days_ago = np.repeat(np.arange(182, 0, -1), y)
    today = MONDAY + timedelta(days=182)
    curves = forecast_curves(pl.Series(["a"]), np.zeros(len(days_ago), np.int64), days_ago, today=today)
    whole = curves.frame().filter(pl.col("pattern_id").is_null())
    found = daily_forecast(y.astype(float), MONDAY, 30)
    assert np.allclose(whole["yhat"].to_numpy(), found.yhat)
    assert whole.select((pl.col("yhat_lower") <= pl.col("yhat")).all()).item()


@pytest.mark.parametrize(
    "y", [np.zeros(0), np.ones(1), np.array([1.0, np.inf, 2.0]), np.full(30, np.nan), np.ones((2, 30))]
)
def test_what_prophet_would_choke_on_is_refused_before(y: np.ndarray) -> None:
    with pytest.raises(ValueError, match="one value a day"):
        stock_forecast(y, MONDAY, 7, mode="additive")


@pytest.mark.parametrize("y", [np.zeros(28), np.full(28, 3.0), np.array([1.0, 2.0])])
def test_dull_series_have_a_finite_forecast(y: np.ndarray) -> None:
    found = stock_forecast(y, MONDAY, 7, mode="multiplicative")
    assert np.isfinite(found.yhat).all()
    assert (found.spread >= 0).all()


def test_it_draws_from_no_chance_says_nothing_and_leaves_no_file(tmp_path: Path) -> None:
    script = (
        "import numpy as np\n"
        "from datetime import date\n"
        "from causeloop_pipeline.analysis.predict.prophet.stock import stock_forecast\n"
        "np.random.seed(int.from_bytes(__import__('os').urandom(4)))\n"
        "state = np.random.get_state()[1].tobytes()\n"
        "y = np.random.default_rng(0).poisson(5, 120).astype(float)\n"
        "found = stock_forecast(y, date(2025, 1, 6), 7, mode='multiplicative')\n"
        "assert np.random.get_state()[1].tobytes() == state\n"
        "print(found.yhat.tobytes().hex(), found.spread.tobytes().hex())\n"
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
    stock_forecast(np.arange(60.0), MONDAY, 7, mode="additive")
    assert list(tmp_path.iterdir()) == []
    assert set(Path(_TMPDIR).iterdir()) == before
