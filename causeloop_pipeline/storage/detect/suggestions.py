"""Suggestions: which issues may have one cause without being linked, as the last grouping found."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.session import Session

DELETE_OF_ISSUES = "delete from detect.suggestion where workspace_id = %s and issue_id = any (%s::uuid[])"


def replace_suggestions(session: Session, workspace_id: UUID, suggestions: pl.DataFrame) -> None:
    """Replace a workspace's suggestions: all issues were grouped again."""
    session.replace("detect.suggestion", _add_workspace(suggestions, workspace_id), workspace_id)


def update_suggestions(
    session: Session, workspace_id: UUID, suggestions: pl.DataFrame, issue_ids: pl.Series
) -> None:
    """Store the suggestions of new issues in place of earlier ones of the same issues."""
    session.execute(DELETE_OF_ISSUES, (workspace_id, issue_ids.to_list()))
    session.insert("detect.suggestion", _add_workspace(suggestions, workspace_id))


def _add_workspace(frame: pl.DataFrame, workspace_id: UUID) -> pl.DataFrame:
    return frame.with_columns(workspace_id=pl.lit(str(workspace_id)))
