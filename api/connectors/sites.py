"""Decides of which site a connector is, with those that the workspace has of its type."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.connectors import queries as connectors
from api.connectors import setup
from api.connectors.schemas import NewConnector
from api.http.database import WorkspaceDatabase
from api.http.errors import broken_rule
from causeloop_pipeline.connectors.sites import choose_site, find_location
from causeloop_pipeline.connectors.spec import Connector as Tool


async def choose_site_of(
    db: WorkspaceDatabase, new: NewConnector, tool: Tool, config: dict[str, Any], connector_id: UUID
) -> str:
    """The site of a new connector: that of the one that its owner names, else what its configuration says."""
    neighbors = await connectors.read_neighbors(db, new.type)
    if new.same_site_as is None:
        return choose_site(tool, config, connector_id, neighbors.values())
    if new.same_site_as not in neighbors:
        raise broken_rule(
            "no_such_connector",
            f"there is no such connector of the type {new.type}: name one that GET /v1/connectors lists",
            "/same_site_as",
        )
    return neighbors[new.same_site_as].site


async def find_changed_site(
    db: WorkspaceDatabase, stored: Mapping[str, Any], config: dict[str, Any]
) -> str | None:
    """The site of another configuration; None where it leads to the same tool, or one of them to none."""
    tool = setup.find_tool(stored["type"])
    before, after = find_location(tool, stored["config"]), find_location(tool, config)
    if before == after or not before or not after:
        return None
    neighbors = await connectors.read_neighbors(db, stored["type"])
    neighbors.pop(stored["connector_id"])
    return choose_site(tool, config, stored["connector_id"], neighbors.values())
