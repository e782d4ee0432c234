"""Alert rules of a configuration file: compared, created, changed, deleted and exported."""

from collections import Counter
from typing import Any
from uuid import UUID

import orjson
from fastapi import Response

from api.alert_rules import routes as operations
from api.alert_rules.schemas import AlertRuleChange, NewAlertRule
from api.configuration.changes import (
    SECRET,
    ConfigurationChange,
    ConfigurationComparison,
    Work,
    compare_fields,
)
from api.configuration.file_schema import ConfiguredRule, ConfiguredSlackChannel
from api.configuration.queries import read_rules
from api.configuration.secret_references import VariableNames
from api.http.errors import conflict
from causeloop_pipeline.storage.app.vault import SecretError
from causeloop_pipeline.storage.notify.outbox import CHANNEL_SECRETS
from causeloop_pipeline.storage.secrets.key_ring import open_vault

WHAT = "alert rule"


async def compare_rules(work: Work, wanted: list[ConfiguredRule] | None) -> ConfigurationComparison:
    """The changes that make the alert rules those of the file."""
    if wanted is None:
        return ConfigurationComparison([])
    rules = await _read_rules(work)
    _check_names(rules, {rule.name for rule in wanted})
    stored = {rule["name"]: rule for rule in rules}
    changes = []
    for number, rule in enumerate(wanted):
        place, present = f"alert_rules[{number}]", stored.pop(rule.name, None)
        change = _create(work, rule, place) if present is None else _change(work, present, rule, place)
        changes += [change] if change else []
    return ConfigurationComparison(changes, [_delete(rule) for rule in rules if rule["name"] in stored])


async def read_rule_secrets(work: Work, wanted: list[ConfiguredRule]) -> dict[str, str]:
    """The stored addresses of the Slack channels of rules that a file names, by their field in it."""
    stored = {rule["name"]: rule for rule in await _read_rules(work)}
    return {
        f"alert_rules[{number}].channels[{position}].url": channel["url"] or ""
        for number, rule in enumerate(wanted)
        for position, channel in enumerate(stored.get(rule.name, {}).get("channels", ()))
        if channel["type"] == "slack"
    }


async def export_rules(work: Work, names: VariableNames) -> list[dict[str, Any]]:
    """The alert rules as a file holds them, without those of a single pattern."""
    rules = sorted(await _read_rules(work), key=lambda rule: str(rule["name"]))
    _check_names(rules, {rule["name"] for rule in rules})
    exported = []
    for rule in rules:
        channels = [
            {**channel, "url": {"env": names.name(rule["name"], "channel", str(number), "url")}}
            if channel["type"] == "slack"
            else channel
            for number, channel in enumerate(rule["channels"], 1)
        ]
        entry = {name: rule[name] for name in ("name", "scope", "probability_threshold", "window_days")}
        entry |= {"channels": channels, "enabled": rule["enabled"]}
        exported.append({name: value for name, value in entry.items() if value != {}})
    return exported


async def _read_rules(work: Work) -> list[dict[str, Any]]:
    """The stored rules, whose Slack channels have their whole address."""
    rules = await read_rules(work.db)
    for rule in rules:
        try:
            secrets = open_vault().open(
                rule["channel_secrets"], work.db.workspace_id, UUID(rule["id"]), CHANNEL_SECRETS
            )
        except SecretError:
            secrets = {}
        rule["channels"] = [
            {**channel, "url": secrets.get(f"{number}.url")} if channel["type"] == "slack" else channel
            for number, channel in enumerate(rule["channels"])
        ]
    return rules


def _check_names(rules: list[dict[str, Any]], names: set[str]) -> None:
    """409 where several rules have the same name."""
    for name, count in Counter(rule["name"] for rule in rules).items():
        if count > 1 and name in names:
            raise conflict("name_taken", f"{count} alert rules are called {name!r}: rename all but one first")


def _build_body(work: Work, rule: ConfiguredRule) -> dict[str, Any]:
    """The rule as a request's body, with the addresses that it refers to."""
    body = rule.model_dump(mode="json", exclude_none=True)
    body["channels"] = [
        {"type": "slack", "url": work.secrets.read(channel.url)}
        if isinstance(channel, ConfiguredSlackChannel)
        else channel.model_dump(mode="json")
        for channel in rule.channels
    ]
    return body


def _describe_channels(channels: list[dict[str, Any]]) -> str:
    return ", ".join(
        f"{channel['type']} {SECRET if channel['type'] == 'slack' else channel.get('to') or channel['url']}"
        for channel in channels
    )


def _create(work: Work, rule: ConfiguredRule, place: str) -> ConfigurationChange:
    body = _build_body(work, rule)

    async def make(work: Work) -> None:
        new = NewAlertRule.model_validate(body)
        _keep(work, rule.name, await operations.create_alert_rule(work.db, work.caller, new))

    visible = {**body, "channels": _describe_channels(body["channels"])}
    fields = {name: (None, value) for name, value in visible.items() if name != "name"}
    return ConfigurationChange("create", WHAT, rule.name, place, make, fields)


def _change(
    work: Work, stored: dict[str, Any], rule: ConfiguredRule, place: str
) -> ConfigurationChange | None:
    body = _build_body(work, rule)
    fields = compare_fields(stored, _normalize_addresses(body))
    changed = {name: body[name] for name in fields}
    if not fields:
        return None
    if "channels" in fields:
        before, after = (_describe_channels(channels) for channels in fields["channels"])
        fields["channels"] = (before, f"{after} (webhooks get new signing secrets)")

    async def make(work: Work) -> None:
        change = AlertRuleChange.model_validate(changed)
        response = await operations.update_alert_rule(work.db, work.caller, UUID(stored["id"]), change)
        _keep(work, rule.name, response)

    return ConfigurationChange("change", WHAT, rule.name, place, make, fields)


def _normalize_addresses(body: dict[str, Any]) -> dict[str, Any]:
    """The body with addresses as they are stored, such as with the slash after a host."""
    rule = NewAlertRule.model_validate(body)
    channels = [channel.model_dump(mode="json") for channel in rule.channels]
    return {**body, "channels": channels}


def _keep(work: Work, name: str, response: Response) -> None:
    work.responses.append(response)
    for number, secret in orjson.loads(response.body)["webhook_secrets"].items():
        work.shown_once[f"signing secret of alert rule {name}, channel {int(number) + 1}"] = secret


def _delete(stored: dict[str, Any]) -> ConfigurationChange:
    async def make(work: Work) -> None:
        await operations.delete_alert_rule(work.db, work.caller, UUID(stored["id"]))

    return ConfigurationChange("delete", WHAT, stored["name"], "alert_rules", make)
