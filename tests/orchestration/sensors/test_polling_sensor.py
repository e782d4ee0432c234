"""A tick of the code server waits for work; one of anybody else looks once."""

import threading
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.sensors import polling_sensor as sensors
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_polling_sensor
from causeloop_pipeline.settings import PROCESS_VARIABLE
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.database.session import Session


@pytest.fixture
def threaded() -> Iterator[DagsterInstance]:
    """An instance whose sensors run in threads, as ours does."""
    with DagsterInstance.ephemeral(settings={"sensors": {"use_threads": True}}) as instance:
        yield instance


def evaluate(instance: DagsterInstance, resources: Resources, arrives_at_look: int) -> tuple[list[int], str]:
    """How many looks a tick took on how many connections, and what it answered."""
    connections: list[int] = []

    def has_work(session: Session) -> bool:
        row = session.row("select pg_backend_pid() as pid")
        assert row is not None
        connections.append(row["pid"])
        return len(connections) >= arrives_at_look

    @make_polling_sensor("looking", interval_seconds=0, description="Looks.", has_work=has_work)
    def looking(_context: dg.SensorEvaluationContext, _installation: Resources) -> dg.SkipReason:
        return dg.SkipReason("all is done")

    context = dg.build_sensor_context(instance=instance, resources={"installation": resources})
    answer = looking(context)
    assert isinstance(answer, dg.SkipReason)
    return connections, str(answer.skip_message)


def test_a_tick_of_the_code_server_ends_its_wait_when_work_arrives(
    threaded: DagsterInstance, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROCESS_VARIABLE, "pipeline")
    looks, answer = evaluate(threaded, resources, 3)
    assert (len(looks), len(set(looks)), answer) == (3, 1, "all is done")


def test_a_tick_without_work_ends_after_its_time(
    threaded: DagsterInstance, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROCESS_VARIABLE, "pipeline")
    monkeypatch.setattr(sensors, "MAX_WAIT_SECONDS", 0.0)
    looks, answer = evaluate(threaded, resources, 1_000)
    assert (len(looks), answer) == (1, "all is done")


def test_no_tick_waits_while_the_code_server_ends(
    threaded: DagsterInstance, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROCESS_VARIABLE, "pipeline")
    ending = threading.Event()
    ending.set()
    monkeypatch.setattr(sensors, "SHUTDOWN", ending)
    looks, answer = evaluate(threaded, resources, 1_000)
    assert (len(looks), answer) == (1, "all is done")


def test_no_tick_waits_where_sensors_tick_one_after_another(
    instance: DagsterInstance, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROCESS_VARIABLE, "pipeline")
    assert evaluate(instance, resources, 1_000) == ([], "all is done")


def test_whoever_else_evaluates_a_sensor_does_not_wait(
    instance: DagsterInstance, resources: Resources
) -> None:
    assert evaluate(instance, resources, 1_000) == ([], "all is done")
