"""Releases what an interrupted run had claimed: recompute requests, syncs and pending records."""

from collections.abc import Sequence

from causeloop_pipeline.storage.app.recompute_requests import fail_requests
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.raw.pending_records import release_pending_records

SELECT_RUNS_WITH_CLAIMS = """
select run_id from app.recompute_request where status = 'running' and run_id is not null
union
select run_id from app.sync_run where status = 'running' and run_id is not null
union
select run_id from raw.pending_record where run_id is not null
"""


def release_claims(session: Session, run_id: str, reason: str) -> None:
    """Close a run's requests and syncs as failed, and let the next run claim its pending records."""
    fail_requests(session, run_id, reason)
    session.execute(
        "update app.sync_run set status = 'failed', finished_at = now(), error = %s "
        "where run_id = %s and status = 'running'",
        (reason, run_id),
    )
    release_pending_records(session, run_id)


def read_runs_with_claims(session: Session) -> list[str]:
    """The runs that hold claims: on requests, syncs or records."""
    return [row["run_id"] for row in session.rows(SELECT_RUNS_WITH_CLAIMS)]


def find_interrupted_runs(session: Session, active_run_ids: Sequence[str]) -> list[str]:
    """The runs that hold claims although they are not active."""
    return sorted(set(read_runs_with_claims(session)) - set(active_run_ids))
