"""Clears sensor ticks that lie in the future, after the clock was set back.

Dagster evaluates a sensor when its interval has passed since the last tick. If the clock was ten minutes
ahead at that tick, the sensor would not run for ten minutes.
"""

import time

from dagster import DagsterInstance

from causeloop_pipeline.orchestration.dagster_internals.ticks import SensorInstigatorData
from causeloop_pipeline.orchestration.instance.own_runs import CODE_LOCATION

MAX_AHEAD_SECONDS = 1.0


def clear_future_ticks(instance: DagsterInstance) -> int:
    """Let every sensor of ours whose last tick lies in the future be due at once; how many there were."""
    cleared = 0
    for state in instance.all_instigator_state():
        data = state.instigator_data
        location = state.origin.repository_origin.code_location_origin.location_name
        if isinstance(data, SensorInstigatorData) and location == CODE_LOCATION and _is_ahead(data):
            past = data._replace(last_tick_timestamp=None, last_tick_start_timestamp=None)
            instance.update_instigator_state(state.with_data(past))
            cleared += 1
    return cleared


def _is_ahead(data: SensorInstigatorData) -> bool:
    last = max(data.last_tick_timestamp or 0, data.last_tick_start_timestamp or 0)
    return last > time.time() + MAX_AHEAD_SECONDS
