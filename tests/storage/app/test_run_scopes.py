"""The scope of a run: what was declared, within what is allowed, less what a check took out."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from causeloop_pipeline.storage.app.recompute_requests import (
    claim_requests,
    finish_requests,
    waiting_requests,
)
from causeloop_pipeline.storage.app.run_scopes import (
    EmptyScopeError,
    declare_scope,
    exclude,
    excluded_workspaces,
    forget_scopes,
    open_scope,
    workspaces_in_scope,
)
from causeloop_pipeline.storage.app.stage_freshness import record_freshness, stale_stages
from causeloop_pipeline.storage.database.session import Database, Session


def ids(session: Session, run_id: str) -> set[UUID]:
    return {one.workspace_id for one in workspaces_in_scope(session, run_id)}


def test_a_run_gets_what_was_declared_for_it_within_its_partitions(
    database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    with database.every_workspace() as session:
        declare_scope(session, f"declared-{workspace_id}", [workspace_id, other_workspace_id])
        open_scope(session, f"run-{workspace_id}", f"declared-{workspace_id}", [workspace_id])

        assert ids(session, f"run-{workspace_id}") == {workspace_id}


def test_opening_a_scope_again_brings_back_nobody_that_was_taken_out(
    database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    run_id, both = f"run-{workspace_id}", [workspace_id, other_workspace_id]
    with database.every_workspace() as session:
        open_scope(session, run_id, None, both)
        exclude(session, run_id, workspace_id, "conservation: 2 lost")
        exclude(session, run_id, workspace_id, "a later reason")
        open_scope(session, run_id, None, both)

        assert ids(session, run_id) == {other_workspace_id}
        assert excluded_workspaces(session, run_id) == {workspace_id: "conservation: 2 lost"}


def test_a_run_without_any_workspace_fails_instead_of_doing_nothing(
    database: Database, workspace_id: UUID
) -> None:
    with database.every_workspace() as session, pytest.raises(EmptyScopeError, match="no workspace"):
        open_scope(session, f"run-{workspace_id}", f"never-declared-{workspace_id}", [workspace_id])


def test_a_session_under_a_runs_scope_sees_only_what_is_left_in_it(
    database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    run_id = f"run-{workspace_id}"
    with database.every_workspace() as session:
        open_scope(session, run_id, None, [workspace_id, other_workspace_id])
        exclude(session, run_id, workspace_id, "a check")
        session.execute("select set_config('causeloop.scope', '', true)")
        session.execute("select set_config('causeloop.run', %s, true)", (run_id,))

        seen = session.rows("select workspace_id from app.workspace_settings")

    assert [row["workspace_id"] for row in seen] == [other_workspace_id]


def test_scopes_in_use_are_not_forgotten(database: Database, workspace_id: UUID) -> None:
    with database.every_workspace() as session:
        for run_id in ("used", "unused"):
            declare_scope(session, f"{run_id}-{workspace_id}", [workspace_id])
        session.execute("update app.run_scope set opened_at = now() - interval '90 days'")

        forget_scopes(session, 30, [f"used-{workspace_id}"])

        assert ids(session, f"used-{workspace_id}") == {workspace_id}
        assert ids(session, f"unused-{workspace_id}") == set()


def test_a_failed_stage_keeps_the_time_of_the_result_that_still_stands(
    database: Database, workspace_id: UUID
) -> None:
    good, bad = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)
    with database.workspace(workspace_id) as session:
        record_freshness(session, workspace_id, "patterns", as_of=good, run_id="first")
        record_freshness(session, workspace_id, "patterns", as_of=bad, run_id="second", failure="a reason")

        row = session.row("select as_of, run_id, verdict from app.workspace_freshness")

    assert row == {"as_of": good, "run_id": "second", "verdict": "failed"}


def test_stages_never_computed_are_stale_once_the_workspace_is_old_enough(
    database: Database, workspace_id: UUID
) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    with database.workspace(workspace_id) as session:
        record_freshness(session, workspace_id, "issues", as_of=tomorrow, run_id="a run")
        stale = stale_stages(session, ["issues", "patterns"], tomorrow, 72)
        assert stale == []
        found = {
            (one.stage, one.computed_at is None) for one in stale_stages(session, ["patterns"], tomorrow, 26)
        }
    assert found == {("patterns", True)}


def test_a_request_made_while_another_runs_waits_for_the_next_run(
    database: Database, workspace_id: UUID
) -> None:
    ask = "insert into app.recompute_request (workspace_id, kind, requested_by) values (%s, 'clusters', 'me')"
    with database.workspace(workspace_id) as session:
        session.execute(ask, (workspace_id,))
        assert claim_requests(session, "first", [workspace_id], ["clusters"]) == 1
        session.execute(ask, (workspace_id,))

        assert finish_requests(session, "first", workspace_id) == 1
        assert [one.kinds for one in waiting_requests(session)] == [frozenset({"clusters"})]
