"""`causeloop up` runs the servers here; `migrate` and `env` are for servers started by other means."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from causeloop_pipeline.cli.extra import require_servers
from causeloop_pipeline.cli.output.help import show_examples

UP_EXAMPLES = show_examples("up", "up --no-demo", "up --once")
MIGRATE_EXAMPLES = show_examples("migrate", "migrate --dagster-config /etc/dagster.yaml")
ENV_EXAMPLES = show_examples("env > causeloop.env")


def up(
    once: Annotated[bool, typer.Option("--once", help="Exit at the first result.")] = False,
    demo: Annotated[bool, typer.Option(help="Also load and serve the demo's tenants.")] = True,
) -> None:
    """Start everything (database, Dagster, API), show the ranked recommendations, and run until Ctrl-C."""
    require_servers()
    from causeloop_pipeline.cli.commands.up import LockedError, ProcessError, StartError, bring_up
    from causeloop_pipeline.cli.output.progress import PipelineError
    from causeloop_pipeline.settings import MissingSettingError
    from causeloop_pipeline.storage.database.migrate import RevisionError
    from causeloop_pipeline.storage.database.server_version import ServerVersionError
    from causeloop_pipeline.storage.embedded.server_error import ServerError

    try:
        bring_up(once=once, demo=demo)
    except (
        LockedError,
        MissingSettingError,
        PipelineError,
        ProcessError,
        RevisionError,
        ServerError,
        ServerVersionError,
        StartError,
    ) as problem:
        typer.echo(f"causeloop up: {problem}", err=True)
        raise typer.Exit(1) from None


def migrate(
    dagster_config: Annotated[
        Path | None, typer.Option(help="The dagster.yaml to use; by default deploy/dagster.yaml.")
    ] = None,
) -> None:
    """Bring schema, views and Dagster's instance up to date, for servers that `up` does not start."""
    require_servers()
    from causeloop_pipeline.cli.commands.up import StartError, bring_up_to_date
    from causeloop_pipeline.settings import DEPLOY_DIR, MissingSettingError
    from causeloop_pipeline.storage.database.migrate import RevisionError
    from causeloop_pipeline.storage.database.server_version import ServerVersionError

    config = dagster_config or DEPLOY_DIR / "dagster.yaml"
    if not config.is_file():
        raise typer.BadParameter(f"there is no file {config}", param_hint="--dagster-config")
    try:
        revision = bring_up_to_date(config)
    except (MissingSettingError, RevisionError, ServerVersionError, StartError) as problem:
        typer.echo(f"causeloop migrate: {problem}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"the schema is at {revision}, Dagster's instance is ready")


def env() -> None:
    """Print the environment of plain `dagster` commands: eval "$(causeloop env)"."""
    from causeloop_pipeline.cli.commands.up import build_dagster_environment
    from causeloop_pipeline.settings import settings

    for name, value in build_dagster_environment(settings()).items():
        typer.echo(f"export {name}={shlex.quote(value)}")
