"""People's corrections of patterns: link, unlink, merge, split, confirm, close; recomputes keep them."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.http.errors import broken_rule, conflict, not_found
from api.http.responses import Rows, documents, json_response, json_text_response, row_or_404
from api.issues import queries as issues
from api.operation import CurrentCaller, Db, Operation
from api.patterns.corrections import queries as pattern_corrections
from api.patterns.corrections.queries import Pair, StoredCorrection
from api.patterns.corrections.recording import recompute_after, store, store_and_recompute
from api.patterns.corrections.schemas import (
    ConfirmRequest,
    Correction,
    CorrectionInForce,
    Feedback,
    LinkRequest,
    MergeRequest,
    NewClosureNote,
    SplitRequest,
    UnlinkRequest,
)
from api.patterns.handling import queries as pattern_handling
from api.patterns.schemas import ClosureNote
from api.recomputes import queries as recomputes
from causeloop_pipeline.analysis.detect.correction_plans import plan_link, plan_separation, plan_union
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
    members = [
        m for m in await pattern_corrections.read_all_members(db, link.pattern_id) if m != str(issue_id)
    ]
    if not members:
        raise broken_rule(
            "no_such_pattern", "this workspace has no such pattern, or it has no other issue", "/pattern_id"
        )
    own_pattern = await pattern_corrections.find_pattern(db, issue_id)
    own: list[UUID] = []
    if own_pattern is not None and own_pattern != link.pattern_id:
        own = await pattern_corrections.read_central_members(db, own_pattern, [issue_id])
    in_force = list(await pattern_corrections.read_in_force(db))
    plan = plan_link(in_force, str(issue_id), [str(other) for other in own], members)
    correction = StoredCorrection("link", link.pattern_id, link.reason)
    pair = (issue_id, UUID(members[0]))
    return await store_and_recompute(db, caller.actor, correction, plan, pair)


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
    in_force = list(await pattern_corrections.read_in_force(db))
    plan = plan_separation(in_force, [str(issue_id)], [str(other) for other in central])
    correction = StoredCorrection("unlink", pattern_id, unlink.reason)
    return await store_and_recompute(db, caller.actor, correction, plan, (issue_id, central[0]))


@router.post(
    "/patterns/{pattern_id}/merge",
    summary="Merge patterns",
    status_code=202,
    responses=documents(Correction, 202, "Recorded"),
)
@requires(Role.ANALYST)
async def merge_patterns(db: Db, caller: CurrentCaller, pattern_id: UUID, merge: MergeRequest) -> Response:
    """Records that the patterns share one root cause, and requests a recompute. The path's pattern stays."""
    await pattern_corrections.lock_corrections(db)
    center = await _read_center(db, pattern_id)
    missing = set(merge.pattern_ids) - await pattern_corrections.select_existing(db, merge.pattern_ids)
    if missing:
        raise broken_rule("no_such_pattern", "this workspace has no such pattern", "/pattern_ids")
    if pattern_id in merge.pattern_ids:
        raise broken_rule("no_such_pattern", "a pattern cannot be merged into itself", "/pattern_ids")
    pairs = [
        (center, other)
        for merged_id in (*merge.pattern_ids, pattern_id)
        for other in await pattern_corrections.read_central_members(db, merged_id, [center])
    ]
    groups = [
        await pattern_corrections.read_all_members(db, each) for each in (pattern_id, *merge.pattern_ids)
    ]
    in_force = list(await pattern_corrections.read_in_force(db))
    plan = plan_union(in_force, [(str(left), str(right)) for left, right in pairs], groups)
    correction = StoredCorrection("merge", pattern_id, merge.reason)
    correction_id = await store(db, caller.actor, correction, plan, pairs[0])
    if correction_id:
        by = (correction_id, caller.actor)
        await pattern_handling.name_merged_pattern(db, pattern_id, merge.name, by)
    return await recompute_after(db, caller.actor, len(plan.added), correction_id)


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
    in_force = list(await pattern_corrections.read_in_force(db))
    plan = plan_separation(in_force, [str(each) for each in leaving], [str(each) for each in staying])
    correction = StoredCorrection("split", pattern_id, split.reason)
    return await store_and_recompute(db, caller.actor, correction, plan, (leaving[0], staying[0]))


@router.get(
    "/patterns/{pattern_id}/corrections",
    summary="List a pattern's corrections",
    responses=documents(Rows[CorrectionInForce]),
)
@requires(Role.VIEWER)
async def list_pattern_corrections(db: Db, pattern_id: UUID) -> Response:
    """What people linked, merged or separated in this pattern and have not withdrawn, the newest 50."""
    return row_or_404(await pattern_corrections.read_corrections(db, pattern_id), "pattern")


@router.post(
    "/corrections/{correction_id}/withdraw",
    summary="Withdraw a correction",
    status_code=202,
    responses=documents(Correction, 202, "Recorded"),
)
@requires(Role.ANALYST)
async def withdraw_correction(db: Db, caller: CurrentCaller, correction_id: UUID) -> Response:
    """Takes back a link, unlink, merge or split; what it had replaced counts again. Requests a recompute."""
    await pattern_corrections.lock_corrections(db)
    withdrawn = await pattern_corrections.withdraw_correction(db, caller.actor, correction_id)
    if not withdrawn:
        raise not_found("correction in force")
    await pattern_handling.restore_name(db, correction_id, caller.actor)
    return await recompute_after(db, caller.actor, withdrawn, correction_id)


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
    "/feedback/{feedback_id}/withdraw", summary="Withdraw an answer about a pattern", status_code=204
)
@requires(Role.ANALYST)
async def withdraw_feedback(db: Db, caller: CurrentCaller, feedback_id: UUID) -> Response:
    """Takes back what was answered by `confirm`: the confidence is calibrated without it."""
    if not await pattern_corrections.withdraw_feedback(db, caller.actor, feedback_id):
        raise not_found("answer that counts")
    await recomputes.request_recompute(db, "patterns", caller.actor)
    return Response(status_code=204)


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
