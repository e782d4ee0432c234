"""The outbox is emptied at least once a message, whatever dies on the way."""

from collections.abc import Iterator
from uuid import UUID

import dagster as dg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.jobs.deliveries import deliveries
from causeloop_pipeline.orchestration.run_scope import TRIGGER
from causeloop_pipeline.orchestration.sensors.due_messages import watch_due_messages
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.deliveries import deliver_messages, evaluate_changed_rules
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.notify.outbox import enqueue
from tests.conftest import Installation
from tests.orchestration.alerting import make_rule, outbox
from tests.orchestration.jobs.killed_program import kill_after_post
from tests.outbound.sample_alert import ALERT
from tests.support.fake_tool import FakeTool, Reply, fake_tool, in_turn


@pytest.fixture(autouse=True)
def quiet(database: Database) -> None:
    """Nothing of earlier tests is due."""
    with database.every_workspace() as session:
        session.execute("delete from notify.outbox")
        session.execute("delete from notify.alert_rule")


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch, installation: Installation) -> Iterator[FakeTool]:
    """A receiver that takes everything, and may be reached."""
    with fake_tool(in_turn(Reply({}))) as running:
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{running.port}")
        settings.cache_clear()
        yield running
    monkeypatch.undo()
    settings.cache_clear()


def queue(database: Database, resources: Resources, workspace_id: UUID, url: str, messages: int = 1) -> UUID:
    """Queue messages for the webhook of a new rule."""
    rule_id = make_rule(database, resources.vault, workspace_id, url)
    with database.workspace(workspace_id) as session:
        for number in range(messages):
            channels = [{"type": "webhook", "url": url}]
            enqueue(session, workspace_id, rule_id, channels, f"{rule_id}:p:{number}", ALERT)
    return rule_id


def make_due(database: Database) -> None:
    with database.every_workspace() as session:
        session.execute("update notify.outbox set next_try_at = now() where next_try_at > now()")


def test_the_messages_of_all_workspaces_are_delivered_in_one_run(
    tool: FakeTool, resources: Resources, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    queue(database, resources, workspace_id, f"{tool.url}/one", 3)
    queue(database, resources, other_workspace_id, f"{tool.url}/other", 2)

    result = deliveries.execute_in_process(resources={"installation": resources})

    assert result.success
    assert sorted(request.path for request in tool.requests) == ["/one"] * 3 + ["/other"] * 2
    sent = {request.headers["webhook-id"] for request in tool.requests}
    rows = outbox(database, workspace_id) + outbox(database, other_workspace_id)
    assert sent == {str(row["message_id"]) for row in rows}
    assert all(row["delivered_at"] and row["attempts"] == 1 for row in rows)


def test_a_run_killed_between_sending_and_committing_sends_the_same_message_again(
    tool: FakeTool,
    installation: Installation,
    resources: Resources,
    database: Database,
    workspace_id: UUID,
) -> None:
    queue(database, resources, workspace_id, f"{tool.url}/hook")

    kill_after_post(deliver_messages, installation, tool, in_turn(Reply({})))

    assert outbox(database, workspace_id)[0]["delivered_at"] is None
    tool.script[0] = in_turn(Reply({}))

    counts = deliver_messages(resources)

    first, second = tool.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert counts["delivered"] == 1
    assert deliver_messages(resources)["delivered"] == 0


def test_a_failing_receiver_is_tried_again_and_a_gone_one_is_not(
    tool: FakeTool, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    queue(database, resources, workspace_id, f"{tool.url}/hook")
    tool.script[0] = in_turn(Reply({}, 503), Reply({}, 410))
    counts = deliver_messages(resources) + deliver_messages(resources)
    (waiting,) = outbox(database, workspace_id)
    make_due(database)
    counts += deliver_messages(resources)
    make_due(database)
    counts += deliver_messages(resources)

    assert dict(+counts) == {"failed": 1, "given up": 1}
    assert waiting["error"] == "the webhook at 127.0.0.1 answered 503"
    (row,) = outbox(database, workspace_id)
    assert row["error"] == "the webhook at 127.0.0.1 answered 410"
    assert row["given_up_at"] is not None
    assert len(tool.requests) == 2


def test_a_channel_that_was_taken_out_of_its_rule_gets_nothing_more(
    tool: FakeTool, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    queue(database, resources, workspace_id, f"{tool.url}/old")
    with database.workspace(workspace_id) as session:
        session.execute(
            """update notify.alert_rule set channels = '[{"type": "email", "to": "a@b.example"}]'"""
        )
    queue(database, resources, workspace_id, f"{tool.url}/deleted")
    with database.workspace(workspace_id) as session:
        session.execute("delete from notify.alert_rule where channels -> 0 ->> 'url' like '%%deleted'")

    assert deliver_messages(resources)["given up"] == 2
    assert tool.requests == []


def test_one_workspaces_broken_message_does_not_hold_up_another(
    tool: FakeTool, resources: Resources, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    queue(database, resources, workspace_id, f"{tool.url}/broken")
    queue(database, resources, other_workspace_id, f"{tool.url}/sound")
    with database.workspace(workspace_id) as session:
        session.execute("""update notify.outbox set body = '{"unknown": 1}'""")

    counts = deliver_messages(resources)

    assert (counts["delivered"], counts["failed"]) == (1, 1)
    (row,) = outbox(database, workspace_id)
    assert row["error"] == "unexpected TypeError: this is a defect, see the pipeline's log"


def test_a_run_starts_only_when_something_is_due_and_none_is_under_way(
    tool: FakeTool, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    with DagsterInstance.ephemeral() as instance:

        def tick() -> dg.RunRequest | dg.SkipReason:
            context = dg.build_sensor_context(instance=instance, resources={"installation": resources})
            decided = watch_due_messages(context)
            assert isinstance(decided, dg.RunRequest | dg.SkipReason)
            return decided

        assert isinstance(tick(), dg.SkipReason)
        queue(database, resources, workspace_id, f"{tool.url}/hook")
        evaluate_changed_rules(resources)
        decided = tick()
        assert isinstance(decided, dg.RunRequest)
        assert decided.tags == {TRIGGER: "due_messages"}
        instance.create_run_for_job(deliveries, tags=decided.tags)
        assert isinstance(tick(), dg.SkipReason)
