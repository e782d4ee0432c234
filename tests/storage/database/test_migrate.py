"""The schema is reached from nothing and from every earlier version, by any number of callers."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count

import psycopg
import pytest
from alembic.script import ScriptDirectory

from causeloop_pipeline.storage.database import migrate as schema
from causeloop_pipeline.storage.database.roles import OWNER
from causeloop_pipeline.storage.embedded.postgres_server import Server

REVISIONS = [script.revision for script in ScriptDirectory.from_config(schema._config("")).walk_revisions()][
    ::-1
]
COLUMNS = """
select table_schema, table_name, column_name, data_type, is_nullable
from information_schema.columns
where table_schema in ('app', 'raw', 'core', 'detect', 'predict', 'act', 'notify')
order by 1, 2, 3
"""
_numbers = count()


@pytest.fixture
def empty_database(postgres: Server, installation) -> Iterator[Callable[[], str]]:
    """Makes databases that hold nothing yet, and drops them at the end."""
    made: list[str] = []

    def make() -> str:
        name = f"empty_{next(_numbers)}"
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute(f"create database {name} owner {OWNER}")
        made.append(name)
        return installation.owner_url.rsplit("/", 1)[0] + f"/{name}"

    yield make
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        for name in made:
            connection.execute(f"drop database {name} with (force)")


def columns(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(COLUMNS).fetchall()


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_earlier_version_reaches_the_same_schema(
    revision: str, empty_database: Callable[[], str], installation
) -> None:
    url = empty_database()

    schema.migrate(url, revision)
    schema.migrate(url)

    assert columns(url) == columns(installation.owner_url)


def test_callers_at_once_wait_for_one_another(empty_database: Callable[[], str], installation) -> None:
    url = empty_database()
    code = "import sys; from causeloop_pipeline.storage.database.migrate import migrate; migrate(sys.argv[1])"

    migrators = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(3)]

    assert [migrator.wait(timeout=60) for migrator in migrators] == [0, 0, 0]
    assert columns(url) == columns(installation.owner_url)


def test_no_role_of_the_product_is_a_superuser_or_may_bypass_row_level_security(
    postgres: Server, installation
) -> None:
    with psycopg.connect(postgres.url()) as connection:
        mighty = connection.execute(
            "select rolname from pg_roles where rolname like 'causeloop%' "
            "and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)"
        ).fetchall()

    assert mighty == []
