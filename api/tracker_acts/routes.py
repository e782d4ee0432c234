"""Comments and closings in trackers: the list, whether each was right, and the precision of each kind."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.http.errors import not_found
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response, row_or_404
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation
from api.tracker_acts import queries as tracker_acts
from api.tracker_acts.schemas import (
    TrackerAct,
    TrackerActFilters,
    TrackerActJudgement,
    TrackerActPrecisions,
)
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/tracker-acts", tags=["recommendations"], route_class=Operation)


@router.get("", summary="List comments and closings", responses=documents(Page[TrackerAct]))
@requires(Role.VIEWER)
@returns_page_of(tracker_acts.TRACKER_ACTS)
async def list_tracker_acts(
    db: Db, filters: Annotated[TrackerActFilters, build_filter_dependency(TrackerActFilters)]
) -> Response:
    """What was done by itself on issues in their trackers; with status `shadow`: what would have been."""
    return await read_page(db, tracker_acts.TRACKER_ACTS, filters)


@router.get(
    "/precision",
    summary="Get the precision of comments and closings",
    responses=documents(TrackerActPrecisions),
)
@requires(Role.VIEWER)
async def read_tracker_act_precision(db: Db) -> Response:
    """How often each kind was right, as far as it was judged; it may be live from a measured precision on."""
    return json_response({"kinds": await tracker_acts.read_precisions(db)})


@router.patch("/{act_id}", summary="Judge a comment or closing", responses=documents(TrackerAct))
@requires(Role.ANALYST)
async def judge_tracker_act(
    db: Db, caller: CurrentCaller, act_id: UUID, judgement: TrackerActJudgement
) -> Response:
    """Records whether it was right to do it, or would have been; this is how the precision is measured."""
    if not await tracker_acts.judge_act(db, act_id, judgement.is_right, caller.actor):
        raise not_found("comment or closing")
    return row_or_404(await tracker_acts.read_act(db, act_id), "comment or closing")
