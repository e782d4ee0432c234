"""Investigations: the list, what was found out, and the patterns that nothing explains."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.http.errors import not_found
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, row_or_404
from api.investigations import queries as investigations
from api.investigations.schemas import (
    Investigation,
    InvestigationDecision,
    InvestigationFilters,
    UnexplainedPatterns,
)
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/investigations", tags=["recommendations"], route_class=Operation)


@router.get("", summary="List investigations", responses=documents(Page[Investigation]))
@requires(Role.VIEWER)
@returns_page_of(investigations.INVESTIGATIONS)
async def list_investigations(
    db: Db, filters: Annotated[InvestigationFilters, build_filter_dependency(InvestigationFilters)]
) -> Response:
    """What to find out, in order; three at most are open at a time."""
    return await read_page(db, investigations.INVESTIGATIONS, filters)


@router.get("/unexplained", summary="Get unexplained patterns", responses=documents(UnexplainedPatterns))
@requires(Role.VIEWER)
async def read_unexplained_patterns(db: Db) -> Response:
    """The patterns that recur and for which it is not known what to do, and what they have in common."""
    return row_or_404(await investigations.read_unexplained(db), "list of unexplained patterns")


@router.patch("/{investigation_id}", summary="Decide an investigation", responses=documents(Investigation))
@requires(Role.ANALYST)
async def decide_investigation(
    db: Db, caller: CurrentCaller, investigation_id: UUID, decision: InvestigationDecision
) -> Response:
    """Records what was found out, which the next run takes as evidence, or that it is not worth it."""
    is_known = await investigations.decide_investigation(
        db, investigation_id, decision.status, decision.result, decision.note, caller.actor
    )
    if not is_known:
        raise not_found("investigation")
    return row_or_404(await investigations.read_investigation(db, investigation_id), "investigation")
