"""A rule that was made or changed, or whose snooze has ended, speaks at the next tick, once a crossing."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import dagster as dg
import psycopg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.jobs.deliveries import deliveries
from causeloop_pipeline.orchestration.sensors.due_messages import watch_due_messages
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.deliveries import evaluate_changed_rules
from causeloop_pipeline.storage.database import roles
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation
from tests.orchestration.alerting import SECRET, make_pattern, make_rule, outbox, predict
from tests.orchestration.conftest import Run
from tests.support.fake_tool import FakeTool, ReceivedRequest, Reply, fake_tool, in_turn


@pytest.fixture(autouse=True)
def quiet(installation: Installation) -> None:
    """No rule, no message and no Slack of earlier tests is left."""
    with psycopg.connect(installation.server.url(roles.DATABASE)) as superuser:
        for table in ("outbox", "alert_rule", "slack_message", "slack_app"):
            superuser.execute(f"delete from notify.{table}")


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch, installation: Installation) -> Iterator[FakeTool]:
    """A receiver that takes everything, and may be reached."""
    with fake_tool(in_turn(Reply({}))) as running:
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{running.port}")
        settings.cache_clear()
        yield running
    monkeypatch.undo()
    settings.cache_clear()


def tick(resources: Resources) -> dg.RunRequest | dg.SkipReason:
    """What the sensor decides now."""
    with DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, resources={"installation": resources})
        decided = watch_due_messages(context)
        assert isinstance(decided, dg.RunRequest | dg.SkipReason)
        return decided


def run_requested(resources: Resources) -> bool:
    """Do what the sensor asks for, if anything."""
    if isinstance(tick(resources), dg.SkipReason):
        return False
    assert deliveries.execute_in_process(resources={"installation": resources}).success
    return True


def change(database: Database, workspace_id: UUID, what: str) -> None:
    with database.workspace(workspace_id) as session:
        session.execute(f"update notify.alert_rule set {what}")


def is_signed(request: ReceivedRequest) -> bool:
    """Whether the receiver's own check of the three headers and the body holds."""
    signed = b".".join(
        [request.headers["webhook-id"].encode(), request.headers["webhook-timestamp"].encode(), request.body]
    )
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(request.headers["webhook-signature"], f"v1,{expected}")


def test_a_new_rule_tells_what_is_so_already_within_one_tick_and_once(
    tool: FakeTool, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    pattern_id = make_pattern(database, workspace_id)
    predict(database, workspace_id, pattern_id, 0.9)
    assert not run_requested(resources)
    rule_id = make_rule(database, resources.vault, workspace_id, f"{tool.url}/hook")

    assert run_requested(resources)
    assert not run_requested(resources)

    (request,) = tool.requests
    (row,) = outbox(database, workspace_id)
    assert is_signed(request)
    assert request.headers["webhook-id"] == str(row["message_id"])
    assert row["dedupe_key"] == f"{rule_id}:{pattern_id}:1:0"
    assert json.loads(request.body)["data"]["pattern_id"] == str(pattern_id)


def test_a_changed_rule_is_evaluated_again_with_hysteresis(
    tool: FakeTool, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    predict(database, workspace_id, make_pattern(database, workspace_id), 0.75)
    make_rule(database, resources.vault, workspace_id, f"{tool.url}/hook")
    message_counts = []
    for threshold in (0.7, 0.9, 0.8, 0.7, 0.9, 0.7):
        change(database, workspace_id, f"probability_threshold = {threshold}")
        run_requested(resources)
        message_counts.append(len(tool.requests))

    assert message_counts == [1, 1, 1, 2, 2, 3], (
        ".80 is within the margin of .10 and neither silences nor fires"
    )


def test_a_rule_speaks_when_its_snooze_ends_by_time_or_by_hand(
    tool: FakeTool, resources: Resources, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    for tenant in (workspace_id, other_workspace_id):
        predict(database, tenant, make_pattern(database, tenant), 0.9)
        make_rule(database, resources.vault, tenant, f"{tool.url}/{tenant}")
        change(database, tenant, "snoozed_until = now() + interval '1 hour'")
    run_requested(resources)
    silent = len(tool.requests)

    change(database, workspace_id, "snoozed_until = null")
    assert run_requested(resources)
    by_hand = [request.path for request in tool.requests]
    with database.workspace(other_workspace_id) as session:
        session.execute(
            "update notify.alert_rule set snoozed_until = now() - interval '1 minute', evaluated_at = null"
        )
        session.execute("update notify.alert_rule set evaluated_at = now() - interval '2 minutes'")
    assert run_requested(resources)

    assert silent == 0
    assert by_hand == [f"/{workspace_id}"]
    assert [request.path for request in tool.requests] == [f"/{workspace_id}", f"/{other_workspace_id}"]
    assert not run_requested(resources)


def test_what_does_not_matter_to_a_rules_decision_asks_for_no_run(
    tool: FakeTool, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    make_rule(database, resources.vault, workspace_id)
    run_requested(resources)

    change(database, workspace_id, "name = 'Renamed'")
    assert not run_requested(resources)
    change(database, workspace_id, "enabled = false")
    assert not run_requested(resources)
    change(database, workspace_id, "enabled = true")
    assert run_requested(resources)


def test_the_alerts_asset_counts_as_an_evaluation(
    run: Run, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    predict(database, workspace_id, make_pattern(database, workspace_id), 0.9)
    make_rule(database, resources.vault, workspace_id)

    run([workspace_id], first="alerts")

    assert len(outbox(database, workspace_id)) == 1
    assert evaluate_changed_rules(resources) == 0


def test_one_workspaces_defect_is_left_to_the_asset_and_holds_up_no_other(
    tool: FakeTool, resources: Resources, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    for tenant in (workspace_id, other_workspace_id):
        predict(database, tenant, make_pattern(database, tenant), 0.9)
        make_rule(database, resources.vault, tenant, f"{tool.url}/{tenant}")
    change(database, workspace_id, "channels = '[1]'")

    assert run_requested(resources)

    assert [request.path for request in tool.requests] == [f"/{other_workspace_id}"]
    assert not run_requested(resources)


def test_a_change_during_an_evaluation_asks_for_another_one(
    resources: Resources, database: Database, workspace_id: UUID
) -> None:
    from causeloop_pipeline.stages.alerts import evaluate_rules
    from causeloop_pipeline.storage.notify.alerts import read_workspaces_with_rules_to_evaluate

    make_rule(database, resources.vault, workspace_id)
    now = datetime.now(UTC)
    with database.workspace(workspace_id) as session:
        evaluate_rules(session, workspace_id, now)
    with database.workspace(workspace_id) as session:
        seen = read_workspaces_with_rules_to_evaluate(session, now)
        session.execute('update notify.alert_rule set scope = \'{"service": "checkout"}\'')
        changed = read_workspaces_with_rules_to_evaluate(session, now)

    assert (seen, changed) == ([], [workspace_id])
