"""`causeloop up` runs the servers here; `causeloop env` tells plain Dagster commands how to find them."""

import shlex
from typing import Annotated

import typer


def up(
    once: Annotated[bool, typer.Option("--once", help="End when the first result stands.")] = False,
    demo: Annotated[bool, typer.Option(help="Also load and serve the demo's tenants.")] = True,
) -> None:
    """Start everything: database, Dagster, API; show the ranked recommendations; Ctrl-C ends it."""
    from causeloop_pipeline.cli.progress import PipelineError
    from causeloop_pipeline.cli.up import ProcessError, StartError, bring_up
    from causeloop_pipeline.settings import MissingSettingError
    from causeloop_pipeline.storage.server import ServerError

    try:
        bring_up(once=once, demo=demo)
    except (MissingSettingError, PipelineError, ProcessError, ServerError, StartError) as problem:
        typer.echo(f"causeloop up: {problem}", err=True)
        raise typer.Exit(1) from None


def env() -> None:
    """Print the environment of plain `dagster` commands: eval "$(causeloop env)"."""
    from causeloop_pipeline.cli.up import dagster_environment
    from causeloop_pipeline.settings import settings

    for name, value in dagster_environment(settings()).items():
        typer.echo(f"export {name}={shlex.quote(value)}")
