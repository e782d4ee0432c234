"""Reopens resolved patterns as soon as they recur, unless what recurred says nothing of their fix."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.stages.left_out import find_left_out
from causeloop_pipeline.storage.act.recommendations import read_fixes
from causeloop_pipeline.storage.core.issues import read_occurrences
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.in_loop import read_recurred_patterns, reopen_patterns


def reopen_recurred(session: Session, workspace_id: UUID) -> int:
    """Reopen the resolved patterns that have recurred since; returns how many."""
    recurred = read_recurred_patterns(session, workspace_id)
    if recurred.is_empty():
        return 0
    occurrences = read_occurrences(session, workspace_id, pattern_ids=recurred["pattern_id"])
    fixes = read_fixes(session, workspace_id).join(recurred, on="pattern_id", how="semi")
    left_out = find_left_out(session, workspace_id, fixes, recurred["pattern_id"])
    counted = left_out.drop_from(occurrences).join(recurred, on="pattern_id")
    again = counted.filter(pl.col("occurred_at") > pl.col("resolved_at"))["pattern_id"].unique().sort()
    return reopen_patterns(session, workspace_id, again.to_list())
