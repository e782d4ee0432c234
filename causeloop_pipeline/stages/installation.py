"""Database access and secrets for stages, jobs and sensors, built on first use.

Dagster's definitions load without a database and without its client libraries. Nothing here is Dagster
configuration, so it cannot end up in a run's config, tags or logs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from typing import TYPE_CHECKING

from causeloop_pipeline.settings import Settings, settings

if TYPE_CHECKING:
    from causeloop_pipeline.storage.app.vault import Vault
    from causeloop_pipeline.storage.database.session import Database
    from causeloop_pipeline.storage.dbt.runner import Normalizer


class Installation:
    """This installation's database and secrets, in the pipeline's role."""

    def __init__(self) -> None:
        self._connected: Installation | None = None

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return settings()

    @cached_property
    def database(self) -> "Database":
        """Database sessions under row-level security."""
        from causeloop_pipeline.storage.database.session import Database

        return Database(settings().require("pipeline_database_url"))

    @contextmanager
    def keep_connection(self) -> "Iterator[Installation]":
        """The same with one connection for all sessions, which must not be nested.

        Nested blocks keep the same connection: a new one would first have to read PostgreSQL's catalog.
        """
        if self._connected is not None:
            yield self._connected
            return
        with self.database.keep_connection(is_replanned=True) as database:
            connected = Installation()
            connected.__dict__["database"] = database
            self._connected = connected
            try:
                yield connected
            finally:
                self._connected = None

    @property
    def vault(self) -> "Vault":
        """Decrypts connectors' credentials with the currently accepted keys."""
        from causeloop_pipeline.storage.secrets.key_ring import open_vault

        return open_vault()

    @cached_property
    def normalizer(self) -> "Normalizer":
        """The dbt project with its cached manifest."""
        return _load_normalizer(settings().require_dbt_url())


@contextmanager
def open_installation() -> Iterator[Installation]:
    """The installation as a run's resource: the steps of the run keep one connection."""
    installation = Installation()
    with installation.keep_connection():
        yield installation


@cache
def _load_normalizer(url: str) -> "Normalizer":
    """One per process: reading the project's manifest takes seconds."""
    from causeloop_pipeline.storage.dbt.runner import Normalizer

    return Normalizer(url)
