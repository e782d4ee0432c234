"""Dagster's storage on PostgreSQL with pooled connections.

dagster-postgres opens a connection for each statement: 60 a second when idle, a third of a core. A pooled
connection is tested only after unexpected data or a long idle time, not before each statement.
"""

import os
import select
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from dagster_postgres import DagsterPostgresStorage
from dagster_postgres.utils import create_pg_engine, pg_url_from_config
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from causeloop_pipeline.orchestration.dagster_internals.known_schema import (
    KnownSchemaEventLogStorage,
    KnownSchemaRunStorage,
    KnownSchemaScheduleStorage,
)
from causeloop_pipeline.orchestration.dagster_internals.lean_events import LeanEventLogStorage
from causeloop_pipeline.orchestration.dagster_internals.storage import replace_storages
from causeloop_pipeline.settings import is_pipeline_server

KEPT_CONNECTIONS = 2
MAX_FURTHER_CONNECTIONS = 30
MAX_AGE_SECONDS = 600
MAX_IDLE_SECONDS = 30.0
"""After this idle time a connection may be dead even without pending data."""


class PooledPostgresStorage(DagsterPostgresStorage):
    """The storages of runs, events and schedules; all those of a process share one pool of connections.

    The tables exist before a code server or a run starts, so these do not check whether to create them.
    """

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool = True,
        inst_data: Any = None,
    ) -> None:
        is_server = is_pipeline_server()
        super().__init__(postgres_url, should_autocreate_tables and not is_server, inst_data)
        event_log = LeanEventLogStorage if is_server else KnownSchemaEventLogStorage
        replace_storages(
            self,
            KnownSchemaRunStorage(postgres_url, should_autocreate_tables=False),
            event_log(postgres_url, should_autocreate_tables=False),
            KnownSchemaScheduleStorage(postgres_url, should_autocreate_tables=False),
            pool_connections(postgres_url, os.getpid()),
        )

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> "PooledPostgresStorage":
        """The storage configured in dagster.yaml, with the same schema as dagster-postgres."""
        url = pg_url_from_config(config_value)
        return cls(url, config_value.get("should_autocreate_tables", True), inst_data)


@cache
def pool_connections(postgres_url: str, _process: int) -> Engine:
    """A process's connection pool: a fork must not use its parent's connections."""
    engine = create_pg_engine(
        postgres_url,
        isolation_level="AUTOCOMMIT",
        pool_size=KEPT_CONNECTIONS,
        max_overflow=MAX_FURTHER_CONNECTIONS,
        pool_recycle=MAX_AGE_SECONDS,
        pool_use_lifo=True,
    )
    _replace_dead_connections(engine)
    return engine


def _replace_dead_connections(engine: Engine) -> None:
    """Test connections with unexpected data, as after a server shutdown, or a long idle time."""

    @event.listens_for(engine, "checkin")
    def note_time(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["returned_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        returned_at = record.info.get("returned_at")
        if returned_at is None:
            return
        if time.monotonic() - returned_at < MAX_IDLE_SECONDS and not _has_message(connection):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("the server has closed a connection") from error


def _has_message(connection: DBAPIConnection) -> bool:
    """Whether a connection has unread data between statements, which usually means that it was closed."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
