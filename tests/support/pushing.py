"""Recommendations that are pushed to a tracker, and their tickets."""

from typing import Any
from uuid import UUID, uuid4

from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector
from causeloop_pipeline.storage.database.session import Database
from tests.outbound.fake_trackers import REPOSITORY


def recommend(database: Database, workspace_id: UUID) -> UUID:
    recommendation_id = uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into act.recommendation (workspace_id, recommendation_id, title, type, effort, impact, "
            "expected_loops_prevented, expected_low, expected_high, pattern_ids, steps, rationale, score, "
            "computed_at) values (%s, %s, 'Raise the pool''s size', 'config_change', 'low', 'high', 9.3, "
            "6.1, 12, array[uuidv7()], array['Raise max_size', 'Alert on waits'], 'Twelve times a month.', "
            "1, now())",
            (workspace_id, recommendation_id),
        )
    return recommendation_id


def connect(resources: Resources, workspace_id: UUID, url: str) -> UUID:
    connector_id = uuid4()
    with resources.database.workspace(workspace_id) as session:
        create_connector(
            session,
            resources.vault,
            NewConnector(
                workspace_id=workspace_id,
                connector_id=connector_id,
                connector_type="github",
                display_name=f"GitHub {connector_id}",
                config={"repositories": [REPOSITORY], "base_url": url},
                credentials={"token": "planted-token"},
            ),
        )
    return connector_id


def push(database: Database, workspace_id: UUID, recommendation_id: UUID, connector_id: UUID) -> None:
    """Push a recommendation as the API does."""
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into act.ticket as t (workspace_id, recommendation_id, connector_id, pushed_by) "
            "values (%s, %s, %s, 'a person') on conflict (workspace_id, recommendation_id) do update "
            "set status = 'queued', error = null, attempts = 0, updated_at = now() where t.status = 'failed'",
            (workspace_id, recommendation_id, connector_id),
        )


def ticket(database: Database, workspace_id: UUID) -> dict[str, Any]:
    with database.workspace(workspace_id) as session:
        (row,) = session.rows("select status, external_id, external_url, attempts, error from act.ticket")
    return row


def let_time_pass(database: Database, workspace_id: UUID, interval: str = "2 hours") -> None:
    with database.workspace(workspace_id) as session:
        session.execute("update act.ticket set updated_at = updated_at - %s::interval", (interval,))
