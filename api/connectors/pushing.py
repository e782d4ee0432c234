"""Whether a ticket can be opened through a connector."""

from typing import Any
from uuid import UUID

from api.connectors import queries as connectors
from api.http.database import WorkspaceDatabase
from api.http.errors import broken_rule, conflict
from causeloop_pipeline.connectors.registry import CONNECTORS


async def check_takes_tickets(db: WorkspaceDatabase, connector_id: UUID) -> Any:
    """The connector; 422 or 409 where it opens no tickets."""
    connector = await connectors.read_connector(db, connector_id)
    if connector is None:
        raise broken_rule("no_such_connector", "this workspace has no such connector", "/connector_id")
    if not CONNECTORS[connector["type"]].tickets:
        raise broken_rule(
            "takes_no_tickets", f"{connector['type']} connectors cannot open tickets", "/connector_id"
        )
    if connector["status"] != "active":
        raise conflict("connector_inactive", f"the connector is {connector['status']}: resume it first")
    return connector
