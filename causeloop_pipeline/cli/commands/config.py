"""`causeloop config`: a workspace's configuration as one file, compared, applied and exported."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

import psycopg
import typer

from causeloop_pipeline.cli.output.help import CommandList, show_examples
from causeloop_pipeline.cli.output.terminal import (
    FAILED,
    UNREACHABLE,
    USAGE,
    fail,
    format_count,
    strip_controls,
)
from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.settings import MissingSettingError, copy_environment, settings

if TYPE_CHECKING:
    from api.configuration.apply_file import Applied
    from api.configuration.read_file import ConfigurationFile

Result = TypeVar("Result")
DIFFERENT = 3
VERBS = {"create": "to create", "change": "to change", "delete": "to delete"}

app = typer.Typer(
    cls=CommandList,
    help="Keep a workspace's connectors, alert rules, members and settings in one file.",
    no_args_is_help=True,
)
Workspace = Annotated[str, typer.Argument(help="organization/workspace, or the workspace's id.")]
File = Annotated[Path, typer.Argument(help="The configuration, in YAML.")]
Prune = Annotated[
    bool, typer.Option("--prune", help="Also delete what a section of the file does not mention.")
]


@app.command(
    "plan", epilog=show_examples("config plan acme/main acme.yaml", "config plan acme/main acme.yaml --prune")
)
def plan(
    workspace: Workspace,
    file: File,
    *,
    prune: Prune = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 3 where something would change.")
    ] = False,
) -> None:
    """Print what applying a file would change: everything is tried as by `apply`, and rolled back."""
    applied = _apply(workspace, file, prune=prune, is_trial=True)
    _print_changes(applied)
    typer.echo(_sum_up(applied, "nothing would change"))
    if exit_code and applied.changes:
        raise typer.Exit(DIFFERENT)


@app.command(
    "apply",
    epilog=show_examples(
        "config apply acme/main acme.yaml", "config apply acme/main c.yaml --secrets s.json"
    ),
)
def apply(
    workspace: Workspace,
    file: File,
    *,
    prune: Prune = False,
    secrets: Annotated[
        Path | None,
        typer.Option(
            help="Write generated secrets and invitation links to this new file, not to the screen."
        ),
    ] = None,
) -> None:
    """Make the workspace match a file: all of it, or nothing. Applying it twice changes nothing.

    What the file does not mention stays as it is.
    """
    if secrets is not None and secrets.exists():
        raise typer.BadParameter(f"{secrets} is there already: name a new file", param_hint="--secrets")
    applied = _apply(workspace, file, prune=prune, is_trial=False)
    _print_changes(applied)
    if secrets is not None and applied.shown_once:
        secrets.touch(mode=0o600)
        secrets.write_text(json.dumps(applied.shown_once, indent=2, ensure_ascii=False) + "\n")
    elif applied.shown_once:
        typer.echo("shown only now:")
        for name, secret in applied.shown_once.items():
            typer.echo(strip_controls(f"    {name}: {secret}").plain)
    typer.echo(_sum_up(applied, "nothing has changed"))


@app.command(
    "export",
    epilog=show_examples("config export acme/main > acme.yaml", "config export acme/main -o acme.yaml"),
)
def export(
    workspace: Workspace,
    *,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The file to write; by default the screen.")
    ] = None,
) -> None:
    """Write a workspace's configuration as YAML. Secrets are named as environment variables, never written.

    Alert rules of a single pattern are left out: no other workspace has that pattern.
    """
    from api.configuration.apply_file import export_file

    text = _run(lambda url: export_file(url, _find_workspace(workspace)))
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text)


@app.command("schema", epilog=show_examples("config schema > configuration.schema.json"))
def schema() -> None:
    """Print the JSON schema of configuration files, for editors and checks before a merge."""
    from api.configuration.file_schema import build_json_schema

    typer.echo(json.dumps(build_json_schema(), indent=2))


def _apply(workspace: str, path: Path, *, prune: bool, is_trial: bool) -> "Applied":
    from api.configuration.apply_file import apply_file
    from api.configuration.secret_references import SecretPlaces

    try:
        file = _read(path)
        places = SecretPlaces(copy_environment(), path.resolve().parent)
        workspace_id = _find_workspace(workspace)
        return _run(lambda url: apply_file(url, workspace_id, file, places, prune=prune, is_trial=is_trial))
    except DeclarationError as refusal:
        for problem in refusal.problems:
            line = f":{problem.line}" if problem.line else ""
            field = f"{problem.field}: " if problem.field else ""
            typer.echo(strip_controls(f"{path}{line}: {field}{problem.message}").plain, err=True)
        fail(f"nothing was changed: {format_count(len(refusal.problems), 'problem')} in {path}", FAILED)


def _read(path: Path) -> "ConfigurationFile":
    from api.configuration.read_file import read_configuration

    try:
        return read_configuration(path.read_text())
    except OSError as error:
        fail(f"{path} cannot be read ({error.strerror}): name a file that is there", USAGE)
    except UnicodeDecodeError:
        fail(f"{path} is not UTF-8 text: save it as UTF-8", FAILED)


def _find_workspace(named: str) -> UUID:
    from causeloop_pipeline.storage.erasure.workspaces import find_workspace

    try:
        with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
            target = find_workspace(owner, named)
    except MissingSettingError as error:
        fail(str(error))
    except psycopg.OperationalError as error:
        fail(
            f"the database cannot be reached ({str(error).strip()}): start it with `causeloop up`",
            UNREACHABLE,
        )
    if target is None:
        fail(f"there is no workspace {named!r}: name it as organization/workspace", USAGE)
    return target.workspace_id


def _run(start: Callable[[str], Coroutine[Any, Any, Result]]) -> Result:
    """Run an operation on the API's database role, with a clear error while the database is unavailable."""
    import asyncpg

    from api.http.bounded_pool import DatabaseBusyError
    from api.http.errors import Problem
    from causeloop_pipeline.storage.app.vault import SecretError

    try:
        url = settings().require("api_database_url")
        return asyncio.run(start(url))
    except (Problem, SecretError) as refusal:
        fail(f"nothing was changed: {refusal}", FAILED)
    except MissingSettingError as error:
        fail(str(error))
    except (OSError, asyncpg.PostgresError, DatabaseBusyError) as error:
        reason = str(error) or type(error).__name__
        fail(
            f"nothing was changed: the database did not do it ({reason}); run the command again", UNREACHABLE
        )


def _print_changes(applied: "Applied") -> None:
    for change in applied.changes:
        typer.echo(strip_controls(change.describe()).plain)


def _sum_up(applied: "Applied", nothing: str) -> str:
    counts = [
        f"{sum(change.kind == kind for change in applied.changes)} {verb}" for kind, verb in VERBS.items()
    ]
    summary = ", ".join(counts) if applied.changes else nothing
    if applied.unmentioned:
        names = ", ".join(f"{change.what} {change.name}" for change in applied.unmentioned[:5])
        more = len(applied.unmentioned) - 5
        names += f" and {more} more" if more > 0 else ""
        summary += f"; not mentioned and kept (--prune deletes): {names}"
    return strip_controls(summary).plain
