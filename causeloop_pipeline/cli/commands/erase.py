"""`causeloop tenant erase` and `erase-person`: erase a workspace or a person without trace."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import psycopg
import typer

from causeloop_pipeline.cli.commands.reporting import Administrator, connect_administrator
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import (
    FAILED,
    UNREACHABLE,
    USAGE,
    announce,
    fail,
    format_count,
    stderr,
)
from causeloop_pipeline.settings import MissingSettingError, Settings, settings

if TYPE_CHECKING:
    from causeloop_pipeline.storage.erasure.workspaces import WorkspaceErasure, WorkspaceName

WORKSPACE_EXAMPLES = show_examples("tenant erase acme/main", "tenant erase acme/main --yes")
PERSON_EXAMPLES = show_examples("tenant erase-person ada@acme.example")
MAX_WAIT_SECONDS, SECONDS_BETWEEN_LOOKS = 900, 2
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def erase(
    workspace: Annotated[str, typer.Argument(help="organization/workspace, or the workspace's id.")],
    *,
    yes: Yes = False,
    administrator: Administrator = None,
) -> None:
    """Erase a workspace permanently: its rows, the Dagster runs that name it, people who belong only to it.

    An organization that has no other workspace goes too, and the workspace's login for BI. It can be
    interrupted: run it again with the id that it prints. Earlier backups and exports still hold the data.
    """
    from causeloop_pipeline.storage.erasure.workspaces import find_workspace, retire_workspace

    config, console = settings(), stderr()
    try:
        with psycopg.connect(config.require("database_url"), autocommit=True) as owner:
            target = find_workspace(owner, workspace) or _name_remains(workspace)
            _ask(yes, f"Permanently erase {target.name} and all of its data?")
            _end_login(config, target, administrator)
            retire_workspace(owner, target.workspace_id)
        announce(console, f"erasing {target.name} ({target.workspace_id})")
        erasure, runs = erase_retired(config, target)
    except psycopg.errors.InsufficientPrivilege as refusal:
        fail(f"nothing is erased: this role may not drop the login for BI ({refusal})", FAILED)
    except (psycopg.OperationalError, MissingSettingError) as failure:
        fail(f"not finished: {failure}; run the command again", UNREACHABLE)
    announce(
        console,
        f"{target.name} is erased: {format_count(erasure.rows, 'row')}, {format_count(runs, 'run')}, "
        f"{format_count(erasure.people, 'account')}" + _name_organization(erasure.is_organization_erased),
    )


def erase_retired(config: Settings, target: "WorkspaceName") -> "tuple[WorkspaceErasure, int]":
    """Erase a retired workspace with its runs; what was erased, and how many runs.

    Runs are erased while the workspace still has its name, by which Dagster knows it, so that an interrupted
    erasure can be resumed.
    """
    from causeloop_pipeline.storage.erasure.workspaces import erase_workspace

    runs = [_erase_runs(config, target.all_names)]
    erasure = erase_workspace(
        config.require("database_url"),
        target,
        before_last=lambda: runs.append(_erase_runs(config, target.all_names)),
    )
    return erasure, sum(runs)


def erase_person(
    who: Annotated[str, typer.Argument(help="Address or id of the person.")], *, yes: Yes = False
) -> None:
    """Erase a person permanently: account, memberships and sessions; texts name a pseudonym instead.

    Texts that came from a tool lose the address too; delete it in the tool as well, or the next change of the
    record brings it back.
    """
    from causeloop_pipeline.storage.erasure import people

    config, console = settings(), stderr()
    try:
        person = people.find_person(config.require("database_url"), who)
        if person is None:
            fail(f"no user has the e-mail address or id {who!r}", USAGE)
        _ask(yes, f"Permanently erase {person.email}?")
        erasure = people.erase_person(config.require("database_url"), person)
        runs = _erase_runs(config, [str(person.user_id), person.email])
    except people.SoleOwnerError as refusal:
        fail(str(refusal), FAILED)
    except (psycopg.OperationalError, MissingSettingError) as failure:
        fail(f"not finished: {failure}; run the command again", UNREACHABLE)
    announce(
        console,
        f"{person.email} is erased: {format_count(erasure.rows, 'row')}, {format_count(runs, 'run')}; "
        f"texts name {erasure.pseudonym} instead",
    )


def _end_login(config: Settings, target: "WorkspaceName", administrator: Path | None) -> None:
    """Drop the workspace's BI login first, so that a refusal comes before anything is erased."""
    from causeloop_pipeline.storage.reporting.logins import find_login, revoke_login

    url = config.require("database_url")
    if find_login(url, target.workspace_id) is not None:
        with connect_administrator(administrator, url) as connection:
            revoke_login(connection, url, target.workspace_id)


def _erase_runs(config: Settings, names: list[str]) -> int:
    """Erase from Dagster's storage after the runs in progress have ended; returns how many runs."""
    from causeloop_pipeline.orchestration.instance.erasure import erase_from_dagster

    deadline, erased = time.monotonic() + MAX_WAIT_SECONDS, 0
    while True:
        erasure = erase_from_dagster(config.require("dagster_database_url"), names)
        erased += erasure.runs
        if not erasure.unfinished:
            return erased
        if time.monotonic() > deadline:
            fail(
                f"not finished: {format_count(len(erasure.unfinished), 'run')} still under way "
                f"({erasure.unfinished[0]}); run the command again when they have ended",
                FAILED,
            )
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _name_remains(workspace: str) -> "WorkspaceName":
    """A workspace whose row is already gone: an interrupted erasure is resumed by its id."""
    from causeloop_pipeline.storage.erasure.workspaces import WorkspaceName

    try:
        return WorkspaceName(UUID(workspace), UUID(int=0), workspace)
    except ValueError:
        fail(f"there is no workspace {workspace!r}", USAGE)


def _ask(is_sure: bool, question: str) -> None:
    if not is_sure:
        typer.confirm(question, abort=True, err=True)


def _name_organization(is_erased: bool) -> str:
    return ", and the organization, which had no other workspace" if is_erased else ""
