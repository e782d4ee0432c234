"""The program `causeloop`: its commands, and what to say where one needs more than is installed."""

import sys
from importlib.util import find_spec

import typer

from causeloop_pipeline.cli import app

MODULES = {"authlib", "dagster_webserver", "dbt", "uvicorn"}
"""Some of the modules of the extra: where one of them is missing, the extra is not installed."""


def run() -> None:
    """Run a command; where only the core is installed, name the extra that a server's command needs."""
    try:
        app(prog_name="causeloop")
    except ModuleNotFoundError as missing:
        if not _is_core() or find_spec((missing.name or "causeloop_pipeline").partition(".")[0]) is not None:
            raise
        command = next((word for word in sys.argv[1:] if not word.startswith("-")), "this command")
        typer.echo(
            f"causeloop {command}: {missing.name} is not installed, which only servers need: "
            "pip install 'causeloop[server]'",
            err=True,
        )
        raise SystemExit(1) from None


def _is_core() -> bool:
    """Whether the extra for servers is missing."""
    return any(find_spec(name) is None for name in MODULES)
