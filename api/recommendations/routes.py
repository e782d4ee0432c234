"""Recommendations: the ranked list, their progress, their tickets and the proofs of their fixes."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.assignments.assigning import AssignedItem, assign
from api.assignments.schemas import Assignment
from api.auth.authorize import check_feature
from api.connectors.pushing import check_takes_tickets, find_target, list_trackers
from api.http.errors import broken_rule, conflict, not_found
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response, json_text_response, row_or_404
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation
from api.recommendations import queries as recommendations
from api.recommendations.queries import ProgressEntry
from api.recommendations.schemas import (
    FixRecord,
    Progress,
    PushRequest,
    Recommendation,
    RecommendationDetail,
    RecommendationFilters,
    Ticket,
    TicketTargets,
)
from causeloop_pipeline.model.recommendation import AssignableKind, RecommendationStatus
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"], route_class=Operation)


@router.get("", summary="List recommendations", responses=documents(Page[Recommendation]))
@requires(Role.VIEWER)
@returns_page_of(recommendations.RECOMMENDATIONS)
async def list_recommendations(
    db: Db,
    filters: Annotated[RecommendationFilters, build_filter_dependency(RecommendationFilters)],
) -> Response:
    """The recommendations of the workspace, by rank unless sorted otherwise."""
    return await read_page(db, recommendations.RECOMMENDATIONS, filters)


@router.get("/fixes", summary="Get the record of fixes", responses=documents(FixRecord))
@requires(Role.VIEWER)
async def read_fix_record(db: Db) -> Response:
    """How many claimed fixes held, and the share of these that came back within 90 days all the same."""
    return row_or_404(await recommendations.read_fix_record(db), "record")


@router.get("/{recommendation_id}", summary="Get a recommendation", responses=documents(RecommendationDetail))
@requires(Role.VIEWER)
async def read_recommendation(db: Db, recommendation_id: UUID) -> Response:
    """A recommendation with its steps, notes and ticket, and whether its fix held."""
    return row_or_404(await recommendations.read_recommendation(db, recommendation_id), "recommendation")


@router.patch(
    "/{recommendation_id}", summary="Update a recommendation", responses=documents(RecommendationDetail)
)
@requires(Role.ANALYST)
async def update_recommendation(
    db: Db, caller: CurrentCaller, recommendation_id: UUID, progress: Progress
) -> Response:
    """Ticks a step, sets the status or adds a note. The status `implemented` starts the proof of the fix."""
    recommendation = await recommendations.lock_recommendation(db, recommendation_id)
    if recommendation is None:
        raise not_found("recommendation")
    if progress.step is not None and progress.step >= recommendation["steps"]:
        raise broken_rule(
            "no_such_step",
            f"the plan has {recommendation['steps']} steps, and `step` counts from 0",
            "/step",
        )
    entry = ProgressEntry(progress.status, progress.step, progress.step_done, progress.note)
    await recommendations.record_progress(db, recommendation_id, caller.actor, entry)
    await _update_fix_claim(db, caller, recommendation_id, recommendation["status"], progress)
    return row_or_404(await recommendations.read_recommendation(db, recommendation_id), "recommendation")


@router.post(
    "/{recommendation_id}/push",
    summary="Open a ticket",
    status_code=202,
    responses=documents(Ticket, 202, "Queued, or open already"),
)
@requires(Role.ANALYST)
async def push_recommendation(
    db: Db, caller: CurrentCaller, recommendation_id: UUID, push: PushRequest
) -> Response:
    """Opens a ticket in the team's tracker. There is one ticket, however often this is called."""
    check_feature(caller, "tickets")
    if await recommendations.lock_recommendation(db, recommendation_id) is None:
        raise not_found("recommendation")
    connector = await check_takes_tickets(db, push.connector_id)
    place = await recommendations.read_service(db, recommendation_id)
    target = find_target(connector, push.target, place)
    ticket = await recommendations.queue_ticket(
        db, recommendation_id, push.connector_id, caller.actor, target
    )
    return json_text_response(ticket, 202)


@router.get(
    "/{recommendation_id}/ticket-targets",
    summary="Get where a ticket can be opened",
    responses=documents(TicketTargets),
)
@requires(Role.ANALYST)
async def read_ticket_targets(db: Db, recommendation_id: UUID) -> Response:
    """The trackers of the workspace, each with the repository that a ticket would be opened in, and why."""
    if await recommendations.read_recommendation(db, recommendation_id) is None:
        raise not_found("recommendation")
    place = await recommendations.read_service(db, recommendation_id)
    return json_response({**place, "data": await list_trackers(db, place)})


@router.delete("/{recommendation_id}/ticket", summary="Cancel a push", responses=documents(Ticket))
@requires(Role.ANALYST)
async def cancel_push(db: Db, caller: CurrentCaller, recommendation_id: UUID) -> Response:
    """Cancels a push that has opened no ticket yet. It can be pushed again, to any tracker."""
    check_feature(caller, "tickets")
    if await recommendations.lock_recommendation(db, recommendation_id) is None:
        raise not_found("recommendation")
    if not await recommendations.cancel_ticket(db, recommendation_id):
        raise conflict(
            "nothing_to_cancel", "the ticket is open, or is being opened right now: try again in two minutes"
        )
    return json_text_response(await recommendations.read_ticket(db, recommendation_id))


@router.put(
    "/{recommendation_id}/assignee",
    summary="Assign a recommendation",
    responses=documents(RecommendationDetail),
)
@requires(Role.ANALYST)
async def assign_recommendation(
    db: Db, caller: CurrentCaller, recommendation_id: UUID, assignment: Assignment
) -> Response:
    """Sets who takes care of the recommendation."""
    if await recommendations.lock_recommendation(db, recommendation_id) is None:
        raise not_found("recommendation")
    await assign(
        db, caller, AssignedItem(AssignableKind.RECOMMENDATION, recommendation_id), assignment.user_id
    )
    return row_or_404(await recommendations.read_recommendation(db, recommendation_id), "recommendation")


async def _update_fix_claim(
    db: Db, caller: CurrentCaller, recommendation_id: UUID, status_before: str, progress: Progress
) -> None:
    """Claim a fix when the status becomes `implemented`, and withdraw it when it no longer is."""
    if progress.status is None:
        return
    implemented = RecommendationStatus.IMPLEMENTED
    if progress.status == implemented and status_before != implemented:
        fixed_at = progress.fixed_at or datetime.now(UTC)
        if progress.fixed_on:
            fixed_at = await recommendations.read_start_of_day(db, progress.fixed_on)
        if fixed_at > datetime.now(UTC):
            pointer = "/fixed_on" if progress.fixed_on else "/fixed_at"
            raise broken_rule("fixed_in_the_future", "a fix cannot take effect in the future", pointer)
        await recommendations.claim_fix(db, recommendation_id, fixed_at, caller.actor, progress.fixed_in)
    elif progress.status != implemented and status_before == implemented:
        await recommendations.withdraw_fix(db, recommendation_id)
