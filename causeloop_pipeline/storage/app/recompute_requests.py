"""Users' requests to recompute something: queued, running, done or failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session


@dataclass(frozen=True)
class QueuedRequests:
    """The kinds of request that are queued in a workspace."""

    workspace_id: UUID
    kinds: frozenset[str]


def read_queued_requests(session: Session) -> list[QueuedRequests]:
    """The queued requests by workspace, the longest waiting first."""
    rows = session.rows(
        "select workspace_id, array_agg(distinct kind) as kinds from app.recompute_request "
        "where status = 'queued' group by workspace_id order by min(requested_at), workspace_id"
    )
    return [QueuedRequests(row["workspace_id"], frozenset(row["kinds"])) for row in rows]


def claim_requests(session: Session, run_id: str, workspace_ids: Sequence[UUID], kinds: Sequence[str]) -> int:
    """Claim the queued requests of some workspaces and kinds for a run; how many."""
    return session.execute(
        "update app.recompute_request set status = 'running', run_id = %s "
        "where status = 'queued' and workspace_id = any (%s) and kind = any (%s)",
        (run_id, list(workspace_ids), list(kinds)),
    )


def read_claimed_kinds(session: Session, run_id: str, workspace_id: UUID) -> frozenset[str]:
    """The kinds of request that a run has claimed for a workspace."""
    rows = session.rows(
        "select distinct kind from app.recompute_request where run_id = %s and workspace_id = %s",
        (run_id, workspace_id),
    )
    return frozenset(row["kind"] for row in rows)


def read_connectors_to_sync(session: Session, run_id: str) -> list[UUID]:
    """The active connectors, due or not, of the workspaces whose request to sync a run has claimed."""
    rows = session.rows(
        "select distinct c.connector_id from app.connector as c "
        "join app.recompute_request as r using (workspace_id) "
        "where r.run_id = %s and r.kind = 'sync' and c.status = 'active' order by c.connector_id",
        (run_id,),
    )
    return [row["connector_id"] for row in rows]


def read_active_connector_types(session: Session, workspace_ids: Sequence[UUID]) -> list[str]:
    """The types of the active connectors of some workspaces."""
    rows = session.rows(
        "select distinct type from app.connector "
        "where status = 'active' and workspace_id = any (%s) order by type",
        (list(workspace_ids),),
    )
    return [row["type"] for row in rows]


def finish_requests(session: Session, run_id: str, workspace_id: UUID, error: str | None = None) -> int:
    """Close a run's claimed requests of a workspace, as failed if there is an error; returns how many."""
    return session.execute(
        "update app.recompute_request set status = %s, finished_at = now(), error = %s "
        "where run_id = %s and workspace_id = %s and status = 'running'",
        ("failed" if error else "done", error, run_id, workspace_id),
    )


def fail_requests(session: Session, run_id: str, error: str) -> int:
    """Close all requests that an interrupted run had claimed as failed; how many."""
    return session.execute(
        "update app.recompute_request set status = 'failed', finished_at = now(), error = %s "
        "where run_id = %s and status = 'running'",
        (error, run_id),
    )


def delete_old_requests(session: Session, older_than_days: int) -> int:
    """Delete requests that finished long ago; how many."""
    return session.execute(
        "delete from app.recompute_request where finished_at < now() - make_interval(days => %s)",
        (older_than_days,),
    )
