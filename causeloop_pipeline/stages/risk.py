"""`risk`: severity, recurrence, recency and breadth as a score from 0 to 100 for every issue and pattern.

Time lowers every issue's score a little, so all are scored once a day; in between, only those with other
changes.
"""

from datetime import datetime, timedelta
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.predict.risk import (
    PATTERN_HALF_LIFE_DAYS,
    SEVERITY_PARTS,
    UNKNOWN_RECURRENCE,
    UNKNOWN_SEVERITY,
    WEIGHTS,
    measure_issue_basis,
    score_placed_issues,
    score_summarized_patterns,
    summarize_counts,
)
from causeloop_pipeline.model.prediction import PREFERRED_WINDOW
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.core.issues import read_issues_to_score, set_issue_risks
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.grouping_state import read_risks_scored_at, set_risks_scored_at
from causeloop_pipeline.storage.detect.pattern_risks import (
    count_patterns_at_risk,
    read_moved_risk_factors,
    read_risk_factors,
    set_issue_bases,
    set_pattern_risks,
)
from causeloop_pipeline.storage.predict.backtests import read_headline_window

CRITICAL_FROM = 90.0
SCORE_ALL_AFTER = timedelta(hours=20)
"""Once a night, even if the next night's run begins slightly earlier."""
MAX_MOVE = 1.0
"""An issue is scored again when its pattern's contribution moves by more than this many points."""
FORMULA = {
    **{name: 100 * weight for name, weight in WEIGHTS.items()},
    **SEVERITY_PARTS,
    "unknown_severity": UNKNOWN_SEVERITY,
    "unknown_recurrence": UNKNOWN_RECURRENCE,
    "half_life_days": PATTERN_HALF_LIFE_DAYS,
    "window_days": PREFERRED_WINDOW,
    "max_move": MAX_MOVE,
}
"""The numbers of the risk formula, by which the database finds the patterns whose risk may have moved."""


def run(session: Session, workspace: ScopedWorkspace, as_of: datetime, options: RunOptions) -> Counts:
    """Score issues and patterns; rows with an unchanged score are not written."""
    workspace_id = workspace.workspace_id
    window = read_headline_window(session, workspace_id)
    is_all = options.is_rebuild or _is_all_due(session, workspace_id, as_of)
    factors = (
        read_risk_factors(session, workspace_id, window)
        if is_all
        else read_moved_risk_factors(session, workspace_id, {**FORMULA, "window_days": window}, as_of)
    )
    bases = measure_issue_basis(*_split(factors, window))
    moved = bases if is_all else _find_moved(bases, factors)
    issues = read_issues_to_score(session, workspace_id, None if is_all else moved["pattern_id"])
    factors = _add_factors_of_issues(session, workspace_id, factors, issues, window)

    summaries, predictions = _split(factors, window)
    pattern_risks = score_summarized_patterns(factors, summaries, predictions, as_of=as_of)
    issue_risks = score_placed_issues(issues, summaries, predictions, as_of=as_of)
    scored = issue_risks.join(issues.select("severity", id="issue_id"), on="id")
    set_issue_bases(session, workspace_id, moved)
    if is_all:
        set_risks_scored_at(session, workspace_id, as_of)
    return {
        "issues rescored": set_issue_risks(session, workspace_id, scored),
        "patterns rescored": set_pattern_risks(session, workspace_id, _find_changed(pattern_risks, factors)),
        "critical patterns": count_patterns_at_risk(session, workspace_id, CRITICAL_FROM),
    }


def _is_all_due(session: Session, workspace_id: UUID, as_of: datetime) -> bool:
    scored_at = read_risks_scored_at(session, workspace_id)
    return scored_at is None or as_of >= scored_at + SCORE_ALL_AFTER


def _split(factors: pl.DataFrame, window: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The summaries of the patterns, and their predictions."""
    predictions = factors.select("pattern_id", "probability", window_days=pl.lit(window))
    return summarize_counts(factors), predictions


def _add_factors_of_issues(
    session: Session, workspace_id: UUID, factors: pl.DataFrame, issues: pl.DataFrame, window: int
) -> pl.DataFrame:
    """Add the factors of the issues' other patterns."""
    places = issues.select(pl.col("pattern_id").drop_nulls().unique())
    others = places.join(factors, on="pattern_id", how="anti")["pattern_id"].sort().to_list()
    if not others:
        return factors
    return pl.concat([factors, read_risk_factors(session, workspace_id, window, others)])


def _find_moved(bases: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """The patterns whose contribution to their issues' risk has changed since these were scored."""
    stored = factors.select("pattern_id", "stored_basis")
    has_moved = (pl.col("basis") - pl.col("stored_basis")).abs() >= MAX_MOVE
    compared = bases.join(stored, on="pattern_id", how="left", maintain_order="left")
    return compared.filter(pl.col("stored_basis").is_null() | has_moved).select("pattern_id", "basis")


def _find_changed(risks: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """The risks that differ from the stored ones."""
    stored = factors.select("stored_risk", id="pattern_id")
    compared = risks.join(stored, on="id", how="left", maintain_order="left")
    return compared.filter(pl.col("risk_score").ne_missing(pl.col("stored_risk"))).drop("stored_risk")
