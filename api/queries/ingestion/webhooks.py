"""Finds the connector that a webhook names, before any workspace is known."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import orjson

FIND = """
select c.workspace_id, c.type, c.config, c.webhook_secrets
from app.connector as c
where c.connector_id = $1
"""

SERVED = """
select to_json(o.status = 'active') from app.workspace as w join app.organization as o using (organization_id)
"""


@dataclass(frozen=True)
class WebhookConnector:
    """What is needed to check a delivery."""

    workspace_id: UUID
    connector_id: UUID
    type: str
    config: dict[str, Any]
    webhook_secrets: bytes | None = field(repr=False)


async def find_connector(pool: asyncpg.Pool, connector_id: UUID) -> WebhookConnector | None:
    """The one connector of that id, whose workspace nobody has named."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute("select set_config('causeloop.connector', $1, true)", str(connector_id))
        row = await connection.fetchrow(FIND, connector_id)
    if row is None:
        return None
    return WebhookConnector(
        row["workspace_id"], connector_id, row["type"], orjson.loads(row["config"]), row["webhook_secrets"]
    )


async def is_served(pool: asyncpg.Pool, workspace_id: UUID) -> bool:
    """Whether the workspace's organization is active."""
    return bool(await pool.fetchval("select app.read($1, $2)", workspace_id, SERVED) == "true")
