"""Predictions have a probability or a reason, never fall with the window, and ignore the row order."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from causeloop_pipeline.analysis.predict.predictions import (
    RecurrenceInputs,
    RecurrencePredictions,
    predict_recurrence,
)
from causeloop_pipeline.analysis.predict.risk import rate_impacts
from causeloop_pipeline.model.frames import FORECAST_SCHEMA, LEDGER_SCHEMA, PREDICTION_SCHEMA
from tests.support.recurring_failures import AS_OF, occurrences, workspace

IMPACTS = pl.DataFrame({"pattern_id": ["p001"], "impact": ["critical"]})


def predict_in_berlin(rows: pl.DataFrame) -> RecurrencePredictions:
    return predict_recurrence(RecurrenceInputs(rows, impacts=IMPACTS), as_of=AS_OF, timezone="Europe/Berlin")


@pytest.fixture(scope="module")
def predicted():
    rows = pl.concat([workspace(), occurrences({"once": [12]})])
    return rows, predict_in_berlin(rows)


def test_frames_have_the_columns_of_the_contract(predicted):
    _, result = predicted
    assert result.predictions.schema == PREDICTION_SCHEMA
    assert result.forecasts.schema == FORECAST_SCHEMA


def test_every_pattern_has_a_row_for_every_window(predicted):
    rows, result = predicted
    assert result.predictions.height == rows["pattern_id"].n_unique() * 4


def test_one_event_is_too_few_and_the_reason_says_so(predicted):
    once = predicted[1].predictions.filter(pl.col("pattern_id") == "once")
    assert once["probability"].is_null().all()
    assert once["reason"].to_list() == ["too_few_events"] * 4


def test_a_probability_comes_without_a_reason_and_inside_its_limits(predicted):
    with_events = predicted[1].predictions.filter(pl.col("event_count") >= 2)
    assert with_events.height > 100
    assert with_events["reason"].is_null().all()
    assert with_events["probability"].is_between(0.002, 0.995).all()


def test_a_longer_window_is_never_less_likely(predicted):
    by_window = (
        predicted[1]
        .predictions.drop_nulls("probability")
        .pivot("window_days", index="pattern_id", values="probability")
    )
    table = by_window.select("7", "14", "30", "90").to_numpy()
    assert (np.diff(table, axis=1) >= 0).all()


def test_frequent_patterns_are_likelier_than_dead_ones(predicted):
    likely = predicted[1].predictions.filter(
        (pl.col("window_days") == 30) & pl.col("probability").is_not_null()
    )
    dead = likely.filter(pl.col("pattern_id").str.slice(1).cast(pl.Int64) % 3 == 0)["probability"].mean()
    alive = likely.filter(pl.col("pattern_id").str.slice(1).cast(pl.Int64) % 3 != 0)["probability"].mean()
    assert alive > dead + 0.3


def test_given_impacts_are_kept_and_others_are_medium(predicted):
    impact = dict(predicted[1].predictions.select("pattern_id", "impact").unique().iter_rows())
    assert impact["p001"] == "critical"
    assert impact["p002"] == "medium"


def test_without_given_impacts_they_are_rated_from_the_occurrences():
    rows = pl.concat(
        [occurrences({"bad": [30, 9, 2]}, severity="p1"), occurrences({"mild": [30, 9, 2]}, severity="p4")]
    )
    predictions = predict_recurrence(RecurrenceInputs(rows), as_of=AS_OF).predictions
    impact = dict(predictions.select("pattern_id", "impact").iter_rows())
    assert impact == {"bad": "high", "mild": "low"}
    assert impact == dict(rate_impacts(rows, rows, AS_OF).iter_rows())


def test_a_prediction_has_its_times_its_places_and_the_probability_of_each_model(predicted):
    row = predicted[1].predictions.filter(pl.col("pattern_id") == "p001").row(0, named=True)
    assert set(row["likely_when"][0]) == {"weekday", "hours", "share", "lift"}
    assert row["likely_where"]["service"] == [{"value": "checkout", "share": 1.0}]
    assert 0 < row["model_probabilities"]["prior"] < 1


def test_curves_cover_every_pattern_and_the_workspace_and_never_fall_below_zero(predicted):
    rows, result = predicted
    assert result.forecasts["pattern_id"].n_unique() == rows["pattern_id"].n_unique() + 1
    assert result.forecasts.filter(pl.col("pattern_id").is_null()).height == 30
    assert result.forecasts.select(
        (pl.col("yhat_lower") >= 0).all() & (pl.col("yhat") <= pl.col("yhat_upper")).all()
    ).item()


def test_row_order_changes_no_byte(predicted):
    rows, result = predicted
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=7)
    again = predict_in_berlin(shuffled)
    assert again.predictions.equals(result.predictions)
    assert again.forecasts.equals(result.forecasts)
    assert again.weights.equals(result.weights)


def test_events_after_the_moment_change_nothing(predicted):
    rows, result = predicted
    later = rows.head(50).with_columns(
        occurred_at=pl.lit(AS_OF + timedelta(days=1)).cast(pl.Datetime("us", "UTC"))
    )
    again = predict_in_berlin(pl.concat([rows, later]))
    assert again.predictions.equals(result.predictions)


def test_graded_predictions_move_the_weights():
    rows, rng = workspace(20), np.random.default_rng(0)
    size = 3000
    truth = rng.uniform(0.05, 0.95, size)
    members = [{"dropout": round(p, 4), "ridge": 0.5, "prior": 0.5} for p in truth]
    ledger = pl.DataFrame(
        {
            "issued_at": [AS_OF - timedelta(days=int(day)) for day in rng.integers(40, 400, size)],
            "window_days": [7] * size,
            "probability": truth,
            "model_probabilities": members,
            "outcome": np.where(rng.random(size) < truth, "hit", "miss"),
        },
        schema=LEDGER_SCHEMA,
    )
    weights = predict_recurrence(RecurrenceInputs(rows, ledger=ledger), as_of=AS_OF, windows=(7,)).weights
    assert weights.filter(pl.col("model") == "dropout")["weight"].item() > 0.3


def test_no_occurrences_give_empty_frames():
    result = predict_recurrence(RecurrenceInputs(occurrences({})), as_of=AS_OF)
    assert result.predictions.is_empty()
    assert result.predictions.schema == PREDICTION_SCHEMA


def test_a_workspace_of_single_events_gets_reasons_and_no_error():
    result = predict_recurrence(RecurrenceInputs(occurrences({"a": [1], "b": [2]})), as_of=AS_OF)
    assert set(result.predictions["reason"]) == {"too_few_events"}


def test_a_window_below_one_day_is_refused():
    with pytest.raises(ValueError, match="whole days"):
        predict_recurrence(RecurrenceInputs(workspace(3)), as_of=AS_OF, windows=(0, 7))


def test_some_patterns_are_predicted_as_they_are_among_all(predicted):
    rows, result = predicted
    everything = result.predictions
    wanted = frozenset(everything["pattern_id"].unique().sort().gather_every(3))
    inputs = RecurrenceInputs(rows, impacts=IMPACTS, wanted=wanted)
    model = result.trained_model
    some = predict_recurrence(inputs, as_of=AS_OF, timezone="Europe/Berlin", trained_model=model)
    is_wanted = pl.col("pattern_id").is_in(list(wanted))
    assert 0 < some.predictions.height < everything.height
    assert_frame_equal(some.predictions, everything.filter(is_wanted))
    of_all = result.forecasts.filter(is_wanted | pl.col("pattern_id").is_null())
    assert_frame_equal(some.forecasts, of_all)


def predict_observed(rows: pl.DataFrame, days: float) -> dict[str, str | None]:
    """The reason of each pattern of a workspace that was observed for so many days."""
    inputs = RecurrenceInputs(rows, observed_since=AS_OF - timedelta(days=days))
    predictions = predict_recurrence(inputs, as_of=AS_OF).predictions
    assert (predictions["probability"].is_null() == predictions["reason"].is_not_null()).all()
    return dict(predictions.select("pattern_id", "reason").iter_rows())


def test_what_was_observed_for_hours_is_too_little_history_for_any_chance():
    flood = occurrences({"storm": [0.2 + number / 1440 for number in range(200)], "single": [0.3]})

    assert predict_observed(flood, 0.4) == {"storm": "too_little_history", "single": "too_few_events"}


def test_after_three_days_what_came_twice_has_a_chance():
    rows = occurrences({"twice": [0.5, 2.5]})

    assert predict_observed(rows, 2.9) == {"twice": "too_little_history"}
    assert predict_observed(rows, 3.1) == {"twice": None}


def test_a_flood_of_alerts_is_one_occurrence_however_many_they_are():
    minutes = [number / 1440 for number in range(200)]
    rows = occurrences(
        {
            "one flood": [40 + at for at in minutes],
            "two floods": [at + day for day in (9, 30) for at in minutes],
        }
    )

    assert predict_observed(rows, 50) == {"one flood": "only_one_burst", "two floods": None}
    assert predict_observed(rows, 90) == {"one flood": None, "two floods": None}


def test_no_habit_shows_before_a_week_was_observed():
    rows = occurrences({"daily": [0.5, 1.5, 2.5, 3.5]})

    def list_times(days: float) -> list[int]:
        inputs = RecurrenceInputs(rows, observed_since=AS_OF - timedelta(days=days))
        return (
            predict_recurrence(inputs, as_of=AS_OF).predictions["likely_when"].list.len().unique().to_list()
        )

    assert list_times(5) == [0]
    assert list_times(8) == [3]
