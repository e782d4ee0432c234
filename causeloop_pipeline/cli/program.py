"""The program `causeloop`: its commands, and what it says where an installation is not ready for one."""

import sys
from importlib.util import find_spec

import psycopg
import typer

from causeloop_pipeline.cli import app
from causeloop_pipeline.cli.extra import is_core
from causeloop_pipeline.cli.output.terminal import FAILED, UNREACHABLE
from causeloop_pipeline.settings import MissingSettingError, settings

MISSING_OBJECTS = (
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.UndefinedTable,
)
"""What the server answers where the schema is absent, or another version's."""


def run() -> None:
    """Run a command; where only the core is installed, name the extra that a server's command needs."""
    try:
        _run_with_database()
    except ModuleNotFoundError as missing:
        if not is_core() or find_spec((missing.name or "causeloop_pipeline").partition(".")[0]) is not None:
            raise
        _end(
            f"{missing.name} is not installed, which only servers need: pip install 'causeloop[server]'",
            FAILED,
        )


def _run_with_database() -> None:
    """Run a command; a database that is not there, or not this version's, is named with what to do."""
    try:
        app(prog_name="causeloop")
    except MissingSettingError as missing:
        _end(str(missing), UNREACHABLE)
    except psycopg.OperationalError as failure:
        _end(f"the database cannot be reached: {failure}", UNREACHABLE)
    except MISSING_OBJECTS:
        behind = _explain_schema()
        if behind is None:
            raise
        _end(behind, FAILED)


def _explain_schema() -> str | None:
    """How the database's schema differs from this version's, and what to do; None: it does not."""
    from causeloop_pipeline.cli.doctor.check_database import check_migrations

    with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
        finding = check_migrations(owner)
    return f"{finding.message}: {finding.fix}" if finding.fix else None


def _end(message: str, code: int) -> None:
    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "this command")
    typer.echo(f"causeloop {command}: {message}", err=True)
    raise SystemExit(code) from None
