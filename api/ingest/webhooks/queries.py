"""Reads the connector of a webhook, whose workspace is not known yet."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from api.http.bounded_pool import BoundedPool
from causeloop_pipeline.storage.raw.records import Origin

SELECT_CONNECTOR = "select * from app.find_connector($1)"


@dataclass(frozen=True)
class WebhookConnector:
    """What the verification of a delivery needs, and whether its organization may store it."""

    workspace_id: UUID
    connector_id: UUID
    type: str
    config: dict[str, Any]
    webhook_secrets: bytes | None = field(repr=False)
    is_organization_active: bool = False
    site: str = ""
    source: str | None = None

    @property
    def origin(self) -> Origin:
        """Whose records a delivery holds."""
        return Origin(self.connector_id, self.site, self.source, self.type)


async def find_connector(pool: BoundedPool, connector_id: UUID) -> WebhookConnector | None:
    """The connector of an id, in any workspace, in one round trip."""
    row = await pool.fetchrow(SELECT_CONNECTOR, connector_id)
    if row is None:
        return None
    return WebhookConnector(
        row["workspace_id"],
        connector_id,
        row["type"],
        orjson.loads(row["config"]),
        row["webhook_secrets"],
        row["is_organization_active"],
        row["site"],
        row["source"],
    )
