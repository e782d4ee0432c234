"""Records that wait to be normalized into issues: a run claims them and, once done, deletes them here."""

from collections.abc import Sequence
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

SELECT_CLAIMED = """
select source, count(*) as records
from raw.pending_record
where run_id = %s
group by source
order by source
"""

SELECT_HAS_CHANGES = """
select exists (
    select from raw.pending_record as p
    cross join lateral (
        select kind from raw.record as r
        where r.workspace_id = p.workspace_id and r.record_id = p.record_id
        offset 0
    ) as r
    where p.run_id = %s and core.is_change_kind(r.kind)
) as has_changes
"""

UPDATE_CLAIM = "update raw.pending_record set run_id = %s where run_id is null and workspace_id = any (%s)"

UPDATE_RELEASE = "update raw.pending_record set run_id = null where run_id = %s"

INSERT_ALL_RECORDS = """
insert into raw.pending_record (workspace_id, record_id, source, run_id)
select workspace_id, record_id, source, %s from raw.record
on conflict (workspace_id, record_id) do update
set run_id = excluded.run_id where pending_record.run_id is null
"""

DELETE_NORMALIZED = "delete from raw.pending_record where run_id = %s and workspace_id = any (%s)"


def claim_pending_records(session: Session, run_id: str, workspace_ids: Sequence[UUID]) -> dict[str, int]:
    """Claim the pending records of some workspaces for a run; how many of each source the run has claimed."""
    session.execute(UPDATE_CLAIM, (run_id, list(workspace_ids)))
    return count_claimed(session, run_id)


def are_changes_claimed(session: Session, run_id: str) -> bool:
    """Whether a run has claimed a record of a change; all others are of issues."""
    row = session.row(SELECT_HAS_CHANGES, (run_id,))
    return bool(row and row["has_changes"])


def claim_all_records(session: Session, run_id: str) -> dict[str, int]:
    """Claim every record that the session sees, normalized or not, for a run that rebuilds issues."""
    session.execute(INSERT_ALL_RECORDS, (run_id,))
    return count_claimed(session, run_id)


def finish_pending_records(session: Session, run_id: str, workspace_ids: Sequence[UUID]) -> int:
    """Delete what a run has normalized, and release what it had claimed of other workspaces."""
    finished = session.execute(DELETE_NORMALIZED, (run_id, list(workspace_ids)))
    release_pending_records(session, run_id)
    return finished


def release_pending_records(session: Session, run_id: str) -> int:
    """Let all that a run has claimed wait again, as after a failure."""
    return session.execute(UPDATE_RELEASE, (run_id,))


def count_claimed(session: Session, run_id: str) -> dict[str, int]:
    """How many records of each source a run has claimed."""
    return {row["source"]: int(row["records"]) for row in session.rows(SELECT_CLAIMED, (run_id,))}
