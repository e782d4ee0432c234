"""Attach what must stay true to a fix, and withdraw it."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.http.errors import broken_rule, conflict, not_found
from api.http.responses import documents, row_or_404
from api.operation import CurrentCaller, Db, Operation
from api.patterns import queries as patterns
from api.recommendations import queries as recommendations
from api.recommendations.expectations import queries as expectations
from api.recommendations.expectations.schemas import NewExpectation
from api.recommendations.schemas import RecommendationDetail
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(
    prefix="/v1/recommendations/{recommendation_id}/expectations",
    tags=["recommendations"],
    route_class=Operation,
)


@router.post(
    "",
    summary="Attach an expectation",
    status_code=201,
    responses=documents(RecommendationDetail, 201, "Attached"),
)
@requires(Role.ANALYST)
async def attach_expectation(
    db: Db, caller: CurrentCaller, recommendation_id: UUID, new: NewExpectation
) -> Response:
    """Attaches what must stay true after the fix. It is evaluated with the proofs, from the fix on.

    Without data it is inconclusive, never met.
    """
    if await recommendations.lock_recommendation(db, recommendation_id) is None:
        raise not_found("recommendation")
    if new.pattern_id and not await patterns.has_pattern(db, new.pattern_id):
        raise broken_rule("no_such_pattern", "the workspace has no such pattern", "/pattern_id")
    if await expectations.count_expectations(db, recommendation_id) >= expectations.MAX_EXPECTATIONS:
        raise conflict("too_many_expectations", "withdraw some first: a fix has 50 expectations at most")
    await expectations.add_expectation(db, recommendation_id, new.model_dump(), caller.actor)
    return row_or_404(await recommendations.read_recommendation(db, recommendation_id), "recommendation", 201)


@router.delete(
    "/{expectation_id}", summary="Withdraw an expectation", responses=documents(RecommendationDetail)
)
@requires(Role.ANALYST)
async def withdraw_expectation(db: Db, recommendation_id: UUID, expectation_id: UUID) -> Response:
    """Withdraws an expectation, whatever became of it."""
    if not await expectations.withdraw_expectation(db, recommendation_id, expectation_id):
        raise not_found("expectation")
    return row_or_404(await recommendations.read_recommendation(db, recommendation_id), "recommendation")
