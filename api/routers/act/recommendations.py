"""Recommendations: the ranked list, one with its plan and proof, its progress, its one ticket."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.http.errors import broken_rule, conflict, not_found
from api.http.pagination import read_page
from api.http.responses import Page, found, gives, json_text
from api.operation import CurrentCaller, Db, Operation, require_feature
from api.queries.act import recommendations
from api.queries.ingestion import connectors
from api.schemas.act.recommendations import (
    Progress,
    PushRequest,
    Recommendation,
    RecommendationDetail,
    RecommendationFilters,
    Ticket,
)
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.model.recommendation import RecommendationStatus

router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"], route_class=Operation)


@router.get("", responses=gives(Page[Recommendation]))
async def list_recommendations(db: Db, filters: Annotated[RecommendationFilters, Query()]) -> Response:
    """What to do, most worthwhile first."""
    return await read_page(db, recommendations.RECOMMENDATIONS, filters)


@router.get("/{recommendation_id}", responses=gives(RecommendationDetail))
async def read_recommendation(db: Db, recommendation_id: UUID) -> Response:
    """One recommendation: its steps and ticks, its ticket, and whether the fix held."""
    return found(await recommendations.read_recommendation(db, recommendation_id), "recommendation")


@router.patch("/{recommendation_id}", responses=gives(RecommendationDetail))
async def update_recommendation(
    db: Db, caller: CurrentCaller, recommendation_id: UUID, progress: Progress
) -> Response:
    """Tick a step, set the status, leave a note; `implemented` starts the proof."""
    known = await recommendations.lock(db, recommendation_id)
    if known is None:
        raise not_found("recommendation")
    if progress.step is not None and progress.step >= known["steps"]:
        raise broken_rule("no_such_step", f"the plan has {known['steps']} steps, counted from 0", "/step")
    await recommendations.record_progress(
        db, recommendation_id, caller.actor, progress.status, progress.step, progress.step_done, progress.note
    )
    await _claim(db, caller, recommendation_id, known["status"], progress)
    return found(await recommendations.read_recommendation(db, recommendation_id), "recommendation")


@router.post("/{recommendation_id}/push", status_code=202, responses=gives(Ticket, 202, "Queued, or there"))
async def push_recommendation(
    db: Db, caller: CurrentCaller, recommendation_id: UUID, push: PushRequest
) -> Response:
    """Open the recommendation's ticket in the team's tracker: one, however often this is called."""
    require_feature(caller, "tickets")
    if await recommendations.lock(db, recommendation_id) is None:
        raise not_found("recommendation")
    connector = await connectors.read_connector(db, push.connector_id)
    if connector is None:
        raise broken_rule("no_such_connector", "the workspace has no such connector", "/connector_id")
    if not CONNECTORS[connector["type"]].tickets:
        raise broken_rule("takes_no_tickets", f"{connector['type']} takes no tickets", "/connector_id")
    if connector["status"] != "active":
        raise conflict("connector_inactive", f"the connector is {connector['status']}: resume it first")
    text = await recommendations.queue_ticket(db, recommendation_id, push.connector_id, caller.actor)
    return json_text(text, 202)


async def _claim(
    db: Db, caller: CurrentCaller, recommendation_id: UUID, before: str, progress: Progress
) -> None:
    """A status that begins or ends `implemented` begins or ends the claim of a fix."""
    if progress.status is None:
        return
    implemented = RecommendationStatus.IMPLEMENTED
    if progress.status == implemented and before != implemented:
        fixed_at = progress.fixed_at or datetime.now(UTC)
        if fixed_at > datetime.now(UTC):
            raise broken_rule("fixed_in_the_future", "fixed_at lies in the future", "/fixed_at")
        await recommendations.claim_fix(db, recommendation_id, fixed_at, caller.actor)
    elif progress.status != implemented and before == implemented:
        await recommendations.withdraw_fix(db, recommendation_id)
