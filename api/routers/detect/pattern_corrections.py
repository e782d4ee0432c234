"""People's corrections of patterns: link, unlink, merge, split, confirm, close; recomputes keep them."""

from uuid import UUID

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.access.permissions import requires
from api.http.errors import broken_rule, conflict, not_found
from api.http.responses import documents, json_response, json_text_response
from api.operation import CurrentCaller, Db, Operation
from api.queries.detect import issues, pattern_corrections, recomputes, similar_issues
from api.queries.detect.pattern_corrections import Constraints, Pair
from api.resources.similar_issues import measure_similarity
from api.schemas.detect.pattern_corrections import (
    ConfirmRequest,
    Correction,
    Feedback,
    LinkRequest,
    MergeRequest,
    NewClosureNote,
    SplitRequest,
    UnlinkRequest,
)
from api.schemas.detect.patterns import ClosureNote
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1", tags=["corrections"], route_class=Operation)

MAX_CONFIRMED_PAIRS = 5


@router.post(
    "/issues/{issue_id}/link-pattern",
    summary="Link an issue to a pattern",
    status_code=202,
    responses=documents(Correction, 202, "Recorded"),
)
@requires(Role.ANALYST)
async def link_pattern(db: Db, caller: CurrentCaller, issue_id: UUID, link: LinkRequest) -> Response:
    """Records that the issue belongs to the pattern, and requests a recompute."""
    await _check_issue(db, issue_id)
    await pattern_corrections.lock_corrections(db)
    central = await pattern_corrections.read_central_members(db, link.pattern_id, [issue_id], limit=1)
    if not central:
        raise broken_rule(
            "no_such_pattern", "this workspace has no such pattern, or it has no other issue", "/pattern_id"
        )
    pair = (issue_id, central[0])
    constraints = Constraints(link.pattern_id, link.reason, must_link=[pair])
    added = await pattern_corrections.add_constraints(db, caller.actor, constraints)
    if added:
        await _record_feedback(db, caller, link.pattern_id, pair, together=True)
    return await _request_recompute(db, caller, added)


@router.post(
    "/issues/{issue_id}/unlink-pattern",
    summary="Unlink an issue from a pattern",
    status_code=202,
    responses=documents(Correction, 202, "Recorded"),
)
@requires(Role.ANALYST)
async def unlink_pattern(db: Db, caller: CurrentCaller, issue_id: UUID, unlink: UnlinkRequest) -> Response:
    """Records that the issue does not belong to the pattern, and requests a recompute."""
    await _check_issue(db, issue_id)
    await pattern_corrections.lock_corrections(db)
    pattern_id = unlink.pattern_id or await pattern_corrections.find_pattern(db, issue_id)
    if pattern_id is None:
        raise conflict("not_linked", "the issue is not in a pattern")
    central = await pattern_corrections.read_central_members(db, pattern_id, [issue_id])
    if not central:
        raise broken_rule("nothing_to_part", "the pattern has no other issue", "/pattern_id")
    pairs = [(issue_id, other) for other in central]
    constraints = Constraints(pattern_id, unlink.reason, cannot_link=pairs)
    added = await pattern_corrections.add_constraints(db, caller.actor, constraints)
    if added:
        await _record_feedback(db, caller, pattern_id, pairs[0], together=False)
    return await _request_recompute(db, caller, added)


@router.post(
    "/patterns/{pattern_id}/merge",
    summary="Merge patterns",
    status_code=202,
    responses=documents(Correction, 202, "Recorded"),
)
@requires(Role.ANALYST)
async def merge_patterns(db: Db, caller: CurrentCaller, pattern_id: UUID, merge: MergeRequest) -> Response:
    """Records that the patterns share one root cause, and requests a recompute."""
    await pattern_corrections.lock_corrections(db)
    center = await _read_center(db, pattern_id)
    missing = set(merge.pattern_ids) - await pattern_corrections.select_existing(db, merge.pattern_ids)
    if missing:
        raise broken_rule("no_such_pattern", "this workspace has no such pattern", "/pattern_ids")
    if pattern_id in merge.pattern_ids:
        raise broken_rule("no_such_pattern", "a pattern cannot be merged into itself", "/pattern_ids")
    pairs = [
        (center, other)
        for merged_id in merge.pattern_ids
        for other in await pattern_corrections.read_central_members(db, merged_id, [center])
    ]
    constraints = Constraints(pattern_id, merge.reason, must_link=pairs)
    added = await pattern_corrections.add_constraints(db, caller.actor, constraints)
    if added:
        await _record_feedback(db, caller, pattern_id, pairs[0], together=True)
    return await _request_recompute(db, caller, added)


@router.post(
    "/patterns/{pattern_id}/split",
    summary="Split a pattern",
    status_code=202,
    responses=documents(Correction, 202, "Recorded"),
)
@requires(Role.ANALYST)
async def split_pattern(db: Db, caller: CurrentCaller, pattern_id: UUID, split: SplitRequest) -> Response:
    """Records that some issues of the pattern have another root cause, and requests a recompute."""
    await pattern_corrections.lock_corrections(db)
    await _read_center(db, pattern_id)
    leaving = sorted(set(split.issue_ids), key=str)
    if set(leaving) - await pattern_corrections.select_members(db, pattern_id, leaving):
        raise broken_rule("not_members", "only issues of the pattern can be split off", "/issue_ids")
    staying = await pattern_corrections.read_central_members(db, pattern_id, leaving)
    if not staying:
        raise broken_rule("nothing_to_part", "at least one issue must stay in the pattern", "/issue_ids")
    together = [(leaving[0], other) for other in leaving[1:]]
    apart = [(leaving[0], other) for other in staying]
    constraints = Constraints(pattern_id, split.reason, must_link=together, cannot_link=apart)
    added = await pattern_corrections.add_constraints(db, caller.actor, constraints)
    if added:
        await _record_feedback(db, caller, pattern_id, apart[0], together=False)
    return await _request_recompute(db, caller, added)


@router.post(
    "/patterns/{pattern_id}/confirm",
    summary="Confirm or reject a pattern",
    status_code=201,
    responses=documents(Feedback, 201, "Recorded"),
)
@requires(Role.ANALYST)
async def confirm_pattern(
    db: Db, caller: CurrentCaller, pattern_id: UUID, confirm: ConfirmRequest
) -> Response:
    """Records whether a pattern's issues belong together, which calibrates the confidence of patterns."""
    confidence = await pattern_corrections.read_confidence(db, pattern_id)
    if confidence is None:
        raise not_found("pattern")
    pairs = await _choose_pairs(db, pattern_id, confirm)
    feedback_id = await pattern_corrections.record_feedback(
        db, pattern_id, pairs, caller.actor, together=confirm.together, confidence=confidence
    )
    await recomputes.request_recompute(db, "patterns", caller.actor)
    return json_response({"id": feedback_id}, 201)


@router.post(
    "/patterns/{pattern_id}/closure-note",
    summary="Record a closure note",
    status_code=201,
    responses=documents(ClosureNote, 201, "Recorded"),
)
@requires(Role.ANALYST)
async def record_closure_note(
    db: Db, caller: CurrentCaller, pattern_id: UUID, new: NewClosureNote
) -> Response:
    """Records how a pattern was fixed. Without recurrence in the proof window, it becomes resolved."""
    if await pattern_corrections.read_confidence(db, pattern_id) is None:
        raise not_found("pattern")
    note = await pattern_corrections.add_closure_note(db, pattern_id, new.note, caller.actor)
    await recomputes.request_recompute(db, "patterns", caller.actor)
    return json_text_response(note, 201)


async def _check_issue(db: Db, issue_id: UUID) -> None:
    if await issues.read_issue(db, issue_id) is None:
        raise not_found("issue")


async def _read_center(db: Db, pattern_id: UUID) -> UUID:
    central = await pattern_corrections.read_central_members(db, pattern_id, limit=1)
    if not central:
        raise not_found("pattern")
    return central[0]


async def _record_feedback(
    db: Db, caller: CurrentCaller, pattern_id: UUID, pair: Pair, *, together: bool
) -> None:
    """Record a correction as feedback on the confidence that was displayed for the pair."""
    confidence = await _read_displayed_confidence(db, pair)
    await pattern_corrections.record_feedback(
        db, pattern_id, [pair], caller.actor, together=together, confidence=confidence
    )


async def _read_displayed_confidence(db: Db, pair: Pair) -> float | None:
    """The pattern's confidence for two issues of one pattern, otherwise the similarity of the two issues."""
    left, right = [await pattern_corrections.find_pattern(db, issue_id) for issue_id in pair]
    if left is not None and left == right:
        return await pattern_corrections.read_confidence(db, left)
    candidates = await similar_issues.read_candidates(db, pair[0], pair[1:])
    return await run_in_threadpool(measure_similarity, candidates, str(pair[0]), str(pair[1]))


async def _choose_pairs(db: Db, pattern_id: UUID, confirm: ConfirmRequest) -> list[Pair]:
    """The pair of the request, or the pattern's most central issue with each of the next ones."""
    if confirm.left_issue_id is None or confirm.right_issue_id is None:
        central = await pattern_corrections.read_central_members(
            db, pattern_id, limit=MAX_CONFIRMED_PAIRS + 1
        )
        if len(central) < 2:
            raise broken_rule("nothing_to_compare", "the pattern has fewer than two issues")
        return [(central[0], other) for other in central[1:]]
    pair = (confirm.left_issue_id, confirm.right_issue_id)
    if pair[0] == pair[1] or set(pair) - await pattern_corrections.select_members(db, pattern_id, pair):
        raise broken_rule(
            "not_members", "the two issues must be different issues of the pattern", "/left_issue_id"
        )
    return [pair]


async def _request_recompute(db: Db, caller: CurrentCaller, added: int) -> Response:
    job_id = await recomputes.request_recompute(db, "patterns", caller.actor)
    location = {"Location": f"/v1/jobs/{job_id}"}
    return json_response({"constraints": added, "job_id": job_id}, 202, location)
