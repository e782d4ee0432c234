"""`predictions`: how likely each pattern recurs, when, where, why; said daily, or when its issues change."""

from datetime import timedelta
from typing import TYPE_CHECKING

from causeloop_pipeline.orchestration.stage import Counts, Step, stage_asset

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from causeloop_pipeline.analysis.predict.recurrence.trained_model import LearnedRecurrence
    from causeloop_pipeline.storage.predict.trained_models import KeptModel

RENEW_AFTER = timedelta(hours=24)
LEDGER_DAYS = timedelta(days=365)
LEARN_AFTER = timedelta(hours=20)  # once a night, even if the next one begins a little earlier
LEARN_AT_GROWTH = 1.25


@stage_asset(
    "predictions",
    group="predict",
    description="Calibrated recurrence probabilities for 7, 14, 30 and 90 days, on record, and forecasts.",
    deps=["patterns", ["core", "change"]],
    kinds={"polars", "prophet"},
    checks={"every_pattern_answered": "A pattern has a probability, or the reason why it has none."},
)
def predictions(step: Step) -> Counts:
    """How likely every pattern is to recur."""
    return predict_workspace(step)


def predict_workspace(step: Step) -> Counts:
    """Predict the patterns of which something new is to be said; nothing is said twice."""
    from causeloop_pipeline.model.prediction import WINDOWS
    from causeloop_pipeline.orchestration.wording import word_triggers
    from causeloop_pipeline.storage.predict.predictions import append_predictions, predictions_due

    session, workspace_id, as_of = step.session, step.workspace_id, step.as_of
    due = predictions_due(session, workspace_id, WINDOWS, as_of, as_of - RENEW_AFTER)
    if due.is_empty():
        return {"predictions": 0, "without probability": 0}
    said = _predict(step).join(due, on=["pattern_id", "window_days"], how="semi")
    if said.height < due.height:
        step.fail("every_pattern_answered", f"{due.height - said.height} patterns and windows have no answer")
    written = append_predictions(session, workspace_id, word_triggers(step, said), as_of)
    return {"predictions": written, "without probability": said["probability"].null_count()}


def _predict(step: Step) -> "pl.DataFrame":
    """Predict all patterns, for they tell of one another; keep the forecasts and what was learned."""
    import polars as pl

    from causeloop_pipeline.analysis.loop import with_reasons
    from causeloop_pipeline.analysis.predict.predictions import MODEL_VERSION, predict_recurrence
    from causeloop_pipeline.analysis.predict.recurrence.observation_gaps import BLIND
    from causeloop_pipeline.analysis.predict.risk import pattern_impacts
    from causeloop_pipeline.model.frames import OCCURRENCE_SCHEMA
    from causeloop_pipeline.model.prediction import WINDOWS
    from causeloop_pipeline.orchestration.claimed_fixes import after_claimed_fixes
    from causeloop_pipeline.storage.core.changes import read_changes
    from causeloop_pipeline.storage.core.issues import read_occurrences
    from causeloop_pipeline.storage.core.observation_gaps import read_present_blindness
    from causeloop_pipeline.storage.detect.patterns import read_patterns
    from causeloop_pipeline.storage.predict.forecasts import replace_forecasts
    from causeloop_pipeline.storage.predict.predictions import observed_since

    session, workspace_id, as_of = step.session, step.workspace_id, step.as_of
    columns = pl.Schema({"pattern_id": pl.String(), "name": pl.String()})
    patterns = read_patterns(session, workspace_id, columns)
    occurrences = read_occurrences(session, workspace_id, OCCURRENCE_SCHEMA)
    issues = occurrences.with_row_index("issue_id").rename({"occurred_at": "source_created_at"})
    impacts = pattern_impacts(patterns, issues, issues.drop("pattern_id"), as_of)
    learned, ledger = _learned(step, occurrences.height)
    predicted = predict_recurrence(
        occurrences,
        as_of=as_of,
        windows=WINDOWS,
        timezone=step.workspace.timezone,
        ledger=ledger,
        observed_since=observed_since(session, workspace_id),
        impacts=impacts,
        changes=read_changes(session, workspace_id, as_of - LEDGER_DAYS),
        names=dict(patterns.iter_rows()),
        learned=learned,
        blind=read_present_blindness(session, workspace_id, as_of, BLIND),
    )
    if predicted.learned is not None and predicted.learned is not learned:
        _keep(step, predicted.learned, predicted.weights)
    replace_forecasts(session, workspace_id, predicted.curves.days, predicted.curves.rows(), as_of)
    complete = with_reasons(predicted.predictions, patterns, WINDOWS)
    known = complete.drop("impact").join(impacts, on="pattern_id", how="left", maintain_order="left")
    said = known.with_columns(
        pl.col("event_count").fill_null(0), pl.col("model_version").fill_null(MODEL_VERSION)
    )
    return after_claimed_fixes(step, said, occurrences)


def _learned(step: Step, events: int) -> "tuple[LearnedRecurrence | None, pl.DataFrame | None]":
    """What was learned lately; else nothing, and the ledger to learn from."""
    from causeloop_pipeline.analysis.predict.recurrence.trained_model_json import read_learned
    from causeloop_pipeline.storage.predict.predictions import LEDGER_COLUMNS, read_ledger
    from causeloop_pipeline.storage.predict.trained_models import read_model

    kept = read_model(step.session, step.workspace_id, _form())
    if kept and is_fresh(kept, events, step.as_of):
        return read_learned(kept.model), None
    since = step.as_of - LEDGER_DAYS
    return None, read_ledger(step.session, step.workspace_id, since, LEDGER_COLUMNS)


def is_fresh(kept: "KeptModel", events: int, as_of: "datetime") -> bool:
    """Whether a model is of today, and of nearly as many events as there are."""
    return as_of < kept.learned_at + LEARN_AFTER and events < LEARN_AT_GROWTH * kept.event_count


def _keep(step: Step, learned: "LearnedRecurrence", weights: "pl.DataFrame") -> None:
    from causeloop_pipeline.analysis.predict.recurrence.trained_model_json import learned_text
    from causeloop_pipeline.storage.predict.trained_models import KeptModel, keep_model, replace_weights

    kept = KeptModel(learned_text(learned), step.as_of, learned.event_count)
    keep_model(step.session, step.workspace_id, _form(), kept)
    replace_weights(step.session, step.workspace_id, weights, step.as_of)


def _form() -> str:
    from causeloop_pipeline.analysis.predict.predictions import MODEL_VERSION
    from causeloop_pipeline.analysis.predict.recurrence.trained_model_json import learned_form
    from causeloop_pipeline.model.prediction import WINDOWS

    return learned_form(MODEL_VERSION, WINDOWS)
