"""A run's scope: the declared workspaces, among the allowed ones, without those that a check excluded."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.storage.app.recompute_requests import (
    claim_requests,
    finish_requests,
    read_queued_requests,
)
from causeloop_pipeline.storage.app.run_scopes import (
    EmptyScopeError,
    declare_scope,
    delete_old_scopes,
    exclude_workspace,
    open_scope,
    read_workspaces_in_scope,
)
from causeloop_pipeline.storage.app.stage_freshness import read_stale_stages, record_freshness
from causeloop_pipeline.storage.app.workspace_partitions import read_named_workspaces
from causeloop_pipeline.storage.database.session import Database, Session


def ids(session: Session, run_id: str) -> set[UUID]:
    return {workspace.workspace_id for workspace in read_workspaces_in_scope(session, run_id)}


def test_a_run_gets_the_declared_workspaces_among_its_partitions(
    database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    with database.every_workspace() as session:
        declare_scope(session, f"declared-{workspace_id}", [workspace_id, other_workspace_id])
        open_scope(session, f"run-{workspace_id}", f"declared-{workspace_id}", [workspace_id])

        assert ids(session, f"run-{workspace_id}") == {workspace_id}


def test_opening_a_scope_again_brings_back_no_excluded_workspace(
    database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    run_id, both = f"run-{workspace_id}", [workspace_id, other_workspace_id]
    with database.every_workspace() as session:
        open_scope(session, run_id, None, both)
        exclude_workspace(session, run_id, workspace_id, "conservation: 2 lost")
        exclude_workspace(session, run_id, workspace_id, "a later reason")
        open_scope(session, run_id, None, both)

        assert ids(session, run_id) == {other_workspace_id}
        excluded = session.row(
            "select excluded_by from app.run_scope where run_id = %s and workspace_id = %s",
            (run_id, workspace_id),
        )
        assert excluded == {"excluded_by": "conservation: 2 lost"}


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
        exclude_workspace(session, run_id, workspace_id, "a check")
        session.execute("select set_config('causeloop.scope', '', true)")
        session.execute("select set_config('causeloop.run', %s, true)", (run_id,))

        visible = session.rows("select workspace_id from app.workspace_settings")

    assert [row["workspace_id"] for row in visible] == [other_workspace_id]


def test_scopes_in_use_are_not_deleted(database: Database, workspace_id: UUID) -> None:
    with database.every_workspace() as session:
        for run_id in ("used", "unused"):
            declare_scope(session, f"{run_id}-{workspace_id}", [workspace_id])
        session.execute("update app.run_scope set opened_at = now() - interval '90 days'")

        delete_old_scopes(session, 30, [f"used-{workspace_id}"])

        assert ids(session, f"used-{workspace_id}") == {workspace_id}
        assert ids(session, f"unused-{workspace_id}") == set()


def test_a_failed_stage_keeps_the_time_of_the_last_valid_result(
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
        stale = read_stale_stages(session, ["issues", "patterns"], tomorrow, 72)
        assert stale == []
        stale = read_stale_stages(session, ["patterns"], tomorrow, 26)
        named = read_named_workspaces(session)

    assert stale[0].workspace in {each.name for each in named if each.workspace_id == workspace_id}
    assert [(stage.stage, stage.computed_at) for stage in stale] == [("patterns", None)]


def test_what_the_pipeline_leaves_alone_is_not_stale(
    database: Database, owner: psycopg.Connection, workspace_id: UUID
) -> None:
    owner.execute("update app.workspace set archived_at = now() where workspace_id = %s", (workspace_id,))

    with database.workspace(workspace_id) as session:
        stale = read_stale_stages(session, ["patterns"], datetime.now(UTC) + timedelta(days=2), 26)

    assert stale == []


def test_a_request_made_while_another_runs_waits_for_the_next_run(
    database: Database, workspace_id: UUID
) -> None:
    insert = (
        "insert into app.recompute_request (workspace_id, kind, requested_by) values (%s, 'clusters', 'me')"
    )
    with database.workspace(workspace_id) as session:
        session.execute(insert, (workspace_id,))
        assert claim_requests(session, "first", [workspace_id], ["clusters"]) == 1
        session.execute(insert, (workspace_id,))

        assert finish_requests(session, "first", workspace_id) == 1
        assert [queued.kinds for queued in read_queued_requests(session)] == [frozenset({"clusters"})]
