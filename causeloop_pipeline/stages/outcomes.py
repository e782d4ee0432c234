"""`outcomes`: grades predictions whose window has closed, and checks their calibration."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.predict.calibration import detect_calibration_drift, measure_reliability
from causeloop_pipeline.analysis.predict.outcomes import grade_predictions
from causeloop_pipeline.model.frames import CLAIMED_FIX_SCHEMA, INSTANT
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.stages.predictions import LEDGER_AGE
from causeloop_pipeline.storage.act.recommendations import read_fixes
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.core.issues import read_occurrences
from causeloop_pipeline.storage.core.observation_gaps import read_observation_gaps
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.predict.outcomes import (
    append_outcomes,
    read_ledger,
    read_undecided_predictions,
)

CALIBRATED = "calibrated"
RELIABILITY_COLUMNS = pl.Schema({"probability": pl.Float64(), "outcome": pl.String()})
DRIFT_COLUMNS = pl.Schema(
    {
        "pattern_id": pl.String(),
        "issued_at": INSTANT,
        "window_days": pl.Int64(),
        "probability": pl.Float64(),
        "outcome": pl.String(),
    }
)


def run(session: Session, workspace: ScopedWorkspace, as_of: datetime, options: RunOptions) -> Counts:
    """Grade the predictions whose window has closed, then check the workspace's predictions for drift."""
    workspace_id = workspace.workspace_id
    undecided = read_undecided_predictions(session, workspace_id, as_of)
    if undecided.is_empty():
        return {"graded": 0, "hits": 0, "prevented": 0}
    graded = grade_predictions(
        undecided,
        read_occurrences(session, workspace_id),
        read_fixes(session, workspace_id, CLAIMED_FIX_SCHEMA),
        as_of=as_of,
        observation_gaps=read_observation_gaps(session, workspace_id, as_of),
    )
    append_outcomes(session, workspace_id, graded, as_of)
    _warn_of_drift(session, workspace_id, as_of, options)
    counts = dict(graded["outcome"].value_counts().iter_rows())
    return {
        "graded": graded.height,
        "hits": counts.get("hit", 0),
        "prevented": counts.get("prevented", 0),
    }


def read_reliability(session: Session, workspace_ids: Sequence[UUID], as_of: datetime) -> pl.DataFrame:
    """The reliability diagram of these workspaces' predictions of the last year, as of a run's time."""
    since = as_of - LEDGER_AGE
    ledgers = [
        read_ledger(session, workspace_id, since, RELIABILITY_COLUMNS) for workspace_id in workspace_ids
    ]
    return measure_reliability(pl.concat(ledgers))


def _warn_of_drift(session: Session, workspace_id: UUID, as_of: datetime, options: RunOptions) -> None:
    """Warn when observed and predicted frequencies differ by more than chance."""
    ledger = read_ledger(session, workspace_id, as_of - LEDGER_AGE, DRIFT_COLUMNS)
    for row in detect_calibration_drift(ledger).filter(pl.col("drifted")).iter_rows(named=True):
        options.warnings[CALIBRATED] = (
            f"{row['window_days']} days: predicted {row['mean_probability']:.2f}, "
            f"observed {row['frequency']:.2f} in {row['n']} predictions (p = {row['p_value']:.4f})"
        )
