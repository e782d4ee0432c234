"""`risk`: how bad, how likely again, how recent and how broad, from 0 to 100 for every issue and pattern."""

from datetime import datetime

import polars as pl

from causeloop_pipeline.analysis.loop import score_risk
from causeloop_pipeline.model.frames import MEMBERSHIP_SCHEMA, PREDICTION_SCHEMA
from causeloop_pipeline.model.prediction import WINDOWS
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.core.issues import read_issues, set_issue_risks
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.pattern_rhythm import update_typical_gaps
from causeloop_pipeline.storage.detect.patterns import read_members, read_patterns, set_pattern_risks
from causeloop_pipeline.storage.predict.predictions import read_latest_predictions

CRITICAL_FROM = 90.0
PROBABILITY_COLUMNS = pl.Schema(
    {name: PREDICTION_SCHEMA[name] for name in ("pattern_id", "window_days", "probability")}
)


def run(session: Session, workspace: ScopedWorkspace, as_of: datetime, _options: RunOptions) -> Counts:
    """Score issues and patterns; rows whose score stays are not touched."""
    workspace_id = workspace.workspace_id
    update_typical_gaps(session, workspace_id)
    issue_risks, pattern_risks = score_risk(
        read_patterns(session, workspace_id),
        read_members(session, workspace_id, MEMBERSHIP_SCHEMA),
        read_issues(session, workspace_id),
        read_latest_predictions(session, workspace_id, WINDOWS, PROBABILITY_COLUMNS),
        as_of=as_of,
    )
    return {
        "issues rescored": set_issue_risks(session, workspace_id, issue_risks),
        "patterns rescored": set_pattern_risks(session, workspace_id, pattern_risks),
        "critical patterns": pattern_risks.filter(pattern_risks["risk_score"] >= CRITICAL_FROM).height,
    }
