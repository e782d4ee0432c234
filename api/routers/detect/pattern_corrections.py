"""What people say of patterns: link, unlink, merge, split, confirm, close. It is obeyed for ever."""

from uuid import UUID

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.http.errors import broken_rule, conflict, not_found
from api.http.responses import gives, json_answer, json_text
from api.operation import CurrentCaller, Db, Operation
from api.queries.detect import issues, pattern_corrections, recomputes, similar
from api.resources.similar_issues import likeness
from api.schemas.detect.patterns import (
    ClosureNote,
    ConfirmRequest,
    Correction,
    LinkRequest,
    MergeRequest,
    NewClosureNote,
    SplitRequest,
    UnlinkRequest,
    Verdict,
)

router = APIRouter(prefix="/v1", tags=["corrections"], route_class=Operation)

JUDGED_PAIRS = 5


@router.post("/issues/{issue_id}/link-pattern", status_code=202, responses=gives(Correction, 202, "Recorded"))
async def link_pattern(db: Db, caller: CurrentCaller, issue_id: UUID, link: LinkRequest) -> Response:
    """This issue belongs to that pattern."""
    await _existing_issue(db, issue_id)
    await pattern_corrections.hold(db)
    central = await pattern_corrections.central_members(db, link.pattern_id, [issue_id], limit=1)
    if not central:
        raise broken_rule("no_such_pattern", "the workspace has no such pattern with members", "/pattern_id")
    pair = (issue_id, central[0])
    made = await pattern_corrections.constrain(db, [pair], [], link.pattern_id, caller.actor, link.reason)
    if made:
        await _judge(db, caller, link.pattern_id, pair, together=True)
    return await _recorded(db, caller, made)


@router.post(
    "/issues/{issue_id}/unlink-pattern", status_code=202, responses=gives(Correction, 202, "Recorded")
)
async def unlink_pattern(db: Db, caller: CurrentCaller, issue_id: UUID, unlink: UnlinkRequest) -> Response:
    """This issue does not belong to its pattern."""
    await _existing_issue(db, issue_id)
    await pattern_corrections.hold(db)
    pattern_id = unlink.pattern_id or await pattern_corrections.pattern_of(db, issue_id)
    if pattern_id is None:
        raise conflict("not_linked", "the issue is in no pattern")
    central = await pattern_corrections.central_members(db, pattern_id, [issue_id])
    if not central:
        raise broken_rule("nothing_to_part", "the pattern has no other issue", "/pattern_id")
    apart = [(issue_id, other) for other in central]
    made = await pattern_corrections.constrain(db, [], apart, pattern_id, caller.actor, unlink.reason)
    if made:
        await _judge(db, caller, pattern_id, apart[0], together=False)
    return await _recorded(db, caller, made)


@router.post("/patterns/{pattern_id}/merge", status_code=202, responses=gives(Correction, 202, "Recorded"))
async def merge_patterns(db: Db, caller: CurrentCaller, pattern_id: UUID, merge: MergeRequest) -> Response:
    """These patterns are one."""
    await pattern_corrections.hold(db)
    centre = await _centre(db, pattern_id)
    missing = set(merge.pattern_ids) - await pattern_corrections.living_patterns(db, merge.pattern_ids)
    if missing or pattern_id in merge.pattern_ids:
        detail = (
            "a pattern cannot be merged into itself" if not missing else "the workspace has no such pattern"
        )
        raise broken_rule("no_such_pattern", detail, "/pattern_ids")
    together = [
        (centre, other)
        for merged in merge.pattern_ids
        for other in await pattern_corrections.central_members(db, merged, [centre])
    ]
    made = await pattern_corrections.constrain(db, together, [], pattern_id, caller.actor, merge.reason)
    if made:
        await _judge(db, caller, pattern_id, together[0], together=True)
    return await _recorded(db, caller, made)


@router.post("/patterns/{pattern_id}/split", status_code=202, responses=gives(Correction, 202, "Recorded"))
async def split_pattern(db: Db, caller: CurrentCaller, pattern_id: UUID, split: SplitRequest) -> Response:
    """These issues of the pattern are a pattern of their own."""
    await pattern_corrections.hold(db)
    await _centre(db, pattern_id)
    leaving = sorted(set(split.issue_ids), key=str)
    if set(leaving) - await pattern_corrections.members_among(db, pattern_id, leaving):
        raise broken_rule("not_members", "only issues of the pattern can be split off", "/issue_ids")
    staying = await pattern_corrections.central_members(db, pattern_id, leaving)
    if not staying:
        raise broken_rule("nothing_to_part", "at least one issue must stay in the pattern", "/issue_ids")
    together = [(leaving[0], other) for other in leaving[1:]]
    apart = [(leaving[0], other) for other in staying]
    made = await pattern_corrections.constrain(db, together, apart, pattern_id, caller.actor, split.reason)
    if made:
        await _judge(db, caller, pattern_id, apart[0], together=False)
    return await _recorded(db, caller, made)


@router.post("/patterns/{pattern_id}/confirm", status_code=201, responses=gives(Verdict, 201, "Recorded"))
async def confirm_pattern(
    db: Db, caller: CurrentCaller, pattern_id: UUID, confirm: ConfirmRequest
) -> Response:
    """Say whether a pattern's issues belong together: it calibrates the confidence that is shown."""
    confidence = await pattern_corrections.confidence_of(db, pattern_id)
    if confidence is None:
        raise not_found("pattern")
    pairs = await _judged_pairs(db, pattern_id, confirm)
    verdict_id = await pattern_corrections.judge(
        db, pattern_id, pairs, caller.actor, together=confirm.together, confidence=confidence
    )
    await recomputes.request(db, "patterns", caller.actor)
    return json_answer({"id": verdict_id}, 201)


@router.post(
    "/patterns/{pattern_id}/closure-note", status_code=201, responses=gives(ClosureNote, 201, "Recorded")
)
async def record_closure_note(
    db: Db, caller: CurrentCaller, pattern_id: UUID, new: NewClosureNote
) -> Response:
    """Say what was done about a pattern: with it, silence through the proof window resolves the pattern."""
    if await pattern_corrections.confidence_of(db, pattern_id) is None:
        raise not_found("pattern")
    note = await pattern_corrections.note_closure(db, pattern_id, new.note, caller.actor)
    await recomputes.request(db, "patterns", caller.actor)
    return json_text(note, 201)


async def _existing_issue(db: Db, issue_id: UUID) -> None:
    if await issues.read_issue(db, issue_id) is None:
        raise not_found("issue")


async def _centre(db: Db, pattern_id: UUID) -> UUID:
    central = await pattern_corrections.central_members(db, pattern_id, limit=1)
    if not central:
        raise not_found("pattern")
    return central[0]


async def _judge(
    db: Db, caller: CurrentCaller, pattern_id: UUID, pair: pattern_corrections.Pair, *, together: bool
) -> None:
    """Keep a correction as a verdict too, with the confidence that the product had shown for the pair."""
    confidence = await _shown_confidence(db, pair)
    await pattern_corrections.judge(
        db, pattern_id, [pair], caller.actor, together=together, confidence=confidence
    )


async def _shown_confidence(db: Db, pair: pattern_corrections.Pair) -> float | None:
    """Of two issues of one pattern, the pattern's confidence; of others, how alike the search calls them."""
    left, right = [await pattern_corrections.pattern_of(db, issue_id) for issue_id in pair]
    if left is not None and left == right:
        return await pattern_corrections.confidence_of(db, left)
    candidates = await similar.read_candidates(db, pair[0], pair[1:])
    return await run_in_threadpool(likeness, candidates, str(pair[0]), str(pair[1]))


async def _judged_pairs(db: Db, pattern_id: UUID, confirm: ConfirmRequest) -> list[pattern_corrections.Pair]:
    """The pair that was shown, or the pattern's centre with its next members."""
    if confirm.left_issue_id is None or confirm.right_issue_id is None:
        central = await pattern_corrections.central_members(db, pattern_id, limit=JUDGED_PAIRS + 1)
        if len(central) < 2:
            raise broken_rule("nothing_to_compare", "the pattern has fewer than two issues")
        return [(central[0], other) for other in central[1:]]
    pair = (confirm.left_issue_id, confirm.right_issue_id)
    if pair[0] == pair[1] or set(pair) - await pattern_corrections.members_among(db, pattern_id, pair):
        raise broken_rule(
            "not_members", "the two issues must be different ones of the pattern", "/left_issue_id"
        )
    return [pair]


async def _recorded(db: Db, caller: CurrentCaller, made: int) -> Response:
    job_id = await recomputes.request(db, "patterns", caller.actor)
    return json_answer({"constraints": made, "job_id": job_id}, 202, {"Location": f"/v1/jobs/{job_id}"})
