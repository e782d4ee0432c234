"""A job of low priority makes vectors where an encoder is set up; its sensor starts it while texts wait."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import dagster as dg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.encoder.folder import read_folder
from causeloop_pipeline.orchestration.jobs import text_vectors as job
from causeloop_pipeline.orchestration.run_scope import TRIGGER
from causeloop_pipeline.orchestration.sensors.unencoded_texts import watch_unencoded_texts
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.database.session import Database
from tests.support.tiny_encoder import make_tiny_encoder
from tests.support.written_issues import TEXTS, encode_only, store_written


@pytest.fixture
def encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The settings name and pin the tiny encoder."""
    folder = make_tiny_encoder(tmp_path)
    monkeypatch.setenv("CAUSELOOP_SEMANTIC_FOLDER", str(folder))
    monkeypatch.setenv("CAUSELOOP_SEMANTIC_SHA256", read_folder(folder).digest)
    settings.cache_clear()
    yield folder
    monkeypatch.undo()
    settings.cache_clear()


def tick(instance: DagsterInstance, resources: Resources) -> dg.RunRequest | dg.SkipReason:
    decided = watch_unencoded_texts(
        dg.build_sensor_context(instance=instance, resources={"installation": resources})
    )
    assert isinstance(decided, dg.RunRequest | dg.SkipReason)
    return decided


@pytest.mark.usefixtures("encoder")
def test_texts_that_wait_are_encoded_by_a_run(
    database: Database,
    workspace_id: UUID,
    instance: DagsterInstance,
    resources: Resources,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    niceness: list[int] = []
    monkeypatch.setattr(os, "nice", niceness.append)
    encode_only(monkeypatch, [workspace_id])
    idle = tick(instance, resources)
    with database.workspace(workspace_id) as session:
        store_written(session, workspace_id)
    requested = tick(instance, resources)

    result = job.text_vectors.execute_in_process(resources={"installation": resources}, instance=instance)

    assert isinstance(idle, dg.SkipReason)
    assert isinstance(requested, dg.RunRequest)
    assert requested.tags[TRIGGER] == "unencoded_texts"
    assert niceness == [10]
    (event,) = [event for event in result.all_node_events if event.is_successful_output]
    assert event.step_output_data.metadata["issues"].value == len(TEXTS)
    assert isinstance(tick(instance, resources), dg.SkipReason)


def test_its_runs_wait_for_all_others() -> None:
    assert int(job.text_vectors.tags["dagster/priority"]) < 0
