"""Connectors of a configuration file: compared, created, changed, deleted and exported."""

from collections.abc import Container
from typing import Any
from uuid import UUID

import orjson

from api.configuration.changes import (
    SECRET,
    ConfigurationChange,
    ConfigurationComparison,
    Work,
    compare_fields,
    compare_secrets,
)
from api.configuration.file_schema import ConfiguredConnector
from api.configuration.queries import read_connectors
from api.configuration.secret_references import VariableNames
from api.connectors import routes as operations
from api.connectors import setup
from api.connectors.schemas import ConnectorChange, NewConnector
from api.http.errors import broken_rule
from causeloop_pipeline.storage.app.connectors import WEBHOOK_SECRETS
from causeloop_pipeline.storage.app.vault import SecretError
from causeloop_pipeline.storage.secrets.key_ring import open_vault

WHAT = "connector"
NOT_PLAIN = frozenset({"credentials", "webhook_secret", "same_site"})
"""Fields that are not columns as they stand: secrets, and what a change of address means."""


async def compare_connectors(work: Work, wanted: list[ConfiguredConnector] | None) -> ConfigurationComparison:
    """The changes that make the connectors those of the file."""
    if wanted is None:
        return ConfigurationComparison([])
    stored = {connector["name"]: connector for connector in await read_connectors(work.db)}
    changes = []
    for number, connector in enumerate(wanted):
        place, present = f"connectors[{number}]", stored.pop(connector.name, None)
        change = (
            _create(work, connector, place) if present is None else _change(work, present, connector, place)
        )
        changes += [change] if change else []
    return ConfigurationComparison(changes, [_delete(connector) for _, connector in sorted(stored.items())])


async def export_connectors(work: Work, names: VariableNames) -> list[dict[str, Any]]:
    """The connectors as a file holds them, secrets by the names of environment variables."""
    exported = []
    for stored in sorted(await read_connectors(work.db), key=lambda connector: str(connector["name"])):
        credentials = {
            name: {"env": names.name(stored["name"], name)} for name in sorted(setup.open_credentials(stored))
        }
        secret = {"env": names.name(stored["name"], "webhook secret")} if stored["webhook_secrets"] else None
        entry = {
            "name": stored["name"],
            "type": stored["type"],
            "config": stored["config"] or None,
            "credentials": credentials or None,
            "webhook_secret": secret,
            "poll_interval_seconds": stored["poll_interval_seconds"],
            "backfill_days": stored["backfill_days"],
            "paused": stored["status"] == "paused",
            "push_only": True if stored["push_only"] else None,
        }
        exported.append({name: value for name, value in entry.items() if value is not None})
    return exported


async def read_connector_secrets(work: Work, wanted: list[ConfiguredConnector]) -> dict[str, str]:
    """The stored secrets of the connectors that a file names, by their field in it."""
    stored = {connector["name"]: connector for connector in await read_connectors(work.db)}
    secrets: dict[str, str] = {}
    for number, connector in enumerate(wanted):
        if present := stored.get(connector.name):
            place, opened = f"connectors[{number}]", _open_secrets(present, {"credentials", "webhook_secret"})
            secrets |= {f"{place}.credentials.{name}": value for name, value in opened["credentials"].items()}
            secrets[f"{place}.webhook_secret"] = opened["webhook_secret"] or ""
    return secrets


def _read_secrets(work: Work, connector: ConfiguredConnector) -> dict[str, Any]:
    """The secrets that the file refers to, by the name of their column."""
    secrets: dict[str, Any] = {}
    if connector.credentials is not None:
        secrets["credentials"] = {
            name: work.secrets.read(place) for name, place in connector.credentials.items()
        }
    if connector.webhook_secret is not None:
        secrets["webhook_secret"] = work.secrets.read(connector.webhook_secret)
    return secrets


def _create(work: Work, connector: ConfiguredConnector, place: str) -> ConfigurationChange:
    wanted = connector.model_dump(exclude_none=True, exclude={*NOT_PLAIN, "name"})
    secrets = _read_secrets(work, connector)
    visible = {
        **wanted,
        **{f"credentials.{name}": SECRET for name in secrets.get("credentials", ())},
        **({"webhook_secret": SECRET} if "webhook_secret" in secrets else {}),
    }

    async def make(work: Work) -> None:
        new = NewConnector.model_validate({**wanted, **secrets, "display_name": connector.name})
        response = await operations.create_connector(work.db, work.caller, new)
        work.responses.append(response)
        if generated := orjson.loads(response.body)["webhook_secret"]:
            work.shown_once[f"webhook secret of connector {connector.name}"] = generated

    fields = {name: (None, value) for name, value in visible.items()}
    return ConfigurationChange("create", WHAT, connector.name, place, make, fields)


def _change(
    work: Work, stored: dict[str, Any], connector: ConfiguredConnector, place: str
) -> ConfigurationChange | None:
    fields, changed = _compare_plain(stored, connector)
    secrets = _read_secrets(work, connector)
    for name, before in _open_secrets(stored, secrets).items():
        after = secrets[name]
        if before != after:
            changed[name] = after
            fields |= _describe_secret(name, before, after)
    is_paused = stored["status"] == "paused"
    if connector.paused is not None and connector.paused != is_paused:
        fields["paused"] = (is_paused, connector.paused)
    if not fields:
        return None

    async def make(work: Work) -> None:
        await _make_change(work, stored, connector, changed)
        if "paused" in fields:
            turn = operations.pause_connector if connector.paused else operations.resume_connector
            work.responses.append(await turn(work.db, work.caller, UUID(stored["id"])))

    return ConfigurationChange("change", WHAT, connector.name, place, make, fields)


def _compare_plain(
    stored: dict[str, Any], connector: ConfiguredConnector
) -> tuple[dict[str, tuple[Any, Any]], dict[str, Any]]:
    """The fields without secrets that differ, and what to send to change them."""
    plain = {"type", "config", "poll_interval_seconds", "backfill_days", "push_only"}
    wanted = connector.model_dump(exclude_none=True, include=plain)
    differing = compare_fields(stored, wanted)
    fields = {name: pair for name, pair in differing.items() if name != "config"}
    if "config" in differing:
        keys = sorted(stored["config"].keys() | wanted["config"].keys())
        before, after = ({key: config.get(key) for key in keys} for config in differing["config"])
        fields |= {f"config.{key}": pair for key, pair in compare_fields(before, after).items()}
    return fields, {name: wanted[name] for name in differing if name != "type"}


def _describe_secret(name: str, before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    if isinstance(after, dict):
        return compare_secrets(name, before, after)
    return {name: (SECRET if before else None, f"new {SECRET}")}


async def _make_change(
    work: Work, stored: dict[str, Any], connector: ConfiguredConnector, changed: dict[str, Any]
) -> None:
    if connector.type != stored["type"]:
        raise broken_rule(
            "unknown_connector_type",
            f"a connector's type cannot change ({stored['type']}): give this one another name",
            "/type",
        )
    if changed:
        changed |= {"same_site": True} if connector.same_site and "config" in changed else {}
        change = ConnectorChange.model_validate(changed)
        work.responses.append(
            await operations.update_connector(work.db, work.caller, UUID(stored["id"]), change)
        )


def _open_secrets(stored: dict[str, Any], wanted: Container[str]) -> dict[str, Any]:
    """The stored values of the secrets that the file names; one that cannot be read counts as missing."""
    opened: dict[str, Any] = {}
    if "credentials" in wanted:
        try:
            opened["credentials"] = setup.open_credentials(stored)
        except SecretError:
            opened["credentials"] = {}
    if "webhook_secret" in wanted:
        row = (stored["workspace_id"], stored["connector_id"])
        try:
            secrets = open_vault().open(stored["webhook_secrets"], *row, WEBHOOK_SECRETS)
        except SecretError:
            secrets = {}
        opened["webhook_secret"] = secrets.get(setup.CURRENT)
    return opened


def _delete(stored: dict[str, Any]) -> ConfigurationChange:
    async def make(work: Work) -> None:
        await operations.delete_connector(work.db, work.caller, UUID(stored["id"]))

    return ConfigurationChange("delete", WHAT, stored["name"], "connectors", make)
