"""Reads the connector of a webhook, whose workspace is not known yet."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from api.http.bounded_pool import BoundedPool
from api.http.database import WorkspaceDatabase, read_as_workspace

SELECT_CONNECTOR = """
select c.workspace_id, c.type, c.config, c.webhook_secrets
from app.connector as c
where c.connector_id = $1
"""

SELECT_IS_ACTIVE = """
select to_json(o.status = 'active') from app.workspace as w join app.organization as o using (organization_id)
"""

INSERT_TRACE = """
insert into app.delivery_trace (workspace_id, traceparent) values ($1, $2) on conflict do nothing
"""


@dataclass(frozen=True)
class WebhookConnector:
    """What the verification of a delivery needs."""

    workspace_id: UUID
    connector_id: UUID
    type: str
    config: dict[str, Any]
    webhook_secrets: bytes | None = field(repr=False)


async def find_connector(pool: BoundedPool, connector_id: UUID) -> WebhookConnector | None:
    """The connector of an id, in any workspace."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute("select set_config('causeloop.connector', $1, true)", str(connector_id))
        row = await connection.fetchrow(SELECT_CONNECTOR, connector_id)
    if row is None:
        return None
    return WebhookConnector(
        row["workspace_id"], connector_id, row["type"], orjson.loads(row["config"]), row["webhook_secrets"]
    )


async def is_organization_active(pool: BoundedPool, workspace_id: UUID) -> bool:
    """Whether the workspace's organization is active."""
    return await read_as_workspace(pool, workspace_id, SELECT_IS_ACTIVE) == "true"


async def note_trace(db: WorkspaceDatabase, traceparent: str) -> None:
    """Store a delivery's trace, so that the run that reads its records continues it."""
    async with db.writing():
        await db.transaction.execute(INSERT_TRACE, db.workspace_id, traceparent)
