"""Patterns: list, read, why an issue belongs, how often they strike, where old ids went."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response

from api.http.errors import not_found
from api.http.pagination import read_page
from api.http.responses import Page, found, gives, json_answer
from api.operation import Db, Operation
from api.queries.detect import patterns
from api.schemas.detect.patterns import (
    Frequency,
    FrequencyRequest,
    Lineage,
    Member,
    MemberFilters,
    Pattern,
    PatternDetail,
    PatternFilters,
)

router = APIRouter(prefix="/v1/patterns", tags=["patterns"], route_class=Operation)


@router.get("", responses=gives(Page[Pattern]))
async def list_patterns(db: Db, filters: Annotated[PatternFilters, Query()]) -> Response:
    """The workspace's patterns, riskiest first."""
    return await read_page(db, patterns.PATTERNS, filters)


MOVED = {
    "model": Lineage,
    "description": "The id's issues are in another pattern now, which `Location` names",
}


@router.get("/{pattern_id}", responses={**gives(PatternDetail), 308: MOVED})
async def read_pattern(db: Db, pattern_id: UUID) -> Response:
    """One pattern; an id that was merged away leads to where its issues went."""
    text = await patterns.read_pattern(db, pattern_id)
    if text is not None:
        return found(text, "pattern")
    lineage = await patterns.read_lineage(db, pattern_id)
    if lineage is None:
        raise not_found("pattern")
    moved = orjson.loads(lineage)
    if not moved["current_ids"]:
        raise not_found("pattern")
    return json_answer(moved, 308, {"Location": f"/v1/patterns/{moved['current_ids'][0]}"})


@router.get("/{pattern_id}/members", responses=gives(Page[Member]))
async def list_pattern_members(
    db: Db, pattern_id: UUID, filters: Annotated[MemberFilters, Query()]
) -> Response:
    """A pattern's issues, each with its similarity and the reason why it is here."""
    if not await patterns.pattern_exists(db, pattern_id):
        raise not_found("pattern")
    return await read_page(db, patterns.MEMBERS, filters, of_pattern=str(pattern_id))


@router.get("/{pattern_id}/frequency", responses=gives(Frequency))
async def read_pattern_frequency(
    db: Db, pattern_id: UUID, asked: Annotated[FrequencyRequest, Query()]
) -> Response:
    """How often a pattern struck, in days or weeks of the workspace's time zone."""
    return found(await patterns.read_frequency(db, pattern_id, asked.bucket, asked.days), "pattern")


@router.get("/{pattern_id}/lineage", responses=gives(Lineage))
async def read_pattern_lineage(db: Db, pattern_id: UUID) -> Response:
    """Where an id's issues are today, and how they came there."""
    return found(await patterns.read_lineage(db, pattern_id), "pattern")
