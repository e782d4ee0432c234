"""Traces of deliveries: a run continues those of its workspaces, and the run of the last stages takes
over."""

from collections.abc import Sequence
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

MAX_TRACES = 100

UPDATE_TAKEN = """
update app.delivery_trace set run_id = %(run_id)s
where workspace_id = any (%(ids)s) and (run_id is null or run_id = %(run_id)s)
    and noted_at > now() - interval '1 hour'
returning traceparent, noted_at
"""
SELECT_TAKEN = """
select traceparent, noted_at from app.delivery_trace
where workspace_id = any (%(ids)s) and noted_at > now() - interval '1 hour'
"""
DELETE_ENDED = """
delete from app.delivery_trace
where workspace_id = any (%(ids)s) and (run_id is not null or noted_at < now() - interval '1 hour')
"""


def take_traces(session: Session, run_id: str, workspace_ids: Sequence[UUID]) -> list[str]:
    """Claim the traces that a run continues, latest first; no other run that reads records takes them."""
    return _sort(session.rows(UPDATE_TAKEN, {"run_id": run_id, "ids": list(workspace_ids)}))


def read_traces(session: Session, workspace_ids: Sequence[UUID]) -> list[str]:
    """The traces that the stages after the patterns continue, latest first."""
    return _sort(session.rows(SELECT_TAKEN, {"ids": list(workspace_ids)}))


def end_traces(session: Session, workspace_ids: Sequence[UUID]) -> None:
    """Delete the traces that have reached the last stage or have expired."""
    session.execute(DELETE_ENDED, {"ids": list(workspace_ids)})


def _sort(rows: list[dict[str, object]]) -> list[str]:
    latest = sorted(rows, key=lambda row: str(row["noted_at"]), reverse=True)
    return [str(row["traceparent"]) for row in latest[:MAX_TRACES]]
