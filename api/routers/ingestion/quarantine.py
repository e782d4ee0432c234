"""Records of a connector that could not become an issue: why, and reading them again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.access.permissions import requires
from api.http.errors import not_found
from api.http.responses import Page, documents, json_response
from api.operation import CurrentCaller, Db, Operation
from api.queries.ingestion import connectors
from api.queries.ingestion.quarantine import QUARANTINE
from api.queries.tenancy import audit
from api.resources.connector_setup import find_tool
from api.resources.list_page import read_page
from api.resources.quarantine_replay import replay
from api.schemas.ingestion.quarantine import QuarantinedRecord, QuarantineFilters, Replay
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/connectors/{connector_id}", tags=["connectors"], route_class=Operation)


@router.get("/quarantine", summary="List quarantined records", responses=documents(Page[QuarantinedRecord]))
@requires(Role.ANALYST)
async def list_quarantined_records(
    db: Db, connector_id: UUID, filters: Annotated[QuarantineFilters, Query()]
) -> Response:
    """The connector's records that could not become an issue or a change, newest first."""
    await _read_type(db, connector_id)
    return await read_page(db, QUARANTINE, filters, of_connector=str(connector_id))


@router.post(
    "/quarantine/replay",
    summary="Replay quarantined records",
    status_code=202,
    responses=documents(Replay, 202, "Queued for the next run"),
)
@requires(Role.ANALYST)
async def replay_quarantine(db: Db, caller: CurrentCaller, connector_id: UUID) -> Response:
    """Reads the connector's quarantined records again, at most 500 at a time."""
    tool = find_tool(await _read_type(db, connector_id))
    result = await replay(db, tool, connector_id)
    await audit.record(db, caller.actor, "quarantine.replayed", f"connector:{connector_id}", **result)
    return json_response(result, 202)


async def _read_type(db: Db, connector_id: UUID) -> str:
    connector = await connectors.read_connector(db, connector_id)
    if connector is None:
        raise not_found("connector")
    return str(connector["type"])
