"""Records that wait to become issues: a run claims them, works on them, and strikes them off."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

CLAIM = "update raw.arrival set run_id = %s where run_id is null and workspace_id = any (%s)"
MANY = 2_000  # so many new rows mislead a planner whose statistics are older; fewer change no plan

REARRIVE = """
insert into raw.arrival (workspace_id, record_id, source, run_id)
select workspace_id, record_id, source, %s from raw.record
on conflict (workspace_id, record_id) do update set run_id = excluded.run_id where arrival.run_id is null
"""


@dataclass(frozen=True)
class WaitingArrivals:
    """The records of one source that wait in a workspace."""

    workspace_id: UUID
    source: str
    records: int


def waiting_arrivals(session: Session) -> list[WaitingArrivals]:
    """What no run has claimed yet, by workspace and source."""
    rows = session.rows(
        "select workspace_id, source, count(*) as records from raw.arrival where run_id is null "
        "group by workspace_id, source order by workspace_id, source"
    )
    return [WaitingArrivals(**row) for row in rows]


def claim_arrivals(session: Session, run_id: str, workspace_ids: Sequence[UUID]) -> dict[str, int]:
    """Take the waiting records of some workspaces for a run; how many of each source the run holds now."""
    if session.execute(CLAIM, (run_id, list(workspace_ids))) >= MANY:
        session.execute("analyze raw.record, raw.arrival")
    return _held(session, run_id)


def claim_everything(session: Session, run_id: str) -> dict[str, int]:
    """Let every record that the session sees arrive once more, for a run that rebuilds issues."""
    session.execute(REARRIVE, (run_id,))
    return _held(session, run_id)


def finish_arrivals(session: Session, run_id: str, workspace_ids: Sequence[UUID]) -> int:
    """Strike off what a run has normalized; what it holds of other workspaces waits again."""
    finished = session.execute(
        "delete from raw.arrival where run_id = %s and workspace_id = any (%s)", (run_id, list(workspace_ids))
    )
    release_arrivals(session, run_id)
    return finished


def release_arrivals(session: Session, run_id: str) -> int:
    """Let everything that a run holds wait again, as after a failure."""
    return session.execute("update raw.arrival set run_id = null where run_id = %s", (run_id,))


def release_orphaned_arrivals(session: Session, unfinished: Sequence[str]) -> int:
    """Let everything wait again that is held by a run which no longer goes on."""
    return session.execute(
        "update raw.arrival set run_id = null where run_id is not null and not run_id = any (%s)",
        (list(unfinished),),
    )


def _held(session: Session, run_id: str) -> dict[str, int]:
    rows = session.rows(
        "select source, count(*) as records from raw.arrival where run_id = %s group by source", (run_id,)
    )
    return {row["source"]: int(row["records"]) for row in sorted(rows, key=lambda row: row["source"])}
