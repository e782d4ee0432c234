"""`risk`: how bad, how likely again, how recent and how broad, from 0 to 100 for every issue and pattern.

Time lowers every issue's score a little: all are scored once a day, and between that those of which more than
time has changed.
"""

from datetime import datetime, timedelta
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.predict.risk import (
    PREFERRED_WINDOW,
    measure_issue_basis,
    score_placed_issues,
    score_summarized_patterns,
    summarize_counts,
)
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.core.issues import read_issues_to_score, set_issue_risks
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.grouping_state import read_risks_scored_at, set_risks_scored_at
from causeloop_pipeline.storage.detect.pattern_summaries import read_severity_counts
from causeloop_pipeline.storage.detect.patterns import (
    read_scored_patterns,
    set_issue_bases,
    set_pattern_risks,
)
from causeloop_pipeline.storage.predict.predictions import read_latest_chances

CRITICAL_FROM = 90.0
SCORE_ALL_AFTER = timedelta(hours=20)
"""Once a night, even if the next one begins a little earlier."""
MAX_MOVE = 1.0
"""So many points the part of an issue's risk that its pattern gives may move before it is scored again."""


def run(session: Session, workspace: ScopedWorkspace, as_of: datetime, options: RunOptions) -> Counts:
    """Score issues and patterns; rows whose score stays are not touched."""
    workspace_id = workspace.workspace_id
    summaries = summarize_counts(read_severity_counts(session, workspace_id))
    predictions = read_latest_chances(session, workspace_id, (PREFERRED_WINDOW,))
    patterns = read_scored_patterns(session, workspace_id)
    pattern_risks = score_summarized_patterns(patterns, summaries, predictions, as_of=as_of)

    bases = measure_issue_basis(summaries, predictions)
    is_all = options.is_rebuild or _is_all_due(session, workspace_id, as_of)
    moved = bases if is_all else _find_moved(bases, patterns)
    issues = read_issues_to_score(session, workspace_id, None if is_all else moved["pattern_id"])
    issue_risks = score_placed_issues(issues, summaries, predictions, as_of=as_of)
    scored = issue_risks.join(issues.select("severity", id="issue_id"), on="id")
    set_issue_bases(session, workspace_id, moved)
    if is_all:
        set_risks_scored_at(session, workspace_id, as_of)
    return {
        "issues rescored": set_issue_risks(session, workspace_id, scored),
        "patterns rescored": set_pattern_risks(session, workspace_id, _find_changed(pattern_risks, patterns)),
        "critical patterns": pattern_risks.filter(pattern_risks["risk_score"] >= CRITICAL_FROM).height,
    }


def _is_all_due(session: Session, workspace_id: UUID, as_of: datetime) -> bool:
    scored_at = read_risks_scored_at(session, workspace_id)
    return scored_at is None or as_of >= scored_at + SCORE_ALL_AFTER


def _find_moved(bases: pl.DataFrame, patterns: pl.DataFrame) -> pl.DataFrame:
    """The patterns that give their issues another part of their risk than they were scored with."""
    stored = patterns.select("pattern_id", "stored_basis")
    has_moved = (pl.col("basis") - pl.col("stored_basis")).abs() >= MAX_MOVE
    compared = bases.join(stored, on="pattern_id", how="left", maintain_order="left")
    return compared.filter(pl.col("stored_basis").is_null() | has_moved).select("pattern_id", "basis")


def _find_changed(risks: pl.DataFrame, patterns: pl.DataFrame) -> pl.DataFrame:
    """The risks that differ from the stored ones."""
    stored = patterns.select("stored_risk", id="pattern_id")
    compared = risks.join(stored, on="id", how="left", maintain_order="left")
    return compared.filter(pl.col("risk_score").ne_missing(pl.col("stored_risk"))).drop("stored_risk")
