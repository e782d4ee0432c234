"""Compares a configuration file with a workspace, applies it in one transaction, and exports one."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from api.access.caller import Caller
from api.auth.authorize import check_may_write
from api.configuration import queries
from api.configuration.alert_rules import compare_rules, export_rules, read_rule_secrets
from api.configuration.changes import ConfigurationChange, ConfigurationComparison, Work
from api.configuration.connectors import compare_connectors, export_connectors, read_connector_secrets
from api.configuration.file_schema import ConfiguredSlackChannel, SecretReference
from api.configuration.members import compare_members, export_members
from api.configuration.read_file import ConfigurationFile
from api.configuration.secret_references import SecretPlaces, VariableNames
from api.configuration.settings_of_workspace import compare_settings, export_settings
from api.configuration.slack import compare_slack, export_slack, read_slack_secrets
from api.configuration.write_file import write_yaml
from api.http import errors
from api.http.bounded_pool import open_landing_pool, open_pool
from api.http.database import WorkspaceDatabase
from causeloop_pipeline.connectors.declared.problems import Problem
from causeloop_pipeline.model.tenancy import OrganizationStatus, Role


@dataclass(frozen=True)
class Operator(Caller):
    """The operator at the installation's command line, with the rights of an owner."""

    @property
    def actor(self) -> str:
        """The name used in audit entries."""
        return "operator"


@dataclass(frozen=True)
class Applied:
    """What was or would be changed, what the file does not mention, and secrets that are shown only once."""

    changes: list[ConfigurationChange]
    unmentioned: list[ConfigurationChange]
    shown_once: dict[str, str]


class _Undo(Exception):  # noqa: N818 - no error: what was tried is rolled back
    pass


async def apply_file(
    url: str,
    workspace_id: UUID,
    file: ConfigurationFile,
    secrets: SecretPlaces,
    *,
    prune: bool = False,
    is_trial: bool = False,
) -> Applied:
    """Make the workspace what the file says, all of it or nothing; DeclarationError with every obstacle.

    A dry run makes all changes by the same operations, and then rolls them back.
    """
    async with _open_workspace(url, workspace_id) as db:
        applied = None
        with contextlib.suppress(_Undo):
            async with db.writing():
                await queries.lock_configuration(db)
                work = Work(db, await _name_operator(db), secrets)
                work = replace(work, secrets=secrets.keep(await _read_stored_secrets(work, file)))
                if missing := work.secrets.find_missing(_list_references(file)):
                    raise file.refuse(missing)
                comparison = await _compare(work, file)
                # Deletions first: additions may need the connector or seat that a deletion frees.
                changes = (comparison.unmentioned if prune else []) + comparison.changes
                await _make(work, file, changes)
                unmentioned = [] if prune else comparison.unmentioned
                applied = Applied(changes, unmentioned, work.shown_once)
                if is_trial:
                    raise _Undo
        if applied is None:
            raise RuntimeError("the transaction ended without a result")
        for response in [] if is_trial else work.responses:
            if response.background is not None:
                await response.background()
        return applied


async def export_file(url: str, workspace_id: UUID) -> str:
    """The workspace's configuration as YAML; secrets are named, never written."""
    async with _open_workspace(url, workspace_id) as db, db.writing():
        work, names = Work(db, await _name_operator(db), SecretPlaces({}, Path())), VariableNames()
        sections: dict[str, Any] = {"version": 1, **await export_settings(work)}
        sections["connectors"] = await export_connectors(work, names)
        sections["alert_rules"] = await export_rules(work, names)
        if slack := await export_slack(work, names):
            sections["slack"] = slack
        sections["members"] = await export_members(work)
        return write_yaml(sections)


@contextlib.asynccontextmanager
async def _open_workspace(url: str, workspace_id: UUID) -> AsyncIterator[WorkspaceDatabase]:
    pool, landing = await open_pool(url), open_landing_pool(url)
    try:
        yield WorkspaceDatabase(pool, landing, workspace_id)
    finally:
        landing.close()
        pool.terminate()


async def _name_operator(db: WorkspaceDatabase) -> Operator:
    row = await queries.read_owner_row(db)
    return Operator(
        db.workspace_id,
        UUID(row["organization_id"]),
        "operator",
        UUID(int=0),
        Role.OWNER,
        row["plan"],
        row["timezone"],
        OrganizationStatus(row["organization_status"]),
        method=None,
        is_workspace_archived=row["is_workspace_archived"],
    )


async def _compare(work: Work, file: ConfigurationFile) -> ConfigurationComparison:
    wanted = file.configuration
    try:
        parts = [
            await compare_settings(work, wanted),
            await compare_connectors(work, wanted.connectors),
            await compare_rules(work, wanted.alert_rules),
            await compare_slack(work, wanted.slack),
            await compare_members(work, wanted.members),
        ]
    except errors.Problem as problem:
        raise file.refuse([Problem("", problem.detail)]) from None
    return ConfigurationComparison(
        [change for part in parts for change in part.changes],
        [change for part in parts for change in part.unmentioned],
    )


async def _make(work: Work, file: ConfigurationFile, changes: list[ConfigurationChange]) -> None:
    """Make every change in a savepoint of its own, so that one rejection does not hide the next."""
    problems: list[Problem] = []
    if changes:
        try:
            check_may_write(work.caller)
        except errors.Problem as refusal:
            raise file.refuse([Problem("", refusal.detail)]) from None
    for change in changes:
        try:
            async with work.db.transaction.transaction():
                await change.make(work)
        except errors.Problem as refusal:
            problems += _explain(change, refusal)
        except ValidationError as error:
            problems += [
                Problem(".".join([change.place, *map(str, entry["loc"])]), entry["msg"])
                for entry in error.errors(include_input=False, include_url=False)
            ]
    if problems:
        raise file.refuse(problems)


def _explain(change: ConfigurationChange, refusal: errors.Problem) -> list[Problem]:
    subject = f"{change.what} {change.name}".strip()
    pointed = [error for error in refusal.errors if error.get("pointer")]
    if not pointed:
        return [Problem(change.place, f"{subject}: {refusal.detail}")]
    return [
        Problem(
            change.place + str(error["pointer"]).replace("/", "."), f"{subject}: {error.get('detail') or ''}"
        )
        for error in pointed
    ]


async def _read_stored_secrets(work: Work, file: ConfigurationFile) -> list[tuple[SecretReference, str]]:
    """What the file refers to and is stored already, with the stored secret."""
    stored = {
        **await read_connector_secrets(work, file.configuration.connectors or []),
        **await read_rule_secrets(work, file.configuration.alert_rules or []),
        **await read_slack_secrets(work),
    }
    return [
        (reference, stored[place]) for place, reference in _list_references(file).items() if stored.get(place)
    ]


def _list_references(file: ConfigurationFile) -> dict[str, SecretReference]:
    """Every secret that the file refers to, by its field."""
    references: dict[str, SecretReference] = {}
    for number, connector in enumerate(file.configuration.connectors or []):
        place = f"connectors[{number}]"
        for name, reference in (connector.credentials or {}).items():
            references[f"{place}.credentials.{name}"] = reference
        if connector.webhook_secret is not None:
            references[f"{place}.webhook_secret"] = connector.webhook_secret
    for number, rule in enumerate(file.configuration.alert_rules or []):
        for position, channel in enumerate(rule.channels):
            if isinstance(channel, ConfiguredSlackChannel):
                references[f"alert_rules[{number}].channels[{position}].url"] = channel.url
    if (slack := file.configuration.slack) is not None:
        references |= {"slack.bot_token": slack.bot_token, "slack.signing_secret": slack.signing_secret}
    return references
