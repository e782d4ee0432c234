"""What people asked to be computed again: waiting, being worked on by a run, done or failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

SYNC, PATTERNS, CLUSTERS, PREDICTIONS, EVERYTHING = (
    "sync",
    "patterns",
    "clusters",
    "predictions",
    "everything",
)


@dataclass(frozen=True)
class WaitingRequests:
    """The kinds of request that wait in a workspace."""

    workspace_id: UUID
    kinds: frozenset[str]


def waiting_requests(session: Session) -> list[WaitingRequests]:
    """What waits, by workspace, longest waiting first."""
    rows = session.rows(
        "select workspace_id, array_agg(distinct kind) as kinds from app.recompute_request "
        "where status = 'queued' group by workspace_id order by min(requested_at), workspace_id"
    )
    return [WaitingRequests(row["workspace_id"], frozenset(row["kinds"])) for row in rows]


def claim_requests(session: Session, run_id: str, workspace_ids: Sequence[UUID], kinds: Sequence[str]) -> int:
    """Take the waiting requests of some workspaces and kinds for a run."""
    return session.execute(
        "update app.recompute_request set status = 'running', run_id = %s "
        "where status = 'queued' and workspace_id = any (%s) and kind = any (%s)",
        (run_id, list(workspace_ids), list(kinds)),
    )


def kinds_claimed(session: Session, run_id: str, workspace_id: UUID) -> frozenset[str]:
    """What a run was asked to do for a workspace."""
    rows = session.rows(
        "select distinct kind from app.recompute_request where run_id = %s and workspace_id = %s",
        (run_id, workspace_id),
    )
    return frozenset(row["kind"] for row in rows)


def connectors_to_sync(session: Session, run_id: str) -> list[UUID]:
    """The active connectors of the workspaces for which a run was asked to sync, due or not."""
    rows = session.rows(
        "select distinct c.connector_id from app.connector as c "
        "join app.recompute_request as r using (workspace_id) "
        "where r.run_id = %s and r.kind = 'sync' and c.status = 'active' order by c.connector_id",
        (run_id,),
    )
    return [row["connector_id"] for row in rows]


def active_connector_types(session: Session, workspace_ids: Sequence[UUID]) -> list[str]:
    """The tools that some workspaces poll."""
    rows = session.rows(
        "select distinct type from app.connector "
        "where status = 'active' and workspace_id = any (%s) order by type",
        (list(workspace_ids),),
    )
    return [row["type"] for row in rows]


def finish_requests(session: Session, run_id: str, workspace_id: UUID, error: str | None = None) -> int:
    """Close what a run was asked to do for a workspace, with the reason where it could not."""
    return session.execute(
        "update app.recompute_request set status = %s, finished_at = now(), error = %s "
        "where run_id = %s and workspace_id = %s and status = 'running'",
        ("failed" if error else "done", error, run_id, workspace_id),
    )


def fail_requests(session: Session, run_id: str, error: str) -> int:
    """Close everything that a dead run had taken."""
    return session.execute(
        "update app.recompute_request set status = 'failed', finished_at = now(), error = %s "
        "where run_id = %s and status = 'running'",
        (error, run_id),
    )


def forget_requests(session: Session, older_than_days: int) -> int:
    """Delete long finished requests; the number of rows."""
    return session.execute(
        "delete from app.recompute_request where finished_at < now() - make_interval(days => %s)",
        (older_than_days,),
    )
