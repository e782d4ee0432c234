"""`predictions`: how likely, when, where and why each pattern recurs; issued daily and on change."""

from datetime import datetime, timedelta
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.evaluation.backtested_accuracy import measure_backtest
from causeloop_pipeline.analysis.loop import predict
from causeloop_pipeline.analysis.predict.predictions import (
    MODEL_VERSION,
    RecurrenceInputs,
    RecurrencePredictions,
)
from causeloop_pipeline.analysis.predict.recurrence.trained_model import TrainedModel
from causeloop_pipeline.analysis.predict.recurrence.trained_model_json import (
    dump_trained_model,
    name_model_form,
    parse_trained_model,
)
from causeloop_pipeline.model.frames import CATEGORIZED_OCCURRENCE_SCHEMA, CLAIMED_FIX_SCHEMA
from causeloop_pipeline.model.prediction import WINDOWS
from causeloop_pipeline.stages.context import CheckFailedError, Counts, RunOptions
from causeloop_pipeline.stages.wording import rephrase_triggers
from causeloop_pipeline.storage.act.proofs import read_closure_notes
from causeloop_pipeline.storage.act.recommendations import read_fixes
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.core.changes import read_changes
from causeloop_pipeline.storage.core.issues import read_first_occurrence_time, read_occurrences
from causeloop_pipeline.storage.core.observation_gaps import read_current_observation_gaps
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.database.statistics import analyze_grown_tables
from causeloop_pipeline.storage.detect.patterns import read_patterns
from causeloop_pipeline.storage.predict.backtests import replace_backtest
from causeloop_pipeline.storage.predict.forecasts import replace_forecasts
from causeloop_pipeline.storage.predict.outcomes import read_ledger
from causeloop_pipeline.storage.predict.predictions import append_predictions, read_due_predictions
from causeloop_pipeline.storage.predict.trained_models import (
    StoredModel,
    read_trained_model,
    replace_weights,
    store_trained_model,
)

ISSUE_AGAIN_AFTER = timedelta(hours=24)
LEDGER_AGE = timedelta(days=365)
TRAIN_AGAIN_AFTER = timedelta(hours=20)  # once a night, even if the next night's run begins slightly earlier
TRAIN_AGAIN_AT_GROWTH = 2.0  # a smaller one would train in each sync of a workspace that is being filled
PATTERN_NAMES = pl.Schema({"pattern_id": pl.String(), "name": pl.String()})
MODEL_FORM = name_model_form(MODEL_VERSION, WINDOWS)


def run(session: Session, workspace: ScopedWorkspace, as_of: datetime, options: RunOptions) -> Counts:
    """Issue predictions for the patterns that changed; none is issued twice."""
    workspace_id = workspace.workspace_id
    due = read_due_predictions(session, workspace_id, WINDOWS, as_of, as_of - ISSUE_AGAIN_AFTER)
    if due.is_empty():
        return {"predictions": 0, "without probability": 0}
    predicted = predict_workspace(session, workspace, as_of, frozenset(due["pattern_id"]))
    replace_forecasts(session, workspace_id, predicted.curves.days, predicted.curves.rows(), as_of)

    to_issue = predicted.predictions.join(due, on=["pattern_id", "window_days"], how="semi")
    if to_issue.height < due.height:
        missing = due.height - to_issue.height
        raise CheckFailedError("every_pattern_answered", f"{missing} patterns and windows have no prediction")
    to_issue = rephrase_triggers(session, workspace_id, to_issue, options)
    issued = append_predictions(session, workspace_id, to_issue, as_of)
    analyze_grown_tables(session)
    return {
        "predictions": issued,
        "without probability": to_issue["probability"].null_count(),
    }


def predict_workspace(
    session: Session, workspace: ScopedWorkspace, as_of: datetime, wanted: frozenset[str] | None = None
) -> RecurrencePredictions:
    """Predict all patterns or some, with all as evidence; store a newly trained model."""
    workspace_id = workspace.workspace_id
    occurrences = read_occurrences(session, workspace_id, CATEGORIZED_OCCURRENCE_SCHEMA)
    model, ledger = _read_model_or_ledger(session, workspace_id, occurrences.height, as_of)
    inputs = RecurrenceInputs(
        occurrences,
        changes=read_changes(session, workspace_id, as_of - LEDGER_AGE),
        ledger=ledger,
        observation_gaps=read_current_observation_gaps(session, workspace_id, as_of),
        observed_since=read_first_occurrence_time(session, workspace_id),
        wanted=wanted,
    )
    predicted = predict(
        inputs,
        read_patterns(session, workspace_id, PATTERN_NAMES),
        as_of=as_of,
        timezone=workspace.timezone,
        windows=WINDOWS,
        trained_model=model,
        claimed_fixes=_read_claimed_fixes(session, workspace_id),
    )
    if predicted.trained_model is not None and predicted.trained_model is not model:
        trained = predicted.trained_model
        stored = StoredModel(dump_trained_model(trained), as_of, trained.event_count)
        store_trained_model(session, workspace_id, MODEL_FORM, stored)
        replace_weights(session, workspace_id, predicted.weights, as_of)
        replace_backtest(session, workspace_id, measure_backtest(trained.simulated), MODEL_VERSION, as_of)
    return predicted


def is_model_current(stored: StoredModel, event_count: int, as_of: datetime) -> bool:
    """Whether a model was trained today on nearly as many events as there are now."""
    has_grown = event_count >= TRAIN_AGAIN_AT_GROWTH * stored.event_count
    return as_of < stored.trained_at + TRAIN_AGAIN_AFTER and not has_grown


def _read_model_or_ledger(
    session: Session, workspace_id: UUID, event_count: int, as_of: datetime
) -> tuple[TrainedModel | None, pl.DataFrame | None]:
    """The model if it is current, otherwise the ledger to train a new one from."""
    stored = read_trained_model(session, workspace_id, MODEL_FORM)
    if stored and is_model_current(stored, event_count, as_of):
        return parse_trained_model(stored.model), None
    return None, read_ledger(session, workspace_id, as_of - LEDGER_AGE)


def _read_claimed_fixes(session: Session, workspace_id: UUID) -> pl.DataFrame:
    """What people claim to have fixed: recommendations marked implemented, and closure notes of patterns."""
    notes = read_closure_notes(session, workspace_id).rename({"closed_at": "fixed_at"})
    return pl.concat([read_fixes(session, workspace_id, CLAIMED_FIX_SCHEMA), notes])
