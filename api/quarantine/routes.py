"""Records of a connector that could not become an issue: why, and reading them again."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.access.permissions import requires
from api.auth.queries import audit
from api.connectors import queries as connectors
from api.http.errors import not_found
from api.http.responses import Page, Rows, documents, json_response
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation, calls_outside
from api.quarantine.queries import QUARANTINE, read_drift, read_payload
from api.quarantine.replay import replay
from api.quarantine.schemas import Drift, QuarantinedRecord, QuarantineFilters, Replay
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/connectors/{connector_id}", tags=["connectors"], route_class=Operation)


@router.get("/quarantine", summary="List quarantined records", responses=documents(Page[QuarantinedRecord]))
@requires(Role.ANALYST)
@returns_page_of(QUARANTINE)
async def list_quarantined_records(
    db: Db, connector_id: UUID, filters: Annotated[QuarantineFilters, Query()]
) -> Response:
    """The connector's records that could not become an issue or a change, newest first."""
    await _read_connector(db, connector_id)
    connector = str(connector_id)
    return await read_page(db, QUARANTINE, filters, complete_row=read_payload, of_connector=connector)


@router.get("/drift", summary="List drift", responses=documents(Rows[Drift]))
@requires(Role.ANALYST)
async def list_drift(db: Db, connector_id: UUID) -> Response:
    """How the tool's records differ from what is understood: each reason, since when, and a sample."""
    await _read_connector(db, connector_id)
    return json_response({"data": await read_drift(db, connector_id)})


@router.post(
    "/quarantine/replay",
    summary="Replay quarantined records",
    status_code=202,
    responses=documents(Replay, 202, "Queued for the next run"),
)
@requires(Role.ANALYST)
@calls_outside
async def replay_quarantine(request: Request, db: Db, caller: CurrentCaller, connector_id: UUID) -> Response:
    """Reads the connector's quarantined records again, at most 500 at a time."""
    connector = await _read_connector(db, connector_id)
    result = await replay(db, request.app.state.computing, {**connector, "id": connector_id})
    async with db.writing():
        await audit.record(db, caller.actor, "quarantine.replayed", f"connector:{connector_id}", **result)
    return json_response(result, 202)


async def _read_connector(db: Db, connector_id: UUID) -> dict[str, Any]:
    connector = await connectors.read_connector(db, connector_id)
    if connector is None:
        raise not_found("connector")
    return connector
