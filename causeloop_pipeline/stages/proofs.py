"""`proofs`: whether each claimed fix held, and which patterns are resolved or have come back."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.act.expectations import Observations, evaluate_expectations
from causeloop_pipeline.analysis.act.lifecycle import derive_lifecycle
from causeloop_pipeline.analysis.act.proof import PROOF_SCHEMA, prove_fixes, refute_reopened
from causeloop_pipeline.model.frames import PATTERN_SCHEMA
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.stages.left_out import find_left_out
from causeloop_pipeline.storage.act.action_items import claim_done_items
from causeloop_pipeline.storage.act.expectations import (
    read_expectations,
    read_job_runs,
    write_evaluations,
)
from causeloop_pipeline.storage.act.exposure import read_exposure
from causeloop_pipeline.storage.act.proofs import (
    read_closable_patterns,
    read_closure_notes,
    read_proof_window_days,
    record_returns,
    record_verdicts,
    replace_proofs,
    set_lifecycle,
)
from causeloop_pipeline.storage.act.recommendations import read_fixes, read_implemented_recommendations
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.core.issues import read_occurrences
from causeloop_pipeline.storage.core.observation_gaps import read_observation_gaps
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.patterns import read_patterns

NAMES = pl.Schema({name: PATTERN_SCHEMA[name] for name in ("pattern_id", "name")})
NOTHING_CLAIMED = {
    "fixes judged": 0,
    "held": 0,
    "failed": 0,
    "broken expectations": 0,
    "patterns whose status changed": 0,
}


def run(session: Session, workspace: ScopedWorkspace, as_of: datetime, _options: RunOptions) -> Counts:
    """Judge every claimed fix by what has recurred since, and update the patterns' status."""
    workspace_id = workspace.workspace_id
    claim_done_items(session, workspace_id)
    fixes = read_fixes(session, workspace_id).filter(pl.col("fixed_at") <= as_of)
    closed = read_closable_patterns(session, workspace_id)
    if fixes.is_empty() and closed.is_empty():
        replace_proofs(session, workspace_id, PROOF_SCHEMA.to_frame(), as_of)
        return NOTHING_CLAIMED
    occurrences = _read_needed_occurrences(session, workspace_id, fixes, closed)
    window = read_proof_window_days(session, workspace_id)
    left_out = find_left_out(
        session, workspace_id, fixes, pl.concat([fixes["pattern_id"], closed["pattern_id"]])
    )
    counted = left_out.drop_from(occurrences)
    lifecycle = _read_lifecycle(session, workspace_id, closed, counted, as_of, window)
    gaps = _read_needed_gaps(session, workspace_id, fixes, as_of)
    proofs = prove_fixes(
        fixes,
        occurrences,
        gaps,
        as_of=as_of,
        left_out=left_out.of_fixes,
        exposure=read_exposure(session, workspace_id, fixes["pattern_id"]) if fixes.height else None,
        names=dict(read_patterns(session, workspace_id, NAMES).iter_rows()) if fixes.height else None,
    )
    proofs = refute_reopened(proofs, lifecycle)

    replace_proofs(session, workspace_id, proofs, as_of)
    record_returns(session, workspace_id, counted)
    record_verdicts(session, workspace_id)
    broken = _evaluate_expectations(session, workspace, counted, gaps, as_of)
    return {
        "fixes judged": proofs.height,
        "held": proofs.filter(pl.col("verdict") == "held").height,
        "failed": proofs.filter(pl.col("verdict") == "failed").height,
        "broken expectations": broken,
        "patterns whose status changed": set_lifecycle(session, workspace_id, lifecycle),
    }


def _evaluate_expectations(
    session: Session,
    workspace: ScopedWorkspace,
    occurrences: pl.DataFrame,
    gaps: pl.DataFrame | None,
    as_of: datetime,
) -> int:
    """Evaluate what must stay true after the fixes; returns how many expectations are broken."""
    expectations = read_expectations(session, workspace.workspace_id, as_of)
    if expectations.is_empty() or gaps is None:
        return 0
    seen = Observations(
        occurrences, read_job_runs(session, workspace.workspace_id, expectations["job"]), gaps
    )
    evaluations = evaluate_expectations(expectations, seen, as_of=as_of, timezone=workspace.timezone)
    write_evaluations(session, workspace.workspace_id, evaluations, as_of)
    return evaluations.filter(pl.col("status") == "broken").height


def _read_needed_occurrences(
    session: Session, workspace_id: UUID, fixes: pl.DataFrame, closed: pl.DataFrame
) -> pl.DataFrame:
    """All occurrences if there are fixes to compare with unfixed patterns, else those of closable
    patterns."""
    return read_occurrences(session, workspace_id, pattern_ids=None if fixes.height else closed["pattern_id"])


def _read_needed_gaps(
    session: Session, workspace_id: UUID, fixes: pl.DataFrame, as_of: datetime
) -> pl.DataFrame | None:
    """The observation gaps of patterns, read only when a fix needs them: deriving them counts every issue."""
    return read_observation_gaps(session, workspace_id, as_of) if fixes.height else None


def _read_lifecycle(
    session: Session,
    workspace_id: UUID,
    closed: pl.DataFrame,
    occurrences: pl.DataFrame,
    as_of: datetime,
    window: int,
) -> pl.DataFrame:
    """The status of the patterns whose status may change; all others keep the status from the grouping."""
    return derive_lifecycle(
        closed,
        read_closure_notes(session, workspace_id),
        occurrences,
        read_implemented_recommendations(session, workspace_id),
        as_of=as_of,
        proof_window_days=window,
    )
