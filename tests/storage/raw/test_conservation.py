"""Received records are counted against what they became, in every workspace and source."""

from typing import Any
from uuid import UUID

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.conservation import SourceBalance, check_conservation
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
