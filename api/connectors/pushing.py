"""Whether a ticket can be opened through a connector, and where."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.connectors import queries as connectors
from api.http.database import WorkspaceDatabase
from api.http.errors import broken_rule, conflict
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.ticket_targets import choose_target, list_targets


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


async def list_trackers(db: WorkspaceDatabase, place: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """The active connectors that open tickets, each with where one about a service would go."""
    trackers = []
    for row in await connectors.read_active(db):
        tool = CONNECTORS.get(row["type"])
        if tool is None or not tool.tickets:
            continue
        chosen = choose_target(tool, row["config"], place["service"], place["repository"])
        trackers.append(
            {
                "connector_id": row["connector_id"],
                "display_name": row["display_name"],
                "targets": list_targets(tool, row["config"]),
                "target": chosen.name,
                "reason": chosen.reason,
            }
        )
    return trackers


def find_target(
    connector: Mapping[str, Any], requested: str | None, place: Mapping[str, str | None]
) -> str | None:
    """Where a ticket about a service is opened; 422 where the connector does not name the requested place."""
    tool = CONNECTORS[connector["type"]]
    if requested is None:
        return choose_target(tool, connector["config"], place["service"], place["repository"]).name
    if requested not in list_targets(tool, connector["config"]):
        raise broken_rule(
            "unknown_target", f"the connector names no {requested}: add it to the connector first", "/target"
        )
    return requested
