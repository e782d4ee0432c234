"""Reads what a configuration file can hold of a workspace: connectors, alert rules, members."""

from typing import Any
from uuid import UUID

from api.connectors.queries import read_with_secrets
from api.http.database import WorkspaceDatabase
from api.members.queries import MEMBERS

SELECT_CALLER_ROW = """
select json_build_object(
    'role', 'owner', 'plan', o.plan, 'timezone', w.timezone, 'organization_id', o.organization_id,
    'organization_status', o.status, 'is_workspace_archived', w.archived_at is not null
)
from app.workspace as w
join app.organization as o using (organization_id)
"""

SELECT_CONNECTORS = """
select coalesce(json_agg(json_build_object(
    'id', c.connector_id, 'type', c.type, 'name', c.display_name, 'status', c.status, 'config', c.config,
    'push_only', c.is_push_only,
    'poll_interval_seconds', c.poll_interval_seconds, 'backfill_days', c.backfill_days
)), '[]')
from app.connector as c
"""

SELECT_RULES = """
select coalesce(json_agg(json_build_object(
    'id', r.alert_rule_id, 'name', r.name, 'scope', r.scope, 'window_days', r.window_days,
    'probability_threshold', r.probability_threshold, 'channels', r.channels, 'enabled', r.enabled
)), '[]')
from notify.alert_rule as r
where r.scope ->> 'pattern_id' is null
"""

SELECT_MEMBERS = f"""
select coalesce(json_agg(row_to_json(member)), '[]')
from (select {MEMBERS.columns} from {MEMBERS.source}) as member
"""


async def lock_configuration(db: WorkspaceDatabase) -> None:
    """Block other changes of connectors, rules and members until this transaction ends."""
    await db.transaction.fetchval("select 1 from app.workspace for update")


async def read_owner_row(db: WorkspaceDatabase) -> dict[str, Any]:
    """Plan, time zone and state of the workspace, as an owner's membership would give them."""
    return dict(await db.read(SELECT_CALLER_ROW))


async def read_connectors(db: WorkspaceDatabase) -> list[dict[str, Any]]:
    """All connectors, with their sealed secrets."""
    return [
        {**(await read_with_secrets(db, UUID(connector["id"])) or {}), **connector}
        for connector in await db.read(SELECT_CONNECTORS)
    ]


async def read_rules(db: WorkspaceDatabase) -> list[dict[str, Any]]:
    """All alert rules that are not about a single pattern, with their channels' sealed secrets."""
    rules = list(await db.read(SELECT_RULES))
    for rule in rules:
        rule["channel_secrets"] = await db.transaction.fetchval(
            "select channel_secrets from notify.alert_rule where alert_rule_id = $1", rule["id"]
        )
    return rules


async def read_members(db: WorkspaceDatabase) -> list[dict[str, Any]]:
    """All memberships."""
    return list(await db.read(SELECT_MEMBERS))
