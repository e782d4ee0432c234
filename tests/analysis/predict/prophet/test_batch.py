"""The batched MAP is Prophet's own: same forecasts for flat growth, never a worse posterior for linear
growth.
"""

import logging
from datetime import date

import numpy as np
import pandas as pd
import pytest

from causeloop_pipeline.analysis.predict.prophet.batch import (
    build_batch_design,
    build_stock_model,
    compute_posterior_loss,
    forecast_batch,
)

FIRST, DAYS, HORIZON, SERIES = date(2025, 1, 1), 120, 14, 40


@pytest.fixture(autouse=True)
def quiet_optimizer():
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def counts(size=SERIES, days=DAYS, seed=3):
    rng = np.random.default_rng(seed)
    t = np.arange(days)
    rhythm = np.exp(0.6 * np.sin(2 * np.pi * t / 7 + rng.uniform(0, 6, (size, 1))))
    drift = np.exp(rng.normal(0, 1, (size, 1)) * np.clip(t / days - 0.4, 0, None))
    return rng.poisson(rng.gamma(2, 1, (size, 1)) * rhythm * drift).astype(float)


def stock(growth, rows):
    dates = pd.date_range(FIRST, periods=DAYS + HORIZON)
    for row in rows:
        model = build_stock_model(growth).fit(pd.DataFrame({"ds": dates[:DAYS], "y": row}))
        yield model, model.predict(pd.DataFrame({"ds": dates[DAYS:]}))["yhat"].to_numpy()


@pytest.mark.parametrize("growth", ["flat", "linear"])
@pytest.mark.parametrize("days", [2, 3, 10, 56, 365])
def test_the_design_is_the_one_that_prophet_makes_of_the_same_days(growth, days):
    ours, model = build_batch_design(growth, FIRST, days, HORIZON), build_stock_model(growth)
    dates = pd.date_range(FIRST, periods=days + HORIZON)

    theirs = model.preprocess(pd.DataFrame({"ds": dates[:days], "y": np.arange(days) % 2}))
    future = model.setup_dataframe(pd.DataFrame({"ds": dates[days:]}))
    seasonal, *_ = model.make_all_seasonality_features(future)

    assert np.array_equal(ours.past[:, -6:], theirs.X)
    assert np.array_equal(ours.ahead[:, -6:], seasonal)
    assert np.array_equal(ours.ahead_t, future["t"])
    assert np.array_equal(ours.ridge[-6:], 1 / np.square(theirs.sigmas))
    if growth == "linear":
        hinges = np.maximum(np.asarray(theirs.t)[:, None] - np.asarray(theirs.t_change), 0.0)
        assert np.array_equal(ours.past[:, ours.hinges], hinges)


def test_flat_forecasts_are_those_of_stock_prophet():
    rows = counts()
    ours = forecast_batch(build_batch_design("flat", FIRST, DAYS, HORIZON), rows).yhat
    theirs = np.array([yhat for _, yhat in stock("flat", rows)])
    assert np.max(np.abs(ours - theirs) / rows.max(axis=1, keepdims=True)) < 1e-4


def test_linear_posteriors_are_never_worse_than_those_of_stock_prophet():
    rows, design = counts(), build_batch_design("linear", FIRST, DAYS, HORIZON)
    ours = forecast_batch(design, rows).objective
    for number, (model, _) in enumerate(stock("linear", rows)):
        params = {name: np.ravel(model.params[name]) for name in ("k", "m", "delta", "beta", "sigma_obs")}
        theta = np.concatenate([params[name] for name in ("k", "m", "delta", "beta")])[None]
        scaled = rows[[number]] / rows[number].max()
        squares = (scaled**2).sum(axis=1)
        theirs = compute_posterior_loss(
            design, scaled @ design.past, squares, theta, params["sigma_obs"] ** 2
        )[0]
        assert ours[number] <= theirs + 1e-3


def test_a_constant_series_is_given_back():
    forecast = forecast_batch(build_batch_design("linear", FIRST, DAYS, HORIZON), np.full((1, DAYS), 3.0))
    assert np.allclose(forecast.yhat, 3.0)
    assert np.allclose(forecast.upper, 3.0, atol=0.2)


def test_a_series_does_not_depend_on_its_neighbours():
    design, rows = build_batch_design("linear", FIRST, DAYS, HORIZON), counts(6)
    together = forecast_batch(design, rows).yhat
    alone = np.vstack([forecast_batch(design, rows[[number]]).yhat for number in range(6)])
    assert np.allclose(together, alone, atol=1e-3)


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="finite"):
        forecast_batch(build_batch_design("flat", FIRST, DAYS, HORIZON), np.full((1, DAYS), np.nan))


def test_growth_that_is_not_solved_here_is_refused():
    with pytest.raises(ValueError, match="logistic"):
        build_batch_design("logistic", FIRST, DAYS, HORIZON)
