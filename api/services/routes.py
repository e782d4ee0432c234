"""Services, and the teams that own them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.access.permissions import requires
from api.http.responses import documents, json_text_response, row_or_404
from api.operation import Db, Operation
from api.services import queries as services
from api.services.schemas import Summary, SummaryRequest, Teams
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1", tags=["issues"], route_class=Operation)


@router.get("/services/summary", summary="Get a service's summary", responses=documents(Summary))
@requires(Role.VIEWER)
async def read_service_summary(db: Db, request: Annotated[SummaryRequest, Query()]) -> Response:
    """What failed in a service, what it cost, what ended it, and who knows it.

    Its patterns, predictions, recommendations, issues and changes are in the lists of these, by `service`.
    """
    return row_or_404(await services.read_service_summary(db, request.name, request.days), "workspace")


@router.get("/teams", summary="List teams", responses=documents(Teams))
@requires(Role.VIEWER)
async def list_teams(db: Db) -> Response:
    """Everybody who owns something, those with the most open issues first, at most 500."""
    return json_text_response(await services.read_teams(db) or "{}")


@router.get("/teams/summary", summary="Get a team's summary", responses=documents(Summary))
@requires(Role.VIEWER)
async def read_team_summary(db: Db, request: Annotated[SummaryRequest, Query()]) -> Response:
    """The same for all services that a team owns, and for issues without a service that name it.

    Its patterns, predictions, recommendations, issues and changes are in the lists of these, by `owner`.
    """
    return row_or_404(await services.read_team_summary(db, request.name, request.days), "workspace")
