"""Dagster's storage on PostgreSQL with connections that are kept.

dagster-postgres opens a connection for each statement: 60 a second when nothing happens, a third of a core.
Whether a kept one lives is tested when something has come on it or it was long idle, not with each statement.
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
"""After that even a connection on which nothing has come may lead nowhere."""


class PooledPostgresStorage(DagsterPostgresStorage):
    """The storages of runs, events and schedules; all those of a process share one pool of connections.

    The tables are there before a code server or a run starts: these do not look whether to create them.
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
        """The storage that dagster.yaml configures, in the same words as dagster-postgres has."""
        url = pg_url_from_config(config_value)
        return cls(url, config_value.get("should_autocreate_tables", True), inst_data)


@cache
def pool_connections(postgres_url: str, _process: int) -> Engine:
    """The connections of a process to a database: a fork must not use those of its parent."""
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
    """Ask a connection that the server has written to, as it does when it ends, or that was long idle."""

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
    """Whether anything has come on a connection between two statements: the end of it, most often."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
