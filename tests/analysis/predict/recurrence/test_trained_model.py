"""What a night learned answers until the next one, alone or in company, kept as text or not."""

import hashlib
import subprocess
import sys
from datetime import timedelta

import numpy as np
import pytest

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict import predictions
from causeloop_pipeline.analysis.predict.predictions import predict_recurrence
from causeloop_pipeline.analysis.predict.recurrence.base_models import LEARNED_FROM_ROWS
from causeloop_pipeline.analysis.predict.recurrence.features import running_gaps
from causeloop_pipeline.analysis.predict.recurrence.history import build_history, eligible_pairs
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.rolling_origin import roll
from causeloop_pipeline.analysis.predict.recurrence.samples import joined_rows, recurrence_rows
from causeloop_pipeline.analysis.predict.recurrence.trained_model import (
    LearnedRecurrence,
    answer,
    learn_recurrence,
)
from causeloop_pipeline.analysis.predict.recurrence.trained_model_json import (
    learned_form,
    learned_text,
    read_learned,
)
from tests.support.recurring_failures import AS_OF, occurrences, workspace

WINDOWS = (7, 30)
SAME_IN_ANY_PROCESS = """
import hashlib
from causeloop_pipeline.analysis.learned_text import learned_text
from causeloop_pipeline.analysis.recurrence import predict_recurrence
from tests.analysis.recurring_failures import AS_OF, workspace
learned = predict_recurrence(workspace(60), as_of=AS_OF, windows=(7, 30)).learned
print(hashlib.sha256(learned_text(learned).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def night():
    return predict_recurrence(workspace(60), as_of=AS_OF, windows=WINDOWS)


def rows_of(history, owner, origin):
    return recurrence_rows(
        history,
        running_gaps(history),
        owner,
        origin,
        windows=WINDOWS,
        prior=pretrained_prior(),
        known_until=history.phase,
    )


def test_what_was_learned_gives_the_same_predictions_again(night):
    again = predict_recurrence(workspace(60), as_of=AS_OF, windows=WINDOWS, learned=night.learned)
    assert again.predictions.equals(night.predictions)
    assert again.weights.equals(night.weights)


def test_what_was_learned_survives_being_kept_as_text(night):
    text = learned_text(night.learned)
    kept = read_learned(text)
    assert learned_text(kept) == text
    again = predict_recurrence(workspace(60), as_of=AS_OF, windows=WINDOWS, learned=kept)
    assert again.predictions.equals(night.predictions)


def test_boosted_trees_survive_being_kept_as_text():
    history = build_history(workspace(300), phase=AS_OF)
    learned = learn_recurrence(history, running_gaps(history), windows=WINDOWS, earlier=None, seed=0)
    assert learned.members is not None
    assert learned.members.trees is not None
    owner, origin = eligible_pairs(history, np.array([history.phase]))
    rows = rows_of(history, owner, origin)
    kept = answer(read_learned(learned_text(learned)), rows)
    assert np.array_equal(kept.probability, answer(learned, rows).probability)


def test_learning_writes_the_same_bytes_in_another_process(night):
    other = subprocess.run(
        [sys.executable, "-c", SAME_IN_ANY_PROCESS], capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == hashlib.sha256(learned_text(night.learned).encode()).hexdigest()


def test_text_of_something_else_is_refused():
    with pytest.raises(ValueError, match="learn it anew"):
        read_learned('{"kind_of": "a shopping list"}')


def test_what_is_no_number_array_or_dataclass_cannot_be_kept(night):
    with pytest.raises(TypeError, match="object cannot be kept"):
        learned_text(LearnedRecurrence(WINDOWS, 1, night.learned.members, object()))


def test_a_model_of_other_windows_or_of_another_version_has_another_form():
    forms = {learned_form("a", (7, 30)), learned_form("a", (7, 30, 90)), learned_form("b", (7, 30))}
    assert len(forms) == 3
    assert learned_form("a", (7, 30)) == learned_form("a", (7, 30))


def test_a_model_learned_for_other_windows_is_refused(night):
    with pytest.raises(ValueError, match="learn it anew"):
        predict_recurrence(workspace(60), as_of=AS_OF, windows=(14,), learned=night.learned)


def test_a_kept_model_says_of_today_what_the_walk_of_a_backtest_says():
    history = build_history(workspace(120), phase=AS_OF)
    now = history.phase
    owner, origin = eligible_pairs(history, now - 7 * DAY_MS * np.arange(1, 30)[::-1])
    today = eligible_pairs(history, np.array([now]), active_within_days=np.inf)
    past, asked = rows_of(history, owner, origin), rows_of(history, *today)
    walked = roll(past, joined_rows([past, asked]), [int(origin[0]), now], windows=WINDOWS, seed=0)
    mine = walked.rows.origin == now
    learned = learned_after(past, int(origin[0]), now, history)
    assert np.allclose(answer(learned, asked).probability.ravel(), walked.probability[mine], atol=1e-9)


def learned_after(past, moment, now, history):
    """What learning on given past rows leaves."""
    from causeloop_pipeline.analysis.predict.recurrence import trained_model as module

    record = module._record_until(past, [moment], WINDOWS, module.empty_record(), 0)
    members = module.fit_members(past.take(~np.isnan(past.happened)), 0)
    mixture = module.fit_mixture(record, WINDOWS, now)
    return LearnedRecurrence(WINDOWS, len(history.events.at), module._portable(members), mixture)


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_no_probability_depends_on_the_patterns_it_is_computed_beside(night, chunk, monkeypatch):
    monkeypatch.setattr(predictions, "CHUNK", chunk)
    again = predict_recurrence(workspace(60), as_of=AS_OF, windows=WINDOWS, learned=night.learned)
    difference = (again.predictions["probability"] - night.predictions["probability"]).abs().max()
    assert difference < 1e-12


def test_too_little_to_learn_from_leaves_the_prior_and_is_kept_too():
    few = occurrences({"a": [20, 9, 2], "b": [15, 3]})
    history = build_history(few, phase=AS_OF)
    learned = learn_recurrence(history, running_gaps(history), windows=WINDOWS, earlier=None, seed=0)
    assert len(few) < LEARNED_FROM_ROWS
    assert read_learned(learned_text(learned)).members == learned.members
    said = predict_recurrence(few, as_of=AS_OF, windows=WINDOWS, learned=learned).predictions
    assert said["probability"].is_between(0.002, 0.995).all()


def test_the_next_day_is_answered_by_what_the_night_learned(night):
    tomorrow = AS_OF + timedelta(hours=12)
    said = predict_recurrence(workspace(60), as_of=tomorrow, windows=WINDOWS, learned=night.learned)
    assert said.learned is night.learned
    assert said.predictions["probability"].null_count() == night.predictions["probability"].null_count()
