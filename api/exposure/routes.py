"""Exposure: attach and list how often what may fail was used, so that proofs compare rates by it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.exposure import queries as exposures
from api.exposure.schemas import AttachedExposure, Exposure, ExposureFilters, NewExposure
from api.http.bounds import RECORD, takes
from api.http.errors import broken_rule, not_found
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation
from api.patterns import queries as patterns
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/exposure", tags=["recommendations"], route_class=Operation)


@router.get("", summary="List exposure", responses=documents(Page[Exposure]))
@requires(Role.VIEWER)
@returns_page_of(exposures.EXPOSURES)
async def list_exposure(
    db: Db, filters: Annotated[ExposureFilters, build_filter_dependency(ExposureFilters)]
) -> Response:
    """The attached counts, newest day first. Runs that connectors store are counted beside them."""
    return await read_page(db, exposures.EXPOSURES, filters)


@router.post("", summary="Attach exposure", responses=documents(AttachedExposure))
@requires(Role.ANALYST)
@takes(RECORD)
async def attach_exposure(db: Db, caller: CurrentCaller, exposure: NewExposure) -> Response:
    """Stores how often a service, or what one pattern is about, was used on each day.

    Fixes are judged by the rate per use from then on. A day without a count is one on which nothing was used.
    """
    today = datetime.now(UTC).date()
    for index, count in enumerate(exposure.counts):
        if count.day > today:
            raise broken_rule("day_in_the_future", "no use can be counted ahead", f"/counts/{index}/day")
    if exposure.pattern_id and not await patterns.has_pattern(db, exposure.pattern_id):
        raise not_found("pattern")
    scope = exposure.unit, exposure.service, exposure.pattern_id
    counts = [(count.day, count.count) for count in exposure.counts]
    return json_response({"days": await exposures.attach_exposure(db, scope, counts, caller.actor)})
