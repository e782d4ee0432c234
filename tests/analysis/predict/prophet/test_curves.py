"""Forecast curves: Prophet's own numbers, never below zero, each pattern independent of the others."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.prophet import curves as module
from causeloop_pipeline.analysis.predict.prophet.batch import INTERVAL_80, build_stock_model
from causeloop_pipeline.analysis.predict.prophet.curves import build_forecast_curves, no_curves
from causeloop_pipeline.model.frames import FORECAST_SCHEMA

TODAY = date(2026, 1, 5)
LENGTH = 56


def build_curves(counts, horizon=30):
    """Curves of daily counts, patterns x days, the last column yesterday's."""
    size, length = counts.shape
    pattern_idx, day = np.repeat(np.arange(size), length), np.tile(np.arange(length), size)
    events = np.repeat(np.arange(size * length), counts.ravel().astype(int))
    names = pl.Series([f"p{number:04d}" for number in range(size)])
    return build_forecast_curves(
        names, pattern_idx[events], length - day[events], today=TODAY, horizon=horizon
    )


def poisson(size=5, length=LENGTH, seed=0, rate=1.5):
    counts = np.random.default_rng(seed).poisson(rate, (size, length)).astype(float)
    counts[:, 0] += 1
    return counts


def test_a_curve_is_that_of_stock_prophet():
    counts = poisson(2)
    curves = build_curves(counts)
    dates = pd.date_range(TODAY - timedelta(days=LENGTH), periods=LENGTH + 30)
    for row, ours in zip(counts, curves.yhat, strict=False):
        model = build_stock_model("flat").fit(pd.DataFrame({"ds": dates[:LENGTH], "y": row}))
        theirs = np.maximum(model.predict(pd.DataFrame({"ds": dates[LENGTH:]}))["yhat"].to_numpy(), 0.0)
        assert np.abs(ours - theirs).max() < 1e-4 * row.max()


def test_the_interval_is_as_wide_as_the_noise():
    curves = build_curves(poisson(3, rate=6.0))
    half = (curves.upper - curves.yhat)[:3]
    assert np.allclose(half, half[:, :1])
    assert np.allclose((curves.yhat - curves.lower)[:3][curves.lower[:3] > 0], half[curves.lower[:3] > 0])
    assert (half[:, 0] / INTERVAL_80 < 6).all()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    length=st.integers(1, 200),
    rate=st.floats(0.02, 5),
    horizon=st.integers(1, 40),
)
def test_a_curve_stays_above_zero_and_inside_its_interval(seed, length, rate, horizon):
    curves = build_curves(poisson(3, length, seed, rate), horizon)
    assert curves.yhat.shape == (4, horizon)
    assert len(curves.days) == horizon
    assert (curves.lower >= 0).all()
    assert (curves.lower <= curves.yhat + 1e-12).all()
    assert (curves.yhat <= curves.upper + 1e-12).all()
    assert np.isfinite(curves.upper).all()


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_no_curve_depends_on_the_patterns_beside_it(chunk, monkeypatch):
    together = build_curves(poisson(7))
    monkeypatch.setattr(module, "PATTERNS_AT_ONCE", chunk)
    again = build_curves(poisson(7))
    assert np.allclose(again.yhat, together.yhat, atol=1e-12)
    assert np.allclose(again.upper, together.upper, atol=1e-12)


def test_the_frame_has_a_row_a_day_and_the_workspace_last():
    frame = build_curves(poisson(2), horizon=3).frame()
    assert frame.schema == FORECAST_SCHEMA
    assert frame["pattern_id"].to_list() == ["p0000"] * 3 + ["p0001"] * 3 + [None] * 3
    assert frame["day"].head(3).to_list() == [TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=2)]


def test_rows_hold_the_same_numbers_as_arrays():
    curves = build_curves(poisson(2), horizon=3)
    rows = curves.rows()
    assert rows["yhat"].to_numpy().tolist() == curves.yhat.tolist()
    assert rows["yhat_upper"].explode().to_list() == curves.frame()["yhat_upper"].to_list()


def test_todays_own_events_are_not_history_yet():
    names = pl.Series(["a"])
    past = np.array([1, 3, 9, 20])
    before = build_forecast_curves(names, np.zeros(4, int), past, today=TODAY)
    after = build_forecast_curves(names, np.zeros(6, int), np.append(past, [0, 0]), today=TODAY)
    assert np.array_equal(before.yhat, after.yhat)


def test_a_pattern_without_a_past_has_a_curve_of_zero():
    curves = build_forecast_curves(pl.Series(["new"]), np.zeros(1, int), np.zeros(1, int), today=TODAY)
    assert (curves.yhat[0] == 0).all()


def test_a_workspace_with_a_long_rise_is_forecast_to_rise():
    counts = np.repeat(np.linspace(0, 20, 140).round()[None], 3, axis=0)
    whole = build_curves(counts).yhat[-1]
    assert whole.mean() > counts.sum(axis=0)[-28:].mean()


def test_no_pattern_gives_no_curve():
    assert no_curves(TODAY).frame().is_empty()
    assert no_curves(TODAY).frame().schema == FORECAST_SCHEMA
