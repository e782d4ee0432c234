"""`causeloop roles`: makes the roles and databases of an installation on a server of one's own."""

import re
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from causeloop_pipeline.cli.commands.reporting import read_url
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import FAILED, UNREACHABLE, USAGE, fail
from causeloop_pipeline.settings import Settings, settings

EXAMPLES = show_examples(
    "roles --administrator admin.url",
    "roles --sql > roles.sql",
)
NO_SUPERUSER = (
    "the administrator is not a superuser, which is enough, but full-text search then reads every issue "
    "of a workspace instead of its index, which is slow in large ones. A superuser may still run, in the "
    "product's database: "
)
ROLE_STAYS = (
    "the role of {setting} was there and keeps its password; to give it another, set the URL with that "
    "password and run this again"
)


@dataclass(frozen=True)
class Target:
    """The databases, and each role's password; `generated` are those that no URL of the settings has."""

    database: str
    dagster_database: str
    passwords: dict[str, str]
    generated: dict[str, str]


def roles(
    administrator: Annotated[
        Path | None,
        typer.Option(
            help="File with the URL of a PostgreSQL administrator (- reads stdin), who may make roles "
            "and databases and need not be a superuser."
        ),
    ] = None,
    print_sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL for psql instead of running it.")
    ] = False,
    host: Annotated[
        str, typer.Option(help="With --sql: host and port for the URLs that are printed.")
    ] = "db.internal:5432",
) -> None:
    """Create roles and databases on your own PostgreSQL (15 or newer), before `causeloop migrate`.

    A role whose URL is set gets that password. For the others passwords are made, and their URLs are printed
    as lines of an environment file, once; with --sql they are comments of the script. What exists is kept,
    also the password of a role whose URL is not set.
    """
    target = _choose_target(settings())
    if print_sql:
        _print_lines(_list_urls(target, host), prefix="-- ")
        _print_lines(write_script(target))
        return
    if administrator is None:
        fail(
            "name the server's administrator by --administrator FILE (a file with its URL), or add --sql and "
            "let your DBA run what is printed",
            USAGE,
        )
    _create(read_url(administrator), target)


def write_script(target: Target) -> Iterator[str]:
    """The same as SQL for psql, connected as an administrator to any database of the server."""
    from causeloop_pipeline.storage.database import roles as making

    yield "\\set ON_ERROR_STOP on"
    yield from (_format(statement) for statement in making.build_roles(target.passwords, target.generated))
    for name, owner in _list_owners(target).items():
        create = sql.Literal(_format(making.build_database(name, owner), end=""))
        missing = sql.SQL("select {} where not exists (select from pg_database where datname = {})")
        yield _format(missing.format(create, sql.Literal(name)), end=" \\gexec")
        yield from (_format(statement) for statement in making.build_database_rights(name, owner))
    yield f"\\connect {_format(sql.Identifier(target.database), end='')}"
    yield "-- From here on only a superuser succeeds; without one, full-text search does without its index."
    yield "\\set ON_ERROR_STOP off"
    yield f"{making.DECLARE_SEARCH_OPERATOR};"
    yield f"{making.CLOSE_LARGE_OBJECTS.strip()};"


def _create(url: str, target: Target) -> None:
    from causeloop_pipeline.storage.database import roles as making
    from causeloop_pipeline.storage.database.server_version import ServerVersionError

    try:
        present = making.create_roles(
            url, target.passwords, target.database, target.dagster_database, target.generated
        )
        with psycopg.connect(url, dbname=target.database, autocommit=True) as connection:
            has_index = making.is_search_index_enabled(connection)
            place = f"{connection.info.host}:{connection.info.port}"
    except ServerVersionError as problem:
        fail(str(problem), FAILED)
    except psycopg.errors.InsufficientPrivilege as refusal:
        fail(
            f"this administrator may not make roles and databases ({str(refusal).splitlines()[0]}): name "
            "one with CREATEROLE and CREATEDB, or add --sql and let your DBA run what is printed",
            FAILED,
        )
    except psycopg.OperationalError as failure:
        fail(f"the server cannot be reached: {failure}", UNREACHABLE)
    typer.echo(
        f"the roles and the databases {target.database} and {target.dagster_database} are ready", err=True
    )
    if not has_index:
        typer.echo(NO_SUPERUSER + making.DECLARE_SEARCH_OPERATOR, err=True)
    _print_lines(_list_urls(target, place, present))
    for setting in sorted(_list_settings()[role] for role in present):
        typer.echo(ROLE_STAYS.format(setting=f"CAUSELOOP_{setting.upper()}"), err=True)


def _choose_target(config: Settings) -> Target:
    """Databases and passwords of the URLs that are set, and new passwords for the other roles."""
    from causeloop_pipeline.storage.database import roles as making

    named = {role: _read_setting(config, setting, role) for role, setting in _list_settings().items()}
    passwords = {role: str(parts["password"]) for role, parts in named.items() if parts.get("password")}
    generated = {role: secrets.token_urlsafe(24) for role in making.ROLES if role not in passwords}
    return Target(
        str(named[making.OWNER].get("dbname") or making.DATABASE),
        str(named[making.DAGSTER].get("dbname") or making.DAGSTER_DATABASE),
        passwords | generated,
        generated,
    )


def _read_setting(config: Settings, setting: str, role: str) -> dict[str, Any]:
    value = getattr(config, setting)
    if value is None:
        return {}
    parts: dict[str, Any] = conninfo_to_dict(value.get_secret_value())
    if parts.get("user") != role:
        fail(
            f"CAUSELOOP_{setting.upper()} signs in as {parts.get('user')}: roles have fixed names, and this "
            f"one is {role}",
            USAGE,
        )
    return parts


def _list_settings() -> dict[str, str]:
    """The setting that has the URL of each role."""
    from causeloop_pipeline.storage.database import roles as making

    return {
        making.OWNER: "database_url",
        making.PIPELINE: "pipeline_database_url",
        making.API: "api_database_url",
        making.DAGSTER: "dagster_database_url",
    }


def _list_owners(target: Target) -> dict[str, str]:
    from causeloop_pipeline.storage.database import roles as making

    return {target.database: making.OWNER, target.dagster_database: making.DAGSTER}


def _list_urls(target: Target, place: str, without: Collection[str] = ()) -> Iterator[str]:
    """The lines of an environment file for the roles whose passwords were made here."""
    from causeloop_pipeline.storage.database import roles as making

    for role, password in target.generated.items():
        if role in without:
            continue
        database = target.dagster_database if role == making.DAGSTER else target.database
        yield f"CAUSELOOP_{_list_settings()[role].upper()}=postgresql://{role}:{password}@{place}/{database}"


def _format(statement: sql.Composable, end: str = ";") -> str:
    """A statement as text, of lines that end without blanks."""
    return re.sub(r"[ \t]+\n", "\n", statement.as_string().strip()) + end


def _print_lines(lines: Iterator[str], prefix: str = "") -> None:
    for line in lines:
        typer.echo(prefix + line)
