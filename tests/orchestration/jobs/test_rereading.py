"""A job of low priority reads records again when mappings have changed; its sensor lets others go first."""

import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import dagster as dg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.jobs import rereading as job
from causeloop_pipeline.orchestration.run_scope import TRIGGER
from causeloop_pipeline.orchestration.sensors.former_mappings import watch_former_mappings
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.rereading import begin_rereading, read_batch
from causeloop_pipeline.storage.database.session import Database
from tests.support.normalizing import land_records, record


@pytest.fixture(autouse=True)
def quiet(database: Database) -> None:
    """The records of earlier tests are read, and none of them waits."""
    passage = begin_rereading(database)
    while passage.finished_at is None:
        passage = read_batch(database, passage)
    with database.every_workspace() as session:
        session.execute("delete from raw.pending_record")


def tick(instance: DagsterInstance, resources: Resources) -> dg.RunRequest | dg.SkipReason:
    decided = watch_former_mappings(
        dg.build_sensor_context(instance=instance, resources={"installation": resources})
    )
    assert isinstance(decided, dg.RunRequest | dg.SkipReason)
    return decided


def test_a_passage_is_run_when_nothing_waits_and_shows_how_far_it_has_come(
    database: Database,
    workspace_id: UUID,
    instance: DagsterInstance,
    resources: Resources,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    niceness: list[int] = []
    monkeypatch.setattr(os, "nice", niceness.append)
    land_records(database, workspace_id, record({"external_id": "a", "title": "Disk full"}))
    begin_rereading(database, ["custom_api"])
    waiting = tick(instance, resources)
    with database.workspace(workspace_id) as session:
        session.execute("delete from raw.pending_record")
    requested = tick(instance, resources)

    result = job.rereading.execute_in_process(resources={"installation": resources}, instance=instance)

    assert isinstance(waiting, dg.SkipReason)
    assert isinstance(requested, dg.RunRequest)
    assert requested.tags[TRIGGER] == "former_mappings"
    assert niceness == [10]
    metadata = read_metadata(result)
    assert "custom_api" in metadata["connector types"].split(", ")
    assert metadata["records read again"] > 0
    assert datetime.fromisoformat(metadata["read back to"]) <= datetime.now(UTC)
    with database.workspace(workspace_id) as session:
        assert session.rows("select title from raw.mapped_record") == [{"title": "Disk full"}]
    waits = tick(instance, resources)
    assert isinstance(waits, dg.SkipReason)  # what means something else now goes first


def read_metadata(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    (event,) = [event for event in result.all_node_events if event.is_successful_output]
    return {name: entry.value for name, entry in event.step_output_data.metadata.items()}


def test_its_runs_wait_for_all_others() -> None:
    assert int(job.rereading.tags["dagster/priority"]) < 0
