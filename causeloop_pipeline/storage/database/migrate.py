"""Brings a database to this version's schema: a new one from `schema/`, an earlier one by migrations.

All of it, and the SQL functions, in one transaction: a database is at one version or at another.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from causeloop_pipeline.storage.database.server_version import (
    add_functions_of_newer_servers,
    require_supported_version,
)
from causeloop_pipeline.storage.database.sql_functions import add_missing_functions, update_functions

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parent / "migrations"
SCHEMA = Path(__file__).parent / "schema"
SCHEMA_FILES = ("isolation", "app", "raw", "core", "detect", "predict", "act", "notify", "reporting")
"""Each needs only what those before it make."""

MIGRATION_LOCK = 7_326_411
COMMIT_OF_BASELINE = "da08e06be66d"
"""A commit that brings any older database to the revision at which migrations of this version begin."""


class RevisionError(RuntimeError):
    """This version has no way from a database's revision to its own; the message says what to do."""


def migrate(owner_url: str) -> None:
    """Bring a database to the newest schema; concurrent callers wait for one another.

    Raises RevisionError or ServerVersionError before anything is changed.
    """
    from alembic import command
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine, pool, text

    url = owner_url.replace("postgresql://", "postgresql+psycopg://", 1)
    with create_engine(url, poolclass=pool.NullPool).begin() as connection:
        config, driver = _build_config(connection), _driver(connection)
        require_supported_version(driver)
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text("create schema if not exists app"))
        add_functions_of_newer_servers(driver)
        context = MigrationContext.configure(connection, opts={"version_table_schema": "app"})
        revision = context.get_current_revision()
        if revision is None:
            command.stamp(config, "head")
            _create_schema(driver)
        else:
            _require_known(revision)
            add_missing_functions(driver)
            command.upgrade(config, "head")
        update_functions(driver)


def read_head_revision() -> str:
    """The newest revision in this code."""
    return _list_revisions()[0]


def run_sql(statements: str) -> None:
    """Run a migration's SQL: many statements, with `%` and `:x` as they are."""
    from alembic import op

    _driver(op.get_bind()).execute(statements)


def _create_schema(driver: Any) -> None:
    """Make everything that a new database has, but the last of the functions."""
    for name in SCHEMA_FILES:
        driver.execute((SCHEMA / f"{name}.sql").read_text())
        add_missing_functions(driver)


class Obstacle(NamedTuple):
    """Why no migration leads from a database's revision to this version's, and what to do."""

    reason: str
    remedy: str


def find_obstacle(revision: str) -> Obstacle | None:
    """What keeps migrations from leading on from a revision; None: nothing does."""
    revisions = _list_revisions()
    newest, oldest = revisions[0], revisions[-1]
    if revision in revisions:
        return None
    if revision < oldest:
        return Obstacle(
            f"the database is at revision {revision}, and migrations of this version begin at {oldest}",
            f"install Causeloop of commit {COMMIT_OF_BASELINE}, run its `causeloop migrate` once, "
            "then this version again",
        )
    return Obstacle(
        f"the database is at revision {revision}, which another version made, and this one leads from "
        f"{oldest} to {newest}",
        "install that version",
    )


def _require_known(revision: str) -> None:
    """Raise RevisionError unless migrations lead on from a revision."""
    obstacle = find_obstacle(revision)
    if obstacle is not None:
        raise RevisionError(": ".join(obstacle))


def _list_revisions() -> list[str]:
    """The revisions in this code, newest first."""
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory.from_config(_build_config()).walk_revisions()]


def _build_config(connection: "Connection | None" = None) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _driver(connection: "Connection") -> Any:
    """The connection of psycopg, which runs many statements at once and takes `%` for what it is."""
    return connection.connection.driver_connection
