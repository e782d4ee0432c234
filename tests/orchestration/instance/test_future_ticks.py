"""After the clock was set back, sensors go on at once; those of other code locations are left alone."""

import time
from collections.abc import Iterator

import pytest
from dagster import DagsterInstance
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, SensorInstigatorData
from dagster._daemon.sensor import get_elapsed

from causeloop_pipeline.orchestration.instance.future_ticks import clear_future_ticks
from causeloop_pipeline.orchestration.instance.own_runs import CODE_LOCATION
from tests.orchestration.instance.code_locations import job_origin

AHEAD = 600.0


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    """An instance that stores the states of sensors."""
    with DagsterInstance.local_temp() as stored:
        yield stored


def add_sensor(
    instance: DagsterInstance, name: str, seconds_ahead: float, location: str = CODE_LOCATION
) -> InstigatorState:
    """A sensor whose last tick was made when the clock was ahead by so much."""
    origin = job_origin("any", location).repository_origin.get_instigator_origin(name)
    ticked = time.time() + seconds_ahead
    data = SensorInstigatorData(
        last_tick_timestamp=ticked, last_tick_start_timestamp=ticked, min_interval=3, cursor="so far"
    )
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING, data)
    instance.add_instigator_state(state)
    return state


def read(instance: DagsterInstance, state: InstigatorState) -> InstigatorState:
    stored = instance.get_instigator_state(state.instigator_origin_id, state.selector_id)
    assert stored is not None
    return stored


def test_a_sensor_whose_last_tick_lies_in_the_future_is_due_at_once_and_keeps_its_cursor(
    instance: DagsterInstance,
) -> None:
    sensor = add_sensor(instance, "arrived_events", AHEAD)

    assert clear_future_ticks(instance) == 1

    stored = read(instance, sensor)
    assert get_elapsed(stored) is None
    assert isinstance(stored.instigator_data, SensorInstigatorData)
    assert stored.instigator_data.cursor == "so far"
    assert clear_future_ticks(instance) == 0


def test_past_ticks_and_the_sensors_of_others_stay_as_they_are(instance: DagsterInstance) -> None:
    past = add_sensor(instance, "due_connectors", -5)
    of_others = add_sensor(instance, "their_sensor", AHEAD, location="their_code")

    assert clear_future_ticks(instance) == 0

    assert read(instance, past) == past
    assert read(instance, of_others) == of_others
