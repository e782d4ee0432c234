"""Databases of an attack's own on the running server, and the API served on one of them."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from unittest.mock import patch
from uuid import uuid4

import psycopg
from fastapi import FastAPI
from psycopg import sql

from api.http.bounded_pool import POOL_SIZE, DatabaseBounds
from api.main import create_app
from causeloop_pipeline.settings import settings, temporary_variables
from causeloop_pipeline.storage.database.migrate import migrate
from causeloop_pipeline.storage.database.roles import OWNER
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import serving
from tests.api.sample import Sample, make_sample
from tests.conftest import Installation
from tests.support.normalizing import normalizer

WAIT = DatabaseBounds(wait_seconds=60, lock_seconds=60, statement_seconds=60)
"""On a busy machine an attack finds nothing by being refused."""


@dataclass(frozen=True)
class OwnDatabase:
    """The addresses of one database, by role."""

    name: str
    owner_url: str
    pipeline_url: str
    api_url: str

    @property
    def variables(self) -> dict[str, str]:
        """What names it in the environment."""
        return {
            "CAUSELOOP_DATABASE_URL": self.owner_url,
            "CAUSELOOP_PIPELINE_DATABASE_URL": self.pipeline_url,
            "CAUSELOOP_API_DATABASE_URL": self.api_url,
        }


@contextlib.contextmanager
def make_database(installation: Installation, template: OwnDatabase | None = None) -> Iterator[OwnDatabase]:
    """A database with dbt's models and no tenants, or a copy of another; dropped when the block ends."""
    name = f"fuzz_{uuid4().hex[:8]}"
    urls = (installation.owner_url, installation.pipeline_url, installation.api_url)
    made = OwnDatabase(name, *(f"{url.rsplit('/', 1)[0]}/{name}" for url in urls))
    command = sql.SQL("create database {} owner {} template {}").format(
        sql.Identifier(name),
        sql.Identifier(OWNER),
        sql.Identifier(template.name if template else "template1"),
    )
    with psycopg.connect(installation.superuser_url, autocommit=True) as superuser:
        superuser.execute(command)
        try:
            if template is None:
                migrate(made.owner_url)
                normalizer(made.pipeline_url)
            yield made
        finally:
            superuser.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def describe_database(installation: Installation) -> OwnDatabase:
    """The database of the tests themselves, with dbt's models."""
    normalizer(installation.pipeline_url)
    urls = (installation.owner_url, installation.pipeline_url, installation.api_url)
    return OwnDatabase(installation.owner_url.rsplit("/", 1)[1], *urls)


@contextlib.contextmanager
def use_database(database: OwnDatabase) -> Iterator[None]:
    """Let `settings()` name a database until the block ends."""
    with temporary_variables(database.variables):
        settings.cache_clear()
        yield
    settings.cache_clear()


def fill(database: OwnDatabase, plan: str = "enterprise") -> Sample:
    """A new tenant in it, with one row of every kind."""
    with use_database(database), psycopg.connect(database.owner_url, autocommit=True) as owner:
        return make_sample(owner, Database(database.pipeline_url), plan)


@contextlib.contextmanager
def serve(database: OwnDatabase, connections: int = POOL_SIZE) -> Iterator[tuple[FastAPI, str]]:
    """The API on a database; without the limits that an attack would meet before it begins."""
    with use_database(database):
        app = create_app()
        app.state.address_limits.burst = app.state.delivery_limits.burst = 1e9
        app.state.database_bounds = WAIT
        with _pool_of(connections), serving(app) as url:
            yield app, url


@contextlib.contextmanager
def _pool_of(connections: int) -> Iterator[None]:
    with patch("api.http.bounded_pool.POOL_SIZE", connections):
        yield
