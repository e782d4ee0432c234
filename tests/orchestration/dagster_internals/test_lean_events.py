"""The processes of runs store the events that somebody reads, and no other."""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from dagster import AssetKey, DagsterEvent, DagsterEventType, EventLogEntry
from dagster._core.events import EngineEventData
from sqlalchemy.event import listen

from causeloop_pipeline.orchestration.dagster_internals.lean_events import LeanEventLogStorage
from causeloop_pipeline.orchestration.instance.pooled_storage import PooledPostgresStorage
from causeloop_pipeline.settings import PROCESS_VARIABLE


@pytest.fixture
def storage(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[PooledPostgresStorage]:
    PooledPostgresStorage(url)._run_storage._engine.dispose()  # makes the tables, as a start does
    monkeypatch.setenv(PROCESS_VARIABLE, "pipeline")
    storage = PooledPostgresStorage(url)
    yield storage
    storage._run_storage._engine.dispose()


def make_event(run_id: str, event_type: DagsterEventType) -> EventLogEntry:
    data = EngineEventData() if event_type == DagsterEventType.RESOURCE_INIT_STARTED else None
    tags = {"job_name": "loop"}
    event = DagsterEvent(
        event_type.value, "loop", step_key="patterns", logging_tags=tags, event_specific_data=data
    )
    return EventLogEntry(None, "debug", "a step began", run_id, time.time(), "patterns", "loop", event)


def test_a_run_stores_its_steps_but_not_what_nobody_reads(storage: PooledPostgresStorage) -> None:
    run_id = str(uuid4())
    types = (
        DagsterEventType.STEP_START,
        DagsterEventType.RESOURCE_INIT_STARTED,
        DagsterEventType.STEP_SKIPPED,
    )
    for event_type in types:
        storage.event_log_storage.store_event(make_event(run_id, event_type))

    stored = [entry.dagster_event for entry in storage.event_log_storage.get_logs_for_run(run_id)]

    assert [event.event_type for event in stored if event] == [types[0], types[2]]
    assert [event.logging_tags for event in stored if event] == [{}, {}]
    assert [event.message or event.step_key for event in stored if event] == ["patterns", "patterns"]


def test_a_run_does_not_look_for_observations_of_what_it_reads(storage: PooledPostgresStorage) -> None:
    connections: list[object] = []
    listen(storage._run_storage._engine, "checkout", lambda *arguments: connections.append(arguments))

    assert storage.event_log_storage.fetch_observations(AssetKey("issues"), limit=1).records == []
    assert not connections


def test_whoever_is_not_a_run_of_the_product_stores_all_events(url: str) -> None:
    storage = PooledPostgresStorage(url)
    assert not isinstance(storage.event_log_storage, LeanEventLogStorage)
    storage._run_storage._engine.dispose()
