"""`predictions`: how likely each pattern recurs, when, where, why; said daily, or when its issues change."""

from datetime import timedelta
from typing import TYPE_CHECKING

from causeloop_pipeline.orchestration.stage import Counts, Step, stage_asset

if TYPE_CHECKING:
    import polars as pl

RENEW_AFTER = timedelta(hours=24)
LEDGER_DAYS = timedelta(days=365)


@stage_asset(
    "predictions",
    group="predict",
    description="Calibrated recurrence probabilities for 7, 14, 30 and 90 days, on record, and forecasts.",
    deps=["patterns"],
    kinds={"polars", "prophet"},
    checks={"every_pattern_answered": "A pattern has a probability, or the reason why it has none."},
)
def predictions(step: Step) -> Counts:
    """Predict the patterns of which something new is to be said; nothing is said twice."""
    from causeloop_pipeline.model.prediction import WINDOWS
    from causeloop_pipeline.storage.predictions import append_predictions, predictions_due

    session, workspace_id, as_of = step.session, step.workspace_id, step.as_of
    due = predictions_due(session, workspace_id, WINDOWS, as_of, as_of - RENEW_AFTER)
    if due.is_empty():
        return {"predictions": 0, "without probability": 0}
    said = _predict(step).join(due, on=["pattern_id", "window_days"], how="semi")
    if said.height < due.height:
        step.fail("every_pattern_answered", f"{due.height - said.height} patterns and windows have no answer")
    written = append_predictions(session, workspace_id, said, as_of)
    return {"predictions": written, "without probability": said["probability"].null_count()}


def _predict(step: Step) -> "pl.DataFrame":
    """Predict all patterns, for they learn from one another; keep the forecasts and the models' weights."""
    import polars as pl

    from causeloop_pipeline.analysis.frames import ISSUES, MEMBERS, OCCURRENCES, PATTERNS
    from causeloop_pipeline.analysis.loop import with_reasons
    from causeloop_pipeline.analysis.recurrence import MODEL_VERSION, predict_recurrence
    from causeloop_pipeline.analysis.risk import pattern_impacts
    from causeloop_pipeline.model.prediction import WINDOWS
    from causeloop_pipeline.storage.issues import read_issues, read_occurrences
    from causeloop_pipeline.storage.patterns import read_members, read_patterns
    from causeloop_pipeline.storage.predictions import (
        LEDGER_COLUMNS,
        read_ledger,
        replace_forecasts,
        replace_weights,
    )

    session, workspace_id, as_of = step.session, step.workspace_id, step.as_of
    patterns = read_patterns(session, workspace_id, PATTERNS)
    members = read_members(session, workspace_id, MEMBERS)
    issues = read_issues(session, workspace_id, ISSUES)
    impacts = pattern_impacts(patterns, members, issues, as_of)
    predicted = predict_recurrence(
        read_occurrences(session, workspace_id, OCCURRENCES),
        as_of=as_of,
        windows=WINDOWS,
        timezone=step.workspace.timezone,
        ledger=read_ledger(session, workspace_id, as_of - LEDGER_DAYS, LEDGER_COLUMNS),
        observed_since=issues["source_created_at"].min(),  # type: ignore[arg-type]
        impacts=impacts,
        names=dict(patterns.select("pattern_id", "name").iter_rows()),
    )
    replace_forecasts(session, workspace_id, predicted.forecasts, as_of)
    replace_weights(session, workspace_id, predicted.weights, as_of)
    complete = with_reasons(predicted.predictions, patterns, WINDOWS)
    known = complete.drop("impact").join(impacts, on="pattern_id", how="left")
    return known.with_columns(
        pl.col("event_count").fill_null(0), pl.col("model_version").fill_null(MODEL_VERSION)
    )
