"""Requested erasures of workspaces, and how the pipeline deletes their last rows."""

from typing import Any

import psycopg

from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.erasure.workspaces import SELECT_NAMES, WorkspaceName

SELECT_DUE = f"""
{SELECT_NAMES}
where w.erase_after <= now() and w.archived_at is not null
order by w.erase_after
"""
EXCLUDE_FROM_RUNS = """
update app.run_scope set excluded_by = 'erased' where workspace_id = %s and excluded_by is null
"""


def read_due_erasures(session: Session) -> list[WorkspaceName]:
    """The workspaces whose erasure is due."""
    return [WorkspaceName(**row) for row in session.rows(SELECT_DUE)]


def exclude_from_runs(session: Session, workspace: WorkspaceName) -> None:
    """Exclude a workspace from the runs in progress."""
    session.execute(EXCLUDE_FROM_RUNS, (workspace.workspace_id,))


def delete_requested_tenant(
    connection: psycopg.Connection[dict[str, Any]], workspace: WorkspaceName
) -> tuple[int, bool]:
    """Delete a workspace's own row; returns how many people were deleted, and whether the organization
    was."""
    row = connection.execute(
        "select app.erase_requested_workspace(%s) as people", (workspace.workspace_id,)
    ).fetchone()
    left = connection.execute(
        "select from app.organization where organization_id = %s", (workspace.organization_id,)
    ).fetchone()
    return (int(row["people"]) if row else 0), left is None
