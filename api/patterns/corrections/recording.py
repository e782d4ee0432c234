"""Records a correction: its constraints, the answer that it is, and the request of a recompute."""

from uuid import UUID

from fastapi import Response
from starlette.concurrency import run_in_threadpool

from api.http.database import WorkspaceDatabase
from api.http.responses import json_response
from api.issues.similar import queries as similar_issues
from api.issues.similar.ranking import measure_similarity
from api.patterns.corrections import queries as pattern_corrections
from api.patterns.corrections.queries import Pair, StoredCorrection
from api.recomputes import queries as recomputes
from causeloop_pipeline.analysis.detect.correction_plans import CorrectionPlan


async def store_and_recompute(
    db: WorkspaceDatabase, actor: str, correction: StoredCorrection, plan: CorrectionPlan, pair: Pair
) -> Response:
    """Store a correction and request a recompute."""
    correction_id = await store(db, actor, correction, plan, pair)
    return await recompute_after(db, actor, len(plan.added), correction_id)


async def store(
    db: WorkspaceDatabase, actor: str, correction: StoredCorrection, plan: CorrectionPlan, pair: Pair
) -> UUID | None:
    """Store a correction and the feedback that it is; None where the same is in force."""
    if not plan.added and not plan.replaced:
        return None
    together = correction.act in ("link", "merge")
    correction_id = await pattern_corrections.store_correction(db, actor, correction, plan)
    await _record_feedback(db, actor, correction.pattern_id, pair, together=together)
    return correction_id


async def recompute_after(
    db: WorkspaceDatabase, actor: str, constraints: int, correction_id: UUID | None
) -> Response:
    """Request the run that applies constraints which were added or withdrawn."""
    job_id = await recomputes.request_recompute(db, "patterns", actor)
    location = {"Location": f"/v1/jobs/{job_id}"}
    body = {"constraints": constraints, "correction_id": correction_id, "job_id": job_id}
    return json_response(body, 202, location)


async def _record_feedback(
    db: WorkspaceDatabase, actor: str, pattern_id: UUID | None, pair: Pair, *, together: bool
) -> None:
    """Record a correction as feedback on the confidence that was displayed for the pair."""
    confidence = await _read_displayed_confidence(db, pair)
    await pattern_corrections.record_feedback(
        db, pattern_id, [pair], actor, together=together, confidence=confidence
    )


async def _read_displayed_confidence(db: WorkspaceDatabase, pair: Pair) -> float | None:
    """The pattern's confidence for two issues of one pattern, otherwise the similarity of the two issues."""
    left, right = [await pattern_corrections.find_pattern(db, issue_id) for issue_id in pair]
    if left is not None and left == right:
        return await pattern_corrections.read_confidence(db, left)
    candidates = await similar_issues.read_candidates(db, pair[0], pair[1:])
    return await run_in_threadpool(measure_similarity, candidates, str(pair[0]), str(pair[1]))
