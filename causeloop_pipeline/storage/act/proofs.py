"""Whether each claimed fix held, and the life of patterns that follows from it."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.session import Session

CLOSURE_NOTES = """
select pattern_id, made_at as closed_at
from detect.closure_note
where workspace_id = %s
order by pattern_id, made_at, closure_note_id
"""


def read_closure_notes(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """When people noted that a pattern is closed; its text stays where it is."""
    return session.read(CLOSURE_NOTES, (workspace_id,), schema=schema)


def proof_window_days(session: Session, workspace_id: UUID) -> int:
    """How long a fix must hold in this workspace to be proven."""
    row = session.row(
        "select proof_window_days from app.workspace_settings where workspace_id = %s", (workspace_id,)
    )
    return int(row["proof_window_days"]) if row else 30


def replace_proofs(session: Session, workspace_id: UUID, proofs: pl.DataFrame, computed_at: datetime) -> None:
    """Make these the workspace's only proofs."""
    rows = proofs.with_columns(
        workspace_id=pl.lit(str(workspace_id)), computed_at=pl.lit(computed_at).cast(pl.Datetime("us", "UTC"))
    )
    session.replace("act.proof", rows, workspace_id)


def set_lifecycle(session: Session, workspace_id: UUID, lifecycle: pl.DataFrame) -> int:
    """Give patterns the status that their closure notes and later issues call for; how many changed."""
    columns = ["pattern_id", "status", "resolved_at", "reopened_at"]
    session.execute("drop table if exists pg_temp.lifecycle")
    session.stage("lifecycle", lifecycle.select(columns), like="detect.pattern")
    return session.execute(
        "update detect.pattern as p "
        "set status = l.status, resolved_at = l.resolved_at, reopened_at = l.reopened_at "
        "from lifecycle as l where p.workspace_id = %s and p.pattern_id = l.pattern_id "
        "and (p.status, p.resolved_at, p.reopened_at) "
        "is distinct from (l.status, l.resolved_at, l.reopened_at)",
        (workspace_id,),
    )
