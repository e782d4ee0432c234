"""A trained model predicts until the next night, for any set of patterns, stored as JSON or not."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict import predictions
from causeloop_pipeline.analysis.predict.predictions import (
    RecurrenceInputs,
    RecurrencePredictions,
    predict_recurrence,
)
from causeloop_pipeline.analysis.predict.recurrence import trained_model
from causeloop_pipeline.analysis.predict.recurrence.base_models import MIN_TRAINING_ROWS, fit_base_models
from causeloop_pipeline.analysis.predict.recurrence.ensemble import empty_past_forecasts, fit_ensemble
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import (
    accumulate_gaps,
)
from causeloop_pipeline.analysis.predict.recurrence.history import (
    OccurrenceHistory,
    build_history,
    select_eligible_pairs,
)
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import load_pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.rolling_origin import roll_forward
from causeloop_pipeline.analysis.predict.recurrence.samples import (
    OriginPairs,
    SampleOptions,
    Samples,
    build_samples,
    concat_samples,
)
from causeloop_pipeline.analysis.predict.recurrence.trained_model import (
    TrainedModel,
    predict_probabilities,
    train_model,
)
from causeloop_pipeline.analysis.predict.recurrence.trained_model_json import (
    dump_trained_model,
    name_model_form,
    parse_trained_model,
)
from tests.support.recurring_failures import AS_OF, occurrences, workspace

WINDOWS = (7, 30)
SAME_IN_ANY_PROCESS = """
import hashlib
import json
from causeloop_pipeline.analysis.predict.predictions import RecurrenceInputs, predict_recurrence
from causeloop_pipeline.analysis.predict.recurrence.trained_model_json import dump_trained_model
from tests.support.recurring_failures import AS_OF, workspace
inputs = RecurrenceInputs(workspace(60))
trained_model = predict_recurrence(inputs, as_of=AS_OF, windows=(7, 30)).trained_model
print(hashlib.sha256(dump_trained_model(trained_model).encode()).hexdigest())
"""


def predict(rows: pl.DataFrame, as_of: datetime = AS_OF, **options: Any) -> RecurrencePredictions:
    return predict_recurrence(RecurrenceInputs(rows), **{"as_of": as_of, "windows": WINDOWS, **options})


@pytest.fixture(scope="module")
def night() -> RecurrencePredictions:
    return predict(workspace(60))


@pytest.fixture(scope="module")
def night_model(night: RecurrencePredictions) -> TrainedModel:
    assert night.trained_model is not None
    return night.trained_model


def samples_of(history: OccurrenceHistory, pairs: OriginPairs) -> Samples:
    options = SampleOptions(WINDOWS, load_pretrained_prior(), known_until=history.reference_time)
    return build_samples(history, accumulate_gaps(history), pairs, options)


def train(history: OccurrenceHistory) -> TrainedModel:
    return train_model(history, accumulate_gaps(history), windows=WINDOWS, earlier=None, seed=0)


def test_a_trained_model_gives_the_same_predictions_again(
    night: RecurrencePredictions, night_model: TrainedModel
) -> None:
    again = predict(workspace(60), trained_model=night_model)
    assert again.predictions.equals(night.predictions)
    assert again.weights.equals(night.weights)


def test_a_trained_model_survives_being_stored_as_json(
    night: RecurrencePredictions, night_model: TrainedModel
) -> None:
    text = dump_trained_model(night_model)
    restored = parse_trained_model(text)
    assert dump_trained_model(restored) == text
    assert "NaN" not in text
    assert (night_model.simulated is not None, restored.simulated) == (True, None)
    assert predict(workspace(60), trained_model=restored).predictions.equals(night.predictions)


def test_boosted_trees_survive_being_stored_as_json() -> None:
    history = build_history(workspace(300), reference_time=AS_OF)
    trained = train(history)
    assert trained.base_models is not None
    assert trained.base_models.trees is not None
    samples = samples_of(
        history, OriginPairs(*select_eligible_pairs(history, np.array([history.reference_time])))
    )
    restored = parse_trained_model(dump_trained_model(trained))
    assert np.array_equal(
        predict_probabilities(restored, samples).probability,
        predict_probabilities(trained, samples).probability,
    )


def test_training_writes_the_same_bytes_in_another_process(night_model: TrainedModel) -> None:
    other = subprocess.run(
        [sys.executable, "-c", SAME_IN_ANY_PROCESS], capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == hashlib.sha256(dump_trained_model(night_model).encode()).hexdigest()


def test_json_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="train it again"):
        parse_trained_model('{"kind_of": "a shopping list"}')


OLD_MODEL = {
    "kind": "LearnedRecurrence",
    "parts": {
        "windows": {"several": [7, 30]},
        "event_count": 5,
        "members": None,
        "mixture": {"kind": "Mixture", "parts": {"weights": {"by": []}, "calibration": {"by": []}}},
    },
}
OLD_FORM = "recurrence-2/1a93e3cba978ec2e"  # of windows 7, 14, 30 and 90 days in the first stored format


def test_a_model_of_the_first_stored_format_is_refused_and_not_misread() -> None:
    with pytest.raises(ValueError, match="train it again"):
        parse_trained_model(json.dumps(OLD_MODEL))


def test_a_model_of_the_first_stored_format_has_another_form_and_is_trained_again() -> None:
    assert name_model_form(predictions.MODEL_VERSION, (7, 14, 30, 90)) != OLD_FORM


@pytest.mark.parametrize(("old", "new"), [("TrainedModel", "LearnedRecurrence"), ("base_models", "members")])
def test_a_model_whose_classes_or_fields_were_renamed_is_refused(
    night_model: TrainedModel, old: str, new: str
) -> None:
    renamed = dump_trained_model(night_model).replace(f'"{old}"', f'"{new}"')
    with pytest.raises(ValueError, match="train it again"):
        parse_trained_model(renamed)


def test_what_is_not_a_number_array_or_dataclass_cannot_be_stored(night_model: TrainedModel) -> None:
    with pytest.raises(TypeError, match="object cannot be stored"):
        dump_trained_model(replace(night_model, ensemble=object()))  # type: ignore[arg-type]


def test_a_model_of_other_windows_or_of_another_version_has_another_form() -> None:
    forms = {
        name_model_form("a", (7, 30)),
        name_model_form("a", (7, 30, 90)),
        name_model_form("b", (7, 30)),
    }
    assert len(forms) == 3
    assert name_model_form("a", (7, 30)) == name_model_form("a", (7, 30))


def test_a_model_trained_for_other_windows_is_refused(night_model: TrainedModel) -> None:
    with pytest.raises(ValueError, match="train it again"):
        predict(workspace(60), windows=(14,), trained_model=night_model)


def test_a_trained_model_predicts_for_today_what_the_walk_of_a_backtest_predicts() -> None:
    history = build_history(workspace(120), reference_time=AS_OF)
    now = history.reference_time
    pairs = OriginPairs(*select_eligible_pairs(history, now - 7 * DAY_MS * np.arange(1, 30)[::-1]))
    today = OriginPairs(*select_eligible_pairs(history, np.array([now]), active_within_days=np.inf))
    past, requested = samples_of(history, pairs), samples_of(history, today)
    begin = int(pairs.forecast_origin[0])
    walked = roll_forward(past, concat_samples([past, requested]), [begin, now], windows=WINDOWS, seed=0)
    of_today = walked.probability[walked.samples.forecast_origin == now]
    trained = train_on_samples(past, begin, now, history)
    assert np.allclose(predict_probabilities(trained, requested).probability.ravel(), of_today, atol=1e-9)


def train_on_samples(past: Samples, moment: int, now: int, history: OccurrenceHistory) -> TrainedModel:
    """What training on these past samples gives."""
    simulated = trained_model._simulate_forecasts(past, [moment], WINDOWS, empty_past_forecasts(), 0)
    assert simulated is not None
    base_models = fit_base_models(past.take(~np.isnan(past.outcome)), 0)
    ensemble = fit_ensemble(simulated.forecasts, WINDOWS, now)
    return TrainedModel(WINDOWS, len(history.events.at), trained_model._flatten_trees(base_models), ensemble)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_no_probability_depends_on_the_patterns_it_is_computed_beside(
    night: RecurrencePredictions, night_model: TrainedModel, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictions, "PATTERNS_AT_ONCE", size)
    again = predict(workspace(60), trained_model=night_model)
    difference = (again.predictions["probability"] - night.predictions["probability"]).abs().to_numpy()
    assert np.nanmax(difference) < 1e-12


def test_too_little_to_train_on_leaves_the_prior_and_can_be_stored_too() -> None:
    few = occurrences({"a": [20, 9, 2], "b": [15, 3]})
    trained = train(build_history(few, reference_time=AS_OF))
    assert len(few) < MIN_TRAINING_ROWS
    restored = parse_trained_model(dump_trained_model(trained))
    assert restored.base_models == trained.base_models
    predicted = predict(few, trained_model=trained).predictions
    assert predicted["probability"].is_between(0.002, 0.995).all()


def test_the_next_day_is_predicted_by_the_model_of_the_night(
    night: RecurrencePredictions, night_model: TrainedModel
) -> None:
    tomorrow = predict(workspace(60), as_of=AS_OF + timedelta(hours=12), trained_model=night_model)
    assert tomorrow.trained_model is night_model
    assert tomorrow.predictions["probability"].null_count() == night.predictions["probability"].null_count()
