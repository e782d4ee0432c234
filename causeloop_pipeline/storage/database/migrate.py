"""Migrates a database to the newest schema."""

from pathlib import Path
from typing import Any

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(owner_url: str, revision: str = "head") -> None:
    """Apply the missing migrations, in order; concurrent callers wait for one another."""
    from alembic import command

    command.upgrade(_build_config(owner_url), revision)


def read_head_revision() -> str:
    """The newest revision in this code."""
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory.from_config(_build_config("")).get_current_head())


def run_sql(revision_file: str) -> None:
    """Run the SQL file beside a migration: many statements, with `%` and `:x` as they are."""
    from alembic import op

    statements = Path(revision_file).with_suffix(".sql").read_text()
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(statements)


def _build_config(owner_url: str) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = owner_url.replace("postgresql://", "postgresql+psycopg://", 1)
    return config
