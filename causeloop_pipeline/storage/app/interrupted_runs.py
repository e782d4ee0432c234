"""What a run that died had taken in hand is given back: requests, syncs and records not yet normalized."""

from collections.abc import Sequence

from causeloop_pipeline.storage.app.recompute_requests import fail_requests
from causeloop_pipeline.storage.database.session import Session


def give_back(session: Session, run_id: str, reason: str) -> None:
    """Close a dead run's requests and syncs as failed, and let the next run normalize what it had claimed."""
    fail_requests(session, run_id, reason)
    session.execute(
        "update app.sync_run set status = 'failed', finished_at = now(), error = %s "
        "where run_id = %s and status = 'running'",
        (reason, run_id),
    )
    session.execute("update raw.arrival set run_id = null where run_id = %s", (run_id,))


def runs_in_hand(session: Session) -> list[str]:
    """The runs that hold anything: a request, a sync or records."""
    rows = session.rows(
        "select run_id from app.recompute_request where status = 'running' "
        "union select run_id from app.sync_run where status = 'running' and run_id is not null "
        "union select run_id from raw.arrival where run_id is not null"
    )
    return [row["run_id"] for row in rows if row["run_id"]]


def dead_runs(session: Session, alive: Sequence[str]) -> list[str]:
    """The runs that hold something though they are not alive."""
    return sorted(set(runs_in_hand(session)) - set(alive))
