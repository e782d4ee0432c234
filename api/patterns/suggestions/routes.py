"""Suggestions: the product asks whether issues have one cause, and a person answers."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.access.permissions import requires
from api.http.errors import not_found
from api.http.responses import Page, documents
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation
from api.patterns.corrections import queries as pattern_corrections
from api.patterns.corrections.queries import StoredCorrection
from api.patterns.corrections.recording import store_and_recompute
from api.patterns.corrections.schemas import Correction
from api.patterns.suggestions import queries as suggestions
from api.patterns.suggestions.schemas import Suggestion, SuggestionAnswer, SuggestionFilters
from causeloop_pipeline.analysis.detect.correction_plans import plan_separation, plan_union
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/suggestions", tags=["patterns"], route_class=Operation)


@router.get("", summary="List suggestions", responses=documents(Page[Suggestion]))
@requires(Role.VIEWER)
@returns_page_of(suggestions.SUGGESTIONS)
async def list_suggestions(db: Db, filters: Annotated[SuggestionFilters, Query()]) -> Response:
    """Issues that may have one cause, below the confidence at which they are linked, likeliest first."""
    return await read_page(db, suggestions.SUGGESTIONS, filters)


@router.post(
    "/{suggestion_id}/answer",
    summary="Answer a suggestion",
    status_code=202,
    responses=documents(Correction, 202, "Recorded"),
)
@requires(Role.ANALYST)
async def answer_suggestion(
    db: Db, caller: CurrentCaller, suggestion_id: UUID, answer: SuggestionAnswer
) -> Response:
    """Records whether both issues have one cause, as a link or an unlink does, and requests a recompute."""
    await pattern_corrections.lock_corrections(db)
    issues = await suggestions.find_issues(db, suggestion_id)
    if issues is None:
        raise not_found("suggestion")
    patterns = [await pattern_corrections.find_pattern(db, issue) for issue in issues]
    of_issues = [pattern for pattern in patterns if pattern is not None]
    in_force = list(await pattern_corrections.read_in_force(db))
    issue, other = (str(each) for each in issues)
    if answer.same_cause:
        plan = plan_union(
            in_force,
            [(issue, other), *await _pair_with_patterns(db, issues[0], patterns)],
            [await _read_side(db, *side) for side in zip(issues, patterns, strict=True)],
        )
        act = "merge" if len(of_issues) == 2 else "link"
    else:
        plan, act = plan_separation(in_force, [issue], [other]), "unlink"
    correction = StoredCorrection(act, of_issues[-1] if of_issues else None, answer.reason)
    return await store_and_recompute(db, caller.actor, correction, plan, issues)


async def _pair_with_patterns(db: Db, issue: UUID, patterns: Sequence[UUID | None]) -> list[tuple[str, str]]:
    """An issue with the issues that represent the patterns of both."""
    return [
        (str(issue), str(member))
        for pattern in patterns
        if pattern is not None
        for member in await pattern_corrections.read_central_members(db, pattern, [issue])
    ]


async def _read_side(db: Db, issue: UUID, pattern: UUID | None) -> list[str]:
    """The issues of one side: those of the pattern, or the issue alone."""
    return [str(issue)] if pattern is None else await pattern_corrections.read_all_members(db, pattern)
