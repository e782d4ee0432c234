"""Operators are notified of what fails without a message: once when it begins, and once when it is over."""

import json
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.partitions import DBT_POOL
from causeloop_pipeline.orchestration.sensors.silent_failures import (
    count_slots_of_ended_runs,
    watch_silent_failures,
)
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.health.product_figures import read_product_figures
from causeloop_pipeline.storage.health.silent_failures import find_silent_failures
from tests.conftest import Installation
from tests.orchestration.sensors.operators import Watch, bodies
from tests.support.fake_tool import FakeTool, Reply, in_turn

BACKLOG, SILENCE = "a backlog of records", "connectors that are not read"


@pytest.fixture(autouse=True)
def quiet(database: Database) -> None:
    """Nothing of earlier tests waits or is silent."""
    with database.every_workspace() as session:
        session.execute("update app.connector set next_poll_at = now() + interval '1 day'")
        session.execute("delete from raw.pending_record")


@pytest.fixture
def looks(instance: DagsterInstance, resources: Resources) -> Watch:
    return Watch(watch_silent_failures, instance, resources)


def keep_waiting(database: Database, workspace_id: UUID) -> None:
    record_id = uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into raw.record (workspace_id, record_id, source, external_id, channel, payload, "
            "payload_hash) values (%s, %s, 'custom_api', '1', 'ingest', '{}', 'h')",
            (workspace_id, record_id),
        )
        session.execute(
            "insert into raw.pending_record (workspace_id, record_id, source, arrived_at) "
            "values (%s, %s, 'custom_api', now() - interval '1 hour')",
            (workspace_id, record_id),
        )


def test_a_silent_failure_is_notified_once_and_its_end_once_and_no_customer_is_named(
    looks: Watch, receiver: FakeTool, database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into app.connector (workspace_id, connector_id, type, display_name, config, created_at, "
            "next_poll_at) values (%s, %s, 'pagerduty', 'Jane''s pager', '{}', now() - interval '1 day', "
            "now() - interval '20 hours')",
            (workspace_id, uuid4()),
        )
    keep_waiting(database, workspace_id)
    looks.look()
    looks.look()
    with database.every_workspace() as session:
        session.execute("delete from raw.pending_record")
    looks.look()
    looks.look()

    notified = [(body["type"], body["data"]["failure"]) for body in bodies(receiver)]
    assert notified == [("silence.began", SILENCE), ("silence.began", BACKLOG), ("silence.ended", BACKLOG)]
    assert "the oldest for 60 minutes" in bodies(receiver)[1]["data"]["text"]
    assert "Jane" not in json.dumps(bodies(receiver))


def test_a_notice_that_was_not_taken_is_sent_again_under_the_same_id_and_a_later_failure_under_another(
    looks: Watch, receiver: FakeTool, database: Database, workspace_id: UUID
) -> None:
    receiver.script[0] = in_turn(Reply({}, 503), Reply({}))
    keep_waiting(database, workspace_id)

    assert "not notified yet" in looks.look()
    looks.look()
    with database.every_workspace() as session:
        session.execute("delete from raw.pending_record")
    looks.look()
    with database.every_workspace() as session:
        session.execute("delete from raw.record where workspace_id = %s", (workspace_id,))
    keep_waiting(database, workspace_id)
    looks.look()

    first, again, over, later = bodies(receiver)
    assert first == again
    assert len({first["id"], over["id"], later["id"]}) == 3


def test_drift_and_held_slots_are_failures_of_which_nothing_else_tells(
    database: Database, resources: Resources
) -> None:
    with database.every_workspace() as session:
        figures = replace(read_product_figures(session), silent_connectors=(), pending_records=0)
    drifting = replace(figures, graded_predictions=500, predicted_share=0.6, occurred_share=0.35)
    few = replace(drifting, graded_predictions=20)

    assert [failure.subject for failure in find_silent_failures(drifting, 0)] == ["predictions that drift"]
    assert [failure.subject for failure in find_silent_failures(few, 2)] == ["a slot that is held"]
    (silent,) = find_silent_failures(few, 0, ["8f2c (grouping)"])
    assert (silent.subject, "8f2c (grouping)" in silent.text) == ("a run that makes no progress", True)


def test_a_slot_counts_as_held_once_its_run_is_gone(instance: DagsterInstance) -> None:
    assert count_slots_of_ended_runs(instance) == 0
    storage = instance.event_log_storage
    storage.set_concurrency_slots(DBT_POOL, 1)
    assert count_slots_of_ended_runs(instance) == 0
    assert storage.claim_concurrency_slot(DBT_POOL, str(uuid4()), "step").is_claimed

    assert count_slots_of_ended_runs(instance) == 1


def test_without_a_channel_nobody_is_notified_and_the_sensor_says_so(
    looks: Watch, installation: Installation
) -> None:
    assert "CAUSELOOP_OPERATOR_CHANNEL is not set" in looks.look()
