"""Dagster's storage on PostgreSQL with connections that are kept.

dagster-postgres opens a connection for each statement: 60 a second when nothing happens, a third of a core.
"""

from collections.abc import Mapping
from typing import Any, cast

from dagster._core.storage.config import PostgresStorageConfig
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage
from dagster_postgres.utils import create_pg_engine, pg_url_from_config

from causeloop_pipeline.orchestration.instance.lean_events import LeanEventLogStorage
from causeloop_pipeline.settings import is_pipeline_server

KEPT_CONNECTIONS = 2
MAX_FURTHER_CONNECTIONS = 30
MAX_AGE_SECONDS = 600


class PooledPostgresStorage(DagsterPostgresStorage):
    """The storages of runs, events and schedules of a process, which share one pool of connections."""

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool = True,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        super().__init__(postgres_url, should_autocreate_tables, inst_data)
        if is_pipeline_server():
            self._event_log_storage = LeanEventLogStorage(postgres_url, should_autocreate_tables=False)
        engine = create_pg_engine(
            postgres_url,
            isolation_level="AUTOCOMMIT",
            pool_size=KEPT_CONNECTIONS,
            max_overflow=MAX_FURTHER_CONNECTIONS,
            pool_recycle=MAX_AGE_SECONDS,
            pool_pre_ping=True,
            pool_use_lifo=True,
        )
        for storage in (self._run_storage, self._event_log_storage, self._schedule_storage):
            storage._engine = engine

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "PooledPostgresStorage":
        """The storage that dagster.yaml configures, in the same words as dagster-postgres has."""
        url = pg_url_from_config(cast(PostgresStorageConfig, config_value))
        return cls(url, config_value.get("should_autocreate_tables", True), inst_data)
