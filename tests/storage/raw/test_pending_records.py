"""Pending records wait until a run claims them; each belongs to one run, and waits again when released."""

from uuid import UUID, uuid4

from causeloop_pipeline.storage.app.interrupted_runs import find_interrupted_runs, release_claims
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.raw.pending_records import (
    claim_all_records,
    claim_pending_records,
    finish_pending_records,
    release_pending_records,
)
from tests.support.normalizing import land_records, record


def read_unclaimed(session: Session) -> list[UUID]:
    """The workspaces in which a record waits that no run has claimed."""
    rows = session.rows("select workspace_id from raw.pending_record where run_id is null")
    return [row["workspace_id"] for row in rows]


def test_a_pending_record_is_claimed_once_and_waits_again_when_released(
    database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    land_records(database, workspace_id, record({"external_id": "X-1", "title": "t"}))
    land_records(database, other_workspace_id, record({"external_id": "X-1", "title": "t"}))
    both, run_id = [workspace_id, other_workspace_id], str(uuid4())
    with database.workspaces(both) as session:
        assert claim_pending_records(session, run_id, [workspace_id]) == {"custom_api": 1}
        assert claim_pending_records(session, "another run", [workspace_id]) == {}
        assert read_unclaimed(session) == [other_workspace_id]
        assert release_pending_records(session, run_id) == 1
        assert claim_pending_records(session, run_id, both) == {"custom_api": 2}
        assert finish_pending_records(session, run_id, [workspace_id]) == 1
        assert read_unclaimed(session) == [other_workspace_id]


def test_the_records_of_an_interrupted_run_wait_again_and_those_of_an_active_run_do_not(
    database: Database, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, record({"external_id": "X-1", "title": "t"}))
    with database.workspace(workspace_id) as session:
        claim_pending_records(session, "interrupted", [workspace_id])
        assert find_interrupted_runs(session, ["interrupted"]) == []
        assert find_interrupted_runs(session, ["active"]) == ["interrupted"]

        release_claims(session, "interrupted", "the process was killed")

        assert read_unclaimed(session) == [workspace_id]


def test_a_rebuild_claims_every_record_except_those_that_another_run_has_claimed(
    database: Database, workspace_id: UUID
) -> None:
    records = [record({"external_id": f"X-{number}", "title": "t"}) for number in range(3)]
    land_records(database, workspace_id, *records)
    with database.workspace(workspace_id) as session:
        claim_pending_records(session, "first", [workspace_id])
        finish_pending_records(session, "first", [workspace_id])
    land_records(database, workspace_id, record({"external_id": "X-9", "title": "t"}))
    with database.workspace(workspace_id) as session:
        claim_pending_records(session, "second", [workspace_id])
        assert claim_all_records(session, "rebuild") == {"custom_api": 3}
