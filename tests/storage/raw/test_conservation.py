"""What came in is counted against what became of it, in every workspace and source."""

from typing import Any
from uuid import UUID

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.conservation import SourceBalance, balance, unbalanced_workspaces
from tests.support.normalizing import landed, normalized, normalizer, record


def test_issues_versions_quarantine_and_waiting_add_up(
    installation: Any, database: Database, workspace_id: UUID
) -> None:
    models = normalizer(installation.pipeline_url)
    first = [record({"external_id": f"X-{n}", "title": "t"}) for n in range(3)]
    landed(
        database,
        workspace_id,
        *first,
        record({"external_id": "X-0", "title": "newer"}),
        record({"external_id": "no title"}),
    )
    normalized(database, models, workspace_id)
    landed(
        database,
        workspace_id,
        record({"external_id": "X-9", "title": "waits"}),
        record({"external_id": "X-1", "title": "waits"}),
    )

    with database.workspace(workspace_id) as session:
        assert balance(session, workspace_id) == [
            SourceBalance(
                "custom_api", records=7, issues=3, versions=1, quarantined=1, pending=2, balanced=True
            )
        ]


def test_a_lost_issue_and_one_too_many_do_not_cancel_out(
    installation: Any, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    models = normalizer(installation.pipeline_url)
    for one in (workspace_id, other_workspace_id):
        landed(
            database,
            one,
            record({"external_id": "X-1", "title": "t"}),
            record({"external_id": "X-2", "title": "t"}),
        )
    normalized(database, models, workspace_id, other_workspace_id)

    with database.workspaces([workspace_id, other_workspace_id]) as session:
        session.execute(
            "update core.issue set external_id = 'phantom' where workspace_id = %s and external_id = 'X-2'",
            (workspace_id,),
        )
        failed = unbalanced_workspaces(session, [workspace_id, other_workspace_id])
        kept = session.rows("select workspace_id, balanced from core.conservation")

    assert failed.keys() == {workspace_id}
    assert failed[workspace_id][0].lost == 0
    assert {row["workspace_id"]: row["balanced"] for row in kept} == {
        workspace_id: False,
        other_workspace_id: True,
    }


def test_a_source_that_is_gone_leaves_no_verdict_behind(
    installation: Any, database: Database, workspace_id: UUID
) -> None:
    models = normalizer(installation.pipeline_url)
    landed(database, workspace_id, record({"external_id": "X-1", "title": "t"}))
    normalized(database, models, workspace_id)
    with database.workspace(workspace_id) as session:
        balance(session, workspace_id)
        session.execute("delete from core.issue")
        session.execute("delete from raw.record")
        assert balance(session, workspace_id) == []
        assert session.rows("select * from core.conservation") == []
