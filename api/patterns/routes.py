"""Patterns, their members, occurrences, frequency and lineage."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response

from api.access.permissions import requires
from api.assignments.assigning import AssignedItem, assign
from api.assignments.schemas import Assignment
from api.auth.queries import audit
from api.http.errors import not_found
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, Rows, documents, json_response, json_text_response, row_or_404
from api.issues.occurrences import queries as occurrences
from api.issues.occurrences.schemas import Occurrence, OccurrenceFilters
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation
from api.patterns import queries as patterns
from api.patterns.endings import queries as endings
from api.patterns.endings.schemas import PatternEndings
from api.patterns.handling import queries as pattern_handling
from api.patterns.schemas import (
    Frequency,
    FrequencyRequest,
    Lineage,
    MemberGroup,
    Pattern,
    PatternChange,
    PatternDetail,
    PatternFilters,
    PatternMember,
    PatternMemberFilters,
)
from api.recomputes import queries as recomputes
from causeloop_pipeline.model.recommendation import AssignableKind
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/patterns", tags=["patterns"], route_class=Operation)

MOVED = {
    "model": Lineage,
    "description": "The issues of this id are in other patterns now; `Location` names the first of them",
}


@router.get("", summary="List patterns", responses=documents(Page[Pattern]))
@requires(Role.VIEWER)
@returns_page_of(patterns.PATTERNS)
async def list_patterns(
    db: Db, filters: Annotated[PatternFilters, build_filter_dependency(PatternFilters)]
) -> Response:
    """The patterns of the workspace, highest risk first unless sorted otherwise."""
    return await read_page(db, patterns.PATTERNS, filters)


@router.get("/{pattern_id}", summary="Get a pattern", responses={**documents(PatternDetail), 308: MOVED})
@requires(Role.VIEWER)
async def read_pattern(db: Db, pattern_id: UUID) -> Response:
    """A pattern with its closure notes. The id of a merged pattern redirects to where its issues are now."""
    text = await patterns.read_pattern(db, pattern_id)
    return json_text_response(text) if text is not None else await _lead_to_survivor(db, pattern_id)


@router.patch("/{pattern_id}", summary="Rename or snooze a pattern", responses=documents(PatternDetail))
@requires(Role.ANALYST)
async def update_pattern(db: Db, caller: CurrentCaller, pattern_id: UUID, change: PatternChange) -> Response:
    """Gives a pattern a name of your own, or snoozes its alerts. Recomputes keep both."""
    changes = change.model_dump(mode="json", include=change.model_fields_set)
    if not await pattern_handling.change_handling(db, pattern_id, changes, caller.actor):
        raise not_found("pattern")
    await audit.record(db, caller.actor, "pattern.updated", f"pattern:{pattern_id}", fields=sorted(changes))
    return row_or_404(await patterns.read_pattern(db, pattern_id), "pattern")


@router.post("/{pattern_id}/reopen", summary="Reopen a pattern", responses=documents(PatternDetail))
@requires(Role.ANALYST)
async def reopen_pattern(db: Db, caller: CurrentCaller, pattern_id: UUID) -> Response:
    """Withdraws the closure notes, so that the pattern is open again. The notes stay on record."""
    if await patterns.read_pattern(db, pattern_id) is None:
        raise not_found("pattern")
    if await pattern_handling.reopen_pattern(db, pattern_id, caller.actor):
        await audit.record(db, caller.actor, "pattern.reopened", f"pattern:{pattern_id}")
        await recomputes.request_recompute(db, "patterns", caller.actor)
    return row_or_404(await patterns.read_pattern(db, pattern_id), "pattern")


@router.put("/{pattern_id}/assignee", summary="Assign a pattern", responses=documents(PatternDetail))
@requires(Role.ANALYST)
async def assign_pattern(db: Db, caller: CurrentCaller, pattern_id: UUID, assignment: Assignment) -> Response:
    """Sets who takes care of the pattern."""
    if await patterns.read_pattern(db, pattern_id) is None:
        raise not_found("pattern")
    await assign(db, caller, AssignedItem(AssignableKind.PATTERN, pattern_id), assignment.user_id)
    return row_or_404(await patterns.read_pattern(db, pattern_id), "pattern")


@router.get(
    "/{pattern_id}/members",
    summary="List a pattern's issues",
    responses={**documents(Page[PatternMember]), 308: MOVED},
)
@requires(Role.VIEWER)
@returns_page_of(patterns.PATTERN_MEMBERS)
async def list_pattern_members(
    request: Request, db: Db, pattern_id: UUID, filters: Annotated[PatternMemberFilters, Query()]
) -> Response:
    """The issues of a pattern with the reasons for their membership, newest first unless sorted otherwise."""
    if not await patterns.has_pattern(db, pattern_id):
        return await _lead_to_survivor(db, pattern_id, f"/members{_query_of(request)}")
    return await read_page(db, patterns.PATTERN_MEMBERS, filters, of_pattern=str(pattern_id))


@router.get(
    "/{pattern_id}/occurrences",
    summary="List a pattern's occurrences",
    responses={**documents(Page[Occurrence]), 308: MOVED},
)
@requires(Role.VIEWER)
@returns_page_of(occurrences.OCCURRENCES_OF_PATTERN)
async def list_pattern_occurrences(
    request: Request, db: Db, pattern_id: UUID, filters: Annotated[OccurrenceFilters, Query()]
) -> Response:
    """Each time that an issue of a pattern occurred, the latest first: what its predictions count."""
    if not await patterns.has_pattern(db, pattern_id):
        return await _lead_to_survivor(db, pattern_id, f"/occurrences{_query_of(request)}")
    return await read_page(db, occurrences.OCCURRENCES_OF_PATTERN, filters, of_pattern=str(pattern_id))


@router.get(
    "/{pattern_id}/member-groups",
    summary="List the groups of a pattern's issues",
    responses={**documents(Rows[MemberGroup]), 308: MOVED},
)
@requires(Role.VIEWER)
async def list_member_groups(db: Db, pattern_id: UUID) -> Response:
    """The issues of a pattern by their text without its variable parts, at most 50 groups."""
    if not await patterns.has_pattern(db, pattern_id):
        return await _lead_to_survivor(db, pattern_id, "/member-groups")
    return row_or_404(await patterns.read_member_groups(db, pattern_id), "pattern")


@router.get(
    "/{pattern_id}/frequency",
    summary="Get a pattern's frequency",
    responses={**documents(Frequency), 308: MOVED},
)
@requires(Role.VIEWER)
async def read_pattern_frequency(
    request: Request, db: Db, pattern_id: UUID, period: Annotated[FrequencyRequest, Query()]
) -> Response:
    """The number of occurrences per day or week, in the workspace's time zone."""
    frequency = await patterns.read_frequency(db, pattern_id, period.bucket, period.days)
    if frequency is None:
        return await _lead_to_survivor(db, pattern_id, f"/frequency{_query_of(request)}")
    return json_text_response(frequency)


@router.get(
    "/{pattern_id}/endings",
    summary="Get how a pattern's issues ended",
    responses={**documents(PatternEndings), 308: MOVED},
)
@requires(Role.VIEWER)
async def read_pattern_endings(db: Db, pattern_id: UUID) -> Response:
    """Its last three endings: who, when, how long, what was done; and what ended it how often before."""
    read = await endings.read_pattern_endings(db, pattern_id, datetime.now(UTC))
    return json_response(read) if read is not None else await _lead_to_survivor(db, pattern_id, "/endings")


@router.get("/{pattern_id}/lineage", summary="Get a pattern's lineage", responses=documents(Lineage))
@requires(Role.VIEWER)
async def read_pattern_lineage(db: Db, pattern_id: UUID) -> Response:
    """The patterns that hold the issues of this id today, and how the issues moved there."""
    return row_or_404(await patterns.read_lineage(db, pattern_id), "pattern")


async def _lead_to_survivor(db: Db, pattern_id: UUID, part: str = "") -> Response:
    """A redirect to the pattern that has most issues of a merged one, or to a part of it; 404 without one."""
    lineage = await patterns.read_lineage(db, pattern_id)
    moved = orjson.loads(lineage) if lineage is not None else None
    if not moved or not moved["current_ids"]:
        raise not_found("pattern")
    return json_response(moved, 308, {"Location": f"/v1/patterns/{moved['current_ids'][0]}{part}"})


def _query_of(request: Request) -> str:
    """The query with its question mark; empty without one."""
    return f"?{request.url.query}" if request.url.query else ""
