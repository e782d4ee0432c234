"""Dagster's storage on PostgreSQL with connections that are kept.

dagster-postgres opens a connection for each statement: 60 a second when nothing happens, a third of a core.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from dagster._core.storage.config import PostgresStorageConfig
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage
from dagster_postgres.utils import create_pg_engine, pg_url_from_config
from sqlalchemy import Engine

from causeloop_pipeline.orchestration.instance.known_schema import (
    KnownSchemaEventLogStorage,
    KnownSchemaRunStorage,
    KnownSchemaScheduleStorage,
)
from causeloop_pipeline.orchestration.instance.lean_events import LeanEventLogStorage
from causeloop_pipeline.settings import is_pipeline_server

KEPT_CONNECTIONS = 2
MAX_FURTHER_CONNECTIONS = 30
MAX_AGE_SECONDS = 600


class PooledPostgresStorage(DagsterPostgresStorage):
    """The storages of runs, events and schedules; all those of a process share one pool of connections.

    The tables are there before a code server or a run starts: these do not look whether to create them.
    """

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool = True,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        is_server = is_pipeline_server()
        super().__init__(postgres_url, should_autocreate_tables and not is_server, inst_data)
        self._run_storage = KnownSchemaRunStorage(postgres_url, should_autocreate_tables=False)
        event_log = LeanEventLogStorage if is_server else KnownSchemaEventLogStorage
        self._event_log_storage = event_log(postgres_url, should_autocreate_tables=False)
        self._schedule_storage = KnownSchemaScheduleStorage(postgres_url, should_autocreate_tables=False)
        for storage in (self._run_storage, self._event_log_storage, self._schedule_storage):
            storage._engine = pool_connections(postgres_url, os.getpid())

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "PooledPostgresStorage":
        """The storage that dagster.yaml configures, in the same words as dagster-postgres has."""
        url = pg_url_from_config(cast(PostgresStorageConfig, config_value))
        return cls(url, config_value.get("should_autocreate_tables", True), inst_data)


@cache
def pool_connections(postgres_url: str, _process: int) -> Engine:
    """The connections of a process to a database: a fork must not use those of its parent."""
    return create_pg_engine(
        postgres_url,
        isolation_level="AUTOCOMMIT",
        pool_size=KEPT_CONNECTIONS,
        max_overflow=MAX_FURTHER_CONNECTIONS,
        pool_recycle=MAX_AGE_SECONDS,
        pool_pre_ping=True,
        pool_use_lifo=True,
    )
