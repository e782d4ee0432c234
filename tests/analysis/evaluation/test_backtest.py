"""A backtest uses nothing from after an origin, scores beside the reference, and finds no skill where there
is none.
"""

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.evaluation.backtest import BacktestOptions, backtest
from causeloop_pipeline.analysis.predict.recurrence.base_models import BASE_MODELS
from tests.support.recurring_failures import at, occurrences, workspace


@pytest.fixture(scope="module")
def result():
    return backtest(workspace(30, 400), BacktestOptions(windows=(7, 30), refits=6, resamples=20))


def test_predictions_hold_pattern_origin_window_outcome_and_one_column_per_base_model(result):
    wanted = {"pattern_id", "origin", "window_days", "probability", "outcome", "reference", "known_rate"}
    assert set(result.predictions.columns) == wanted | set(BASE_MODELS)
    assert result.predictions["probability"].is_between(0, 1).all()


def test_windows_that_are_still_open_have_no_outcome(result):
    last = result.predictions.filter(pl.col("origin") == result.predictions["origin"].max())
    assert last["outcome"].is_null().all()


def test_the_known_base_rate_counts_only_windows_that_had_closed(result):
    rows = result.predictions.filter(pl.col("window_days") == 7)
    assert rows.group_by("origin").agg(pl.col("known_rate").n_unique())["known_rate"].max() == 1
    origins = rows["origin"].unique().sort().to_list()
    earlier, later = origins[0], origins[10]
    closed = rows.filter((pl.col("origin") >= earlier) & (pl.col("origin") < later))["outcome"].mean()
    known_rates = [
        rows.filter(pl.col("origin") == forecast_origin)["known_rate"][0]
        for forecast_origin in (earlier, later)
    ]
    assert min(known_rates[0], closed) <= known_rates[1] <= max(known_rates[0], closed)


def test_scores_hold_intervals_of_ours_and_of_the_reference(result):
    row = result.scores.row(0, named=True)
    assert row["brier_low"] <= row["brier"] <= row["brier_high"]
    assert {"reference_brier", "brier_gain_low", "skill", "ece", "auc"} <= row.keys()


def test_patterns_that_ended_are_ranked_low(result):
    assert result.scores.filter(pl.col("window_days") == 30)["auc"].item() > 0.7


def test_events_after_an_origin_change_nothing_in_its_predictions():
    rows, origins = workspace(12, 300), [at(100.0), at(90.0)]
    after = pl.col("occurred_at") >= origins[1]
    other = rows.with_columns(pattern_id=pl.when(after).then(pl.lit("p001")).otherwise("pattern_id"))
    predictions = [
        backtest(
            frame, BacktestOptions(windows=(7,), origins=origins, refits=4, resamples=0)
        ).predictions.drop("outcome")
        for frame in (rows, other)
    ]
    assert predictions[0].equals(predictions[1])


def test_a_memoryless_process_gives_hardly_any_ranking():
    rng = np.random.default_rng(4)
    rows = occurrences({f"m{number}": rng.uniform(0, 500, rng.poisson(25)).tolist() for number in range(60)})
    result = backtest(rows, BacktestOptions(windows=(30,), refits=6, resamples=0))
    assert result.scores["auc"].item() < 0.65
    assert result.scores["ece"].item() < 0.08


def test_an_empty_file_is_refused():
    with pytest.raises(ValueError, match="no row"):
        backtest(occurrences({}), BacktestOptions(windows=(7,)))
