"""On day one, predictions are judged by how they would have done in the past."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.evaluation.backtested_accuracy import (
    ALL_WINDOWS,
    BACKTEST_SCHEMA,
    measure_backtest,
)
from causeloop_pipeline.analysis.predict.predictions import RecurrenceInputs, predict_recurrence
from causeloop_pipeline.analysis.predict.recurrence.trained_model import TrainedModel
from tests.support.recurring_failures import AS_OF, occurrences, workspace

WINDOWS = (7, 30)


def train(events: pl.DataFrame) -> TrainedModel:
    predicted = predict_recurrence(RecurrenceInputs(events), as_of=AS_OF, windows=WINDOWS)
    assert predicted.trained_model is not None
    return predicted.trained_model


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return train(workspace(40))


@pytest.fixture(scope="module")
def backtest(model: TrainedModel) -> pl.DataFrame:
    return measure_backtest(model.simulated)


def test_a_years_history_has_a_backtest_that_beats_the_base_rate(backtest: pl.DataFrame) -> None:
    row = backtest.row(0, named=True)
    of_the_mixture = {score["window_days"]: score for score in row["scores"] if score["model"] == "mixture"}

    assert backtest.schema == BACKTEST_SCHEMA
    assert of_the_mixture.keys() == {ALL_WINDOWS, *WINDOWS}
    assert (
        of_the_mixture[ALL_WINDOWS]["n"]
        == row["predictions"]
        == sum(of_the_mixture[window]["n"] for window in WINDOWS)
    )
    assert of_the_mixture[ALL_WINDOWS]["base_rate"] == pytest.approx(row["hits"] / row["predictions"])
    assert all(of_the_mixture[window]["skill"] > 0 for window in WINDOWS)
    for window in (ALL_WINDOWS, *WINDOWS):
        bins = [each for each in row["curves"] if each["window_days"] == window]
        assert sum(each["n"] for each in bins) == of_the_mixture[window]["n"]


def test_only_windows_that_have_closed_are_scored(model: TrainedModel, backtest: pl.DataFrame) -> None:
    assert model.simulated is not None
    row = backtest.row(0, named=True)

    assert row["predictions"] == np.isfinite(model.simulated.samples.outcome).sum()
    assert row["last_origin"] <= AS_OF - timedelta(days=min(WINDOWS))


def test_what_came_later_changes_no_simulated_forecast_but_its_outcome(model: TrainedModel) -> None:
    """The first half of the simulated forecasts is the same if the last weeks are quite different."""
    events = workspace(40)
    cut = AS_OF - timedelta(days=60)
    later = events.filter(pl.col("occurred_at") < cut)
    whole, shortened = model.simulated, train(later).simulated
    assert whole is not None
    assert shortened is not None
    moment = int(whole.samples.forecast_origin.min())
    names = events["pattern_id"].unique().sort().to_list()
    forecasts = []
    for simulated, part in ((whole, events), (shortened, later)):
        of = part["pattern_id"].unique().sort().to_list()
        assert of == names
        samples = simulated.samples
        is_first = samples.forecast_origin == moment
        keys = zip(samples.pattern_idx[is_first].tolist(), samples.window[is_first].tolist(), strict=True)
        forecasts.append(dict(zip(keys, simulated.probability[is_first].tolist(), strict=True)))

    assert forecasts[0]
    assert forecasts[0] == pytest.approx(forecasts[1])


def test_a_backtest_is_the_same_each_time(model: TrainedModel, backtest: pl.DataFrame) -> None:
    assert measure_backtest(train(workspace(40).reverse()).simulated).equals(backtest)


def test_a_history_of_a_week_has_none() -> None:
    assert measure_backtest(train(occurrences({"a": [1.0, 2.0, 5.0]})).simulated).is_empty()
    assert measure_backtest(None).is_empty()
