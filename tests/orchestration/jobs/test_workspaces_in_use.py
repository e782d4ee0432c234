"""What the pipeline leaves alone: workspaces not in use, plans without the feature, unconfirmed addresses."""

from uuid import UUID, uuid4

import psycopg
import pytest

from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.deliveries import deliver_workspace_messages, evaluate_changed_rules
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector, read_due_connectors
from causeloop_pipeline.storage.app.run_scopes import read_active_workspaces
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.notify.outbox import read_workspaces_with_messages
from tests.orchestration.alerting import make_pattern, make_rule, outbox, predict


def test_an_address_gets_alerts_only_after_it_was_confirmed(
    resources: Resources, database: Database, workspace_id: UUID
) -> None:
    pattern_id = make_pattern(database, workspace_id)
    make_rule(database, resources.vault, workspace_id)
    with database.workspace(workspace_id) as session:
        session.execute(
            """update notify.alert_rule set channels = '[{"type": "email", "to": "a@b.example"}]'"""
        )
    predict(database, workspace_id, pattern_id, 0.9)
    evaluate_changed_rules(resources)

    deliver_workspace_messages(resources, workspace_id)

    (message,) = outbox(database, workspace_id)
    assert message["given_up_at"] is not None
    assert "a@b.example has not confirmed" in message["error"]


@pytest.mark.parametrize("status", ["suspended", "cancelled", "archived"])
def test_a_workspace_that_is_not_in_use_evaluates_and_sends_nothing(
    status: str, resources: Resources, database: Database, workspace_id: UUID, owner: psycopg.Connection
) -> None:
    pattern_id = make_pattern(database, workspace_id)
    make_rule(database, resources.vault, workspace_id)
    predict(database, workspace_id, pattern_id, 0.9)
    if status == "archived":
        owner.execute("update app.workspace set archived_at = now() where workspace_id = %s", (workspace_id,))
    else:
        owner.execute(
            "update app.organization set status = %s where organization_id = "
            "(select organization_id from app.workspace where workspace_id = %s)",
            (status, workspace_id),
        )

    evaluate_changed_rules(resources)

    assert outbox(database, workspace_id) == []
    with database.every_workspace() as session:
        assert workspace_id not in read_active_workspaces(session)
        assert workspace_id not in read_workspaces_with_messages(session)


def test_after_a_downgrade_rules_are_not_evaluated_and_connectors_of_a_higher_plan_not_polled(
    resources: Resources, database: Database, workspace_id: UUID, owner: psycopg.Connection
) -> None:
    make_rule(database, resources.vault, workspace_id)
    predict(database, workspace_id, make_pattern(database, workspace_id), 0.9)
    with database.workspace(workspace_id) as session:
        for connector_type in ("snowflake", "custom_api"):
            create_connector(
                session,
                resources.vault,
                NewConnector(
                    workspace_id=workspace_id,
                    connector_id=uuid4(),
                    connector_type=connector_type,
                    display_name=connector_type,
                    config={},
                    credentials={},
                ),
            )
    owner.execute(
        "update app.organization set plan = 'free' where organization_id = "
        "(select organization_id from app.workspace where workspace_id = %s)",
        (workspace_id,),
    )

    evaluate_changed_rules(resources)

    assert outbox(database, workspace_id) == []
    with database.workspace(workspace_id) as session:
        assert {due.type for due in read_due_connectors(session)} == {"custom_api"}
