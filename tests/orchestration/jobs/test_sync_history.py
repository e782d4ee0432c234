"""How long the history of syncs and the ids of deliveries are kept."""

from uuid import UUID, uuid4

from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.retention import delete_expired_rows_of
from causeloop_pipeline.storage.database.session import Database
from tests.support.aged_rows import ids


def test_old_syncs_go_but_not_those_that_tell_since_when_a_tool_is_out_of_sight(
    resources: Resources, database: Database, workspace_id: UUID
) -> None:
    runs = {
        "first": (400, "succeeded", 3),
        "failed": (300, "failed", 0),
        "last that read": (200, "succeeded", 1),
        "last that succeeded": (150, "succeeded", 0),
        "failed later": (100, "failed", 0),
        "young": (10, "failed", 0),
        "goes on": (95, "running", 0),
    }
    with database.workspace(workspace_id) as session:
        connector_id = uuid4()
        session.execute(
            "insert into app.connector (workspace_id, connector_id, type, display_name) "
            "values (%s, %s, 'custom_api', 'C')",
            (workspace_id, connector_id),
        )
        for name, (days, status, pages) in runs.items():
            session.execute(
                "insert into app.sync_run (workspace_id, connector_id, started_at, status, pages, error) "
                "values (%s, %s, now() - make_interval(days => %s), %s, %s, %s)",
                (workspace_id, connector_id, days, status, pages, name),
            )
        session.execute(
            "insert into raw.webhook_delivery select %s, %s, d::text, now() - make_interval(days => d) "
            "from unnest(array[1, 40]) as d",
            (workspace_id, connector_id),
        )

    counts = delete_expired_rows_of(resources, workspace_id)

    assert (counts["sync runs"], counts["webhook deliveries"]) == (3, 1)
    assert ids(database, workspace_id, "app.sync_run", "error") == {
        "last that read",
        "last that succeeded",
        "young",
        "goes on",
    }
