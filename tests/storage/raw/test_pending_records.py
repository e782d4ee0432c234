"""Records wait until a run claims them; each is one run's only, and waits again when that run lets go."""

from uuid import UUID, uuid4

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.pending_records import (
    claim_arrivals,
    claim_everything,
    finish_arrivals,
    release_arrivals,
    release_orphaned_arrivals,
    waiting_arrivals,
)
from tests.support.normalizing import landed, record


def test_arrivals_are_claimed_once_and_wait_again_when_released(
    database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    landed(database, workspace_id, record({"external_id": "X-1", "title": "t"}))
    landed(database, other_workspace_id, record({"external_id": "X-1", "title": "t"}))
    both, run_id = [workspace_id, other_workspace_id], str(uuid4())
    with database.workspaces(both) as session:
        assert claim_arrivals(session, run_id, [workspace_id]) == {"custom_api": 1}
        assert claim_arrivals(session, "another run", [workspace_id]) == {}
        assert [one.workspace_id for one in waiting_arrivals(session)] == [other_workspace_id]
        assert release_arrivals(session, run_id) == 1
        assert claim_arrivals(session, run_id, both) == {"custom_api": 2}
        assert finish_arrivals(session, run_id, [workspace_id]) == 1
        assert [one.workspace_id for one in waiting_arrivals(session)] == [other_workspace_id]


def test_what_a_dead_run_held_waits_again_and_a_living_runs_does_not(
    database: Database, workspace_id: UUID
) -> None:
    landed(database, workspace_id, record({"external_id": "X-1", "title": "t"}))
    with database.workspace(workspace_id) as session:
        claim_arrivals(session, "dead", [workspace_id])
        assert release_orphaned_arrivals(session, ["dead"]) == 0
        assert release_orphaned_arrivals(session, ["alive"]) == 1


def test_everything_arrives_again_for_a_rebuild_except_what_another_run_holds(
    database: Database, workspace_id: UUID
) -> None:
    records = [record({"external_id": f"X-{number}", "title": "t"}) for number in range(3)]
    landed(database, workspace_id, *records)
    with database.workspace(workspace_id) as session:
        claim_arrivals(session, "first", [workspace_id])
        finish_arrivals(session, "first", [workspace_id])
    landed(database, workspace_id, record({"external_id": "X-9", "title": "t"}))
    with database.workspace(workspace_id) as session:
        claim_arrivals(session, "second", [workspace_id])
        assert claim_everything(session, "rebuild") == {"custom_api": 3}
