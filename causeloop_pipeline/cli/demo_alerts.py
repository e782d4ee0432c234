"""Stores the alert rules of the demo; their messages go to its own chat."""

from collections.abc import Mapping
from uuid import UUID, uuid5

import psycopg
from psycopg.types.json import Jsonb

from causeloop_pipeline.demo.causes import read_demo_workspaces
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.notify.outbox import CHANNEL_SECRETS

# What people have changed since stays; only the chat's address follows the demo's.
UPSERT_RULE = """
insert into notify.alert_rule (
    workspace_id, alert_rule_id, name, scope, probability_threshold, window_days, channels, channel_secrets,
    created_by
)
values (
    %(workspace_id)s, %(rule_id)s, %(name)s, %(scope)s, %(threshold)s, %(window_days)s, %(channels)s,
    %(secrets)s, %(created_by)s
)
on conflict (workspace_id, alert_rule_id) do update set channel_secrets = excluded.channel_secrets
    where notify.alert_rule.channels = excluded.channels
"""


CHANNELS = [{"type": "slack"}]


def list_alert_rules(workspaces: Mapping[str, UUID]) -> list[UUID]:
    """The ids of the demo's rules in its workspaces, by slug."""
    return [
        _make_id(workspaces[slug], alert.name)
        for slug, demo in read_demo_workspaces().items()
        if slug in workspaces
        for alert in demo.alerts
    ]


def _make_id(workspace_id: UUID, name: str) -> UUID:
    return uuid5(workspace_id, f"demo alert {name}")


def store_demo_alerts(
    owner: psycopg.Connection,
    vault: Vault,
    workspaces: Mapping[str, UUID],
    analysts: Mapping[str, UUID],
    demo_url: str,
) -> None:
    """Create the rules that are missing; the connection sees the workspaces."""
    for slug, workspace_id in workspaces.items():
        for alert in read_demo_workspaces()[slug].alerts:
            rule_id = _make_id(workspace_id, alert.name)
            secrets = {"0.url": f"{demo_url}/chat/{slug}"}
            row = {
                "workspace_id": workspace_id,
                "rule_id": rule_id,
                "name": alert.name,
                "scope": Jsonb({"service": alert.service} if alert.service else {}),
                "threshold": alert.probability_threshold,
                "window_days": alert.window_days,
                "channels": Jsonb(CHANNELS),
                "secrets": vault.seal(secrets, workspace_id, rule_id, CHANNEL_SECRETS),
                "created_by": f"user:{analysts[slug]}",
            }
            owner.execute(UPSERT_RULE, row)
