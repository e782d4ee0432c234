"""Received records are counted against what they became, in every workspace and source."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from causeloop_pipeline.stages.normalization import read_claimed_records
from causeloop_pipeline.storage.app.run_scopes import declare_scope
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.conservation import (
    SourceBalance,
    check_claimed_records,
    check_conservation,
    is_count_due,
)
from causeloop_pipeline.storage.raw.pending_records import claim_pending_records, finish_pending_records
from tests.support.normalizing import land_records, normalize, normalizer, record


def test_issues_versions_quarantined_and_pending_records_add_up(
    installation: Any, database: Database, workspace_id: UUID
) -> None:
    models = normalizer(installation.pipeline_url)
    first = [record({"external_id": f"X-{n}", "title": "t"}) for n in range(3)]
    land_records(
        database,
        workspace_id,
        *first,
        record({"external_id": "X-0", "title": "newer"}),
        record({"external_id": "no title"}),
    )
    normalize(database, models, workspace_id)
    land_records(
        database,
        workspace_id,
        record({"external_id": "X-9", "title": "waits"}),
        record({"external_id": "X-1", "title": "waits"}),
    )

    with database.workspace(workspace_id) as session:
        assert check_conservation(session, workspace_id) == [
            SourceBalance(
                "custom_api", records=7, issues=3, versions=1, quarantined=1, pending=2, balanced=True
            )
        ]


def test_a_lost_issue_and_one_too_many_do_not_cancel_out(
    installation: Any, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    models = normalizer(installation.pipeline_url)
    for tenant in (workspace_id, other_workspace_id):
        land_records(
            database,
            tenant,
            record({"external_id": "X-1", "title": "t"}),
            record({"external_id": "X-2", "title": "t"}),
        )
    normalize(database, models, workspace_id, other_workspace_id)

    with database.workspaces([workspace_id, other_workspace_id]) as session:
        session.execute(
            "update core.issue set external_id = 'phantom' where workspace_id = %s and external_id = 'X-2'",
            (workspace_id,),
        )
        (damaged,) = check_conservation(session, workspace_id)
        (intact,) = check_conservation(session, other_workspace_id)
        stored = session.rows("select workspace_id, balanced from core.conservation")

    assert (damaged.balanced, intact.balanced) == (False, True)
    assert damaged.lost == 0
    assert {row["workspace_id"]: row["balanced"] for row in stored} == {
        workspace_id: False,
        other_workspace_id: True,
    }


def test_a_deleted_source_leaves_no_row_behind(
    installation: Any, database: Database, workspace_id: UUID
) -> None:
    models = normalizer(installation.pipeline_url)
    land_records(database, workspace_id, record({"external_id": "X-1", "title": "t"}))
    normalize(database, models, workspace_id)
    with database.workspace(workspace_id) as session:
        check_conservation(session, workspace_id)
        session.execute("delete from core.issue")
        session.execute("delete from raw.record")
        assert check_conservation(session, workspace_id) == []
        assert session.rows("select * from core.conservation") == []


def test_what_a_run_claimed_is_counted_as_all_records_are_and_nothing_else_is_looked_at(
    installation: Any, database: Database, workspace_id: UUID
) -> None:
    models = normalizer(installation.pipeline_url)
    land_records(database, workspace_id, record({"external_id": "X-0", "title": "of an earlier run"}))
    normalize(database, models, workspace_id)
    land_records(
        database,
        workspace_id,
        *(record({"external_id": f"X-{n}", "title": "t"}) for n in (1, 2)),
        record({"external_id": "X-1", "title": "newer"}),
        record({"external_id": "no title"}),
    )
    run_id = str(uuid4())
    with database.workspace(workspace_id) as session:
        declare_scope(session, run_id, [workspace_id])
        claim_pending_records(session, run_id, [workspace_id])
    read_claimed_records(database, run_id, [workspace_id])
    models.normalize(run_id)
    land_records(database, workspace_id, record({"external_id": "X-2", "title": "waits"}))

    with database.workspace(workspace_id) as session:
        (claimed,) = check_claimed_records(session, run_id, workspace_id)
        finish_pending_records(session, run_id, [workspace_id])
        (of_all,) = check_conservation(session, workspace_id)
        assert claimed == SourceBalance(
            "custom_api", records=5, issues=2, versions=1, quarantined=1, pending=1, balanced=True
        )
        assert of_all == replace(claimed, records=6, issues=3)


def test_an_issue_that_a_run_has_lost_is_missed_before_the_night(
    installation: Any, database: Database, workspace_id: UUID
) -> None:
    models = normalizer(installation.pipeline_url)
    land_records(database, workspace_id, *(record({"external_id": f"X-{n}", "title": "t"}) for n in (1, 2)))
    run_id = str(uuid4())
    with database.workspace(workspace_id) as session:
        declare_scope(session, run_id, [workspace_id])
        claim_pending_records(session, run_id, [workspace_id])
    read_claimed_records(database, run_id, [workspace_id])
    models.normalize(run_id)
    with database.workspace(workspace_id) as session:
        session.execute("delete from core.issue where external_id = 'X-2'")
        (balance,) = check_claimed_records(session, run_id, workspace_id)
        assert (balance.balanced, balance.lost) == (False, 1)


def test_an_issue_that_never_occurred_counts_as_lost(
    installation: Any, database: Database, workspace_id: UUID
) -> None:
    models = normalizer(installation.pipeline_url)
    land_records(database, workspace_id, *(record({"external_id": f"X-{n}", "title": "t"}) for n in (1, 2)))
    run_id = str(uuid4())
    with database.workspace(workspace_id) as session:
        declare_scope(session, run_id, [workspace_id])
        claim_pending_records(session, run_id, [workspace_id])
    read_claimed_records(database, run_id, [workspace_id])
    models.normalize(run_id)
    with database.workspace(workspace_id) as session:
        session.execute(
            "delete from core.occurrence where issue_id in "
            "(select issue_id from core.issue where external_id = 'X-2')"
        )
        (claimed,) = check_claimed_records(session, run_id, workspace_id)
        finish_pending_records(session, run_id, [workspace_id])
        (of_all,) = check_conservation(session, workspace_id)
    assert [(balance.balanced, balance.lost) for balance in (claimed, of_all)] == [(False, 1)] * 2


def test_all_records_are_counted_once_a_night_and_again_until_none_is_lost(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        assert is_count_due(session, workspace_id)
        session.execute(
            "insert into core.conservation (workspace_id, source, records, issues, changes, versions, "
            "quarantined, pending, balanced, checked_at) values (%s, 'jira', 1, 1, 0, 0, 0, 0, true, now())",
            (workspace_id,),
        )
        assert not is_count_due(session, workspace_id)
        session.execute("update core.conservation set balanced = false")
        assert is_count_due(session, workspace_id)
        session.execute("update core.conservation set balanced = true, checked_at = now() - interval '21 h'")
        assert is_count_due(session, workspace_id)


def test_what_waits_is_read_once_however_the_planner_reads_it_and_not_for_each_record(
    database: Database, workspace_id: UUID
) -> None:
    run_id = str(uuid4())
    land_records(
        database, workspace_id, *(record({"external_id": f"X-{n}", "title": "t"}) for n in range(50))
    )
    with database.workspace(workspace_id) as session:
        declare_scope(session, run_id, [workspace_id])
        claim_pending_records(session, run_id, [workspace_id])
    with database.workspace(workspace_id) as session:
        for scan in ("indexscan", "indexonlyscan", "bitmapscan"):
            session.execute(f"set local enable_{scan} = off")
        check_claimed_records(session, run_id, workspace_id)
        row = session.row(
            "select seq_scan from pg_stat_xact_user_tables where relid = 'raw.pending_record'::regclass"
        )

    assert row is not None
    assert 1 <= row["seq_scan"] <= len({"claimed", "others"})
