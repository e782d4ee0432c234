"""`causeloop reporting`: grants and revokes a workspace's login for BI tools."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict

from causeloop_pipeline.cli.output.help import CommandList, show_examples
from causeloop_pipeline.cli.output.terminal import FAILED, UNREACHABLE, USAGE, fail
from causeloop_pipeline.settings import MissingSettingError, external_database_url, settings

app = typer.Typer(
    cls=CommandList,
    help="Let BI tools read one workspace by SQL: the views of the schema reporting.",
    no_args_is_help=True,
)
Workspace = Annotated[str, typer.Argument(help="organization/workspace, or the workspace's id.")]
Administrator = Annotated[
    Path | None,
    typer.Option(
        help="File with the URL of a PostgreSQL administrator (- reads stdin), who may make roles, in any "
        "database of the server; not needed for the embedded server."
    ),
]
NO_SUPERUSER = (
    "this administrator is not a superuser, so PostgreSQL lets the login write large objects, take "
    "advisory locks and fill the disk with temporary files: give it only to people you trust"
)


@app.command("grant", epilog=show_examples("reporting grant acme/main", "reporting grant acme/main > bi.url"))
def grant(workspace: Workspace, *, administrator: Administrator = None) -> None:
    """Create a login that reads only this workspace, and print its URL once.

    A second grant replaces the first login.
    """
    from causeloop_pipeline.storage.reporting.logins import grant_login, has_superuser

    try:
        owner_url = settings().require("database_url")
        target, timezone = _find_workspace(owner_url, workspace)
        with connect_administrator(administrator, owner_url) as connection:
            login, password = grant_login(connection, owner_url, target, timezone)
            if not has_superuser(connection):
                typer.echo(NO_SUPERUSER, err=True)
    except psycopg.errors.InsufficientPrivilege as refusal:
        fail(f"this role may not make roles: name an administrator ({refusal})", FAILED)
    except (psycopg.OperationalError, MissingSettingError) as failure:
        fail(f"the database cannot be reached: {failure}", UNREACHABLE)
    address = urlsplit(owner_url)
    place = address.netloc.rpartition("@")[2]
    query = f"?{address.query}" if address.query else ""
    typer.echo("read the views of the schema reporting by this URL, which is shown only now:", err=True)
    typer.echo(f"postgresql://{login}:{password}@{place}{address.path}{query}")


@app.command("revoke", epilog=show_examples("reporting revoke acme/main"))
def revoke(workspace: Workspace, *, administrator: Administrator = None) -> None:
    """End the sessions of a workspace's login, and drop it.

    For an erased workspace, pass the login's own name, which `causeloop doctor` lists.
    """
    from causeloop_pipeline.storage.reporting.logins import PREFIX, drop_login, revoke_login

    try:
        owner_url = settings().require("database_url")
        target = None if workspace.startswith(PREFIX) else _find_workspace(owner_url, workspace)[0]
        with connect_administrator(administrator, owner_url) as connection:
            is_revoked = (
                drop_login(connection, workspace)
                if target is None
                else revoke_login(connection, owner_url, target)
            )
    except psycopg.errors.InsufficientPrivilege as refusal:
        fail(f"this role may not drop roles: name an administrator ({refusal})", FAILED)
    except (psycopg.OperationalError, MissingSettingError) as failure:
        fail(f"the database cannot be reached: {failure}", UNREACHABLE)
    if not is_revoked:
        fail(f"{workspace} has no login for BI", USAGE)
    typer.echo(f"the login of {workspace} is dropped", err=True)


def connect_administrator(administrator: Path | None, owner_url: str) -> psycopg.Connection:
    """A connection of an administrator to the product's database, whichever its URL names."""
    database = str(conninfo_to_dict(owner_url)["dbname"])
    return psycopg.connect(find_administrator(administrator), dbname=database, autocommit=True)


def _find_workspace(owner_url: str, named: str) -> tuple[Any, str]:
    """The id and the time zone of a workspace."""
    from causeloop_pipeline.storage.erasure.workspaces import find_workspace

    with psycopg.connect(owner_url, autocommit=True) as owner:
        target = find_workspace(owner, named)
        if target is None:
            fail(f"there is no workspace {named!r}: name it as organization/workspace", USAGE)
        row = owner.execute(
            "select timezone from app.workspace where workspace_id = %s", (target.workspace_id,)
        ).fetchone()
    return target.workspace_id, str(row[0]) if row else "UTC"


def read_url(file: Path) -> str:
    """The URL in a file that only an administrator reads, or in the standard input."""
    if str(file) == "-":
        return typer.get_text_stream("stdin").read().strip()
    try:
        return file.read_text().strip()
    except OSError as error:
        fail(f"{file} cannot be read ({error.strerror}): write the URL of an administrator into it", USAGE)


def find_administrator(file: Path | None) -> str:
    """The URL of a role that may create roles: of the embedded server, or from the file."""
    from causeloop_pipeline.storage.database.roles import DATABASE
    from causeloop_pipeline.storage.embedded.postgres_server import start_server

    if file is not None:
        return read_url(file)
    if external_database_url():
        fail("roles of your own PostgreSQL are made by its administrator: add --administrator FILE", USAGE)
    config = settings()
    return start_server(config.state_dir / "postgres", config.postgres_bin_dir).url(DATABASE)
