"""Stores people's corrections of patterns as constraints on pairs of issues, which outlive every recompute.

A pattern is represented by its most central members. A correction replaces the earlier ones that it
contradicts, and can be withdrawn: nothing is deleted, and only what is in force counts. Corrections of one
workspace wait for one another, so that two concurrent ones cannot contradict each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase
from api.http.errors import conflict
from causeloop_pipeline.analysis.detect.correction_plans import CorrectionPlan
from causeloop_pipeline.analysis.detect.grouping.constraints import Constraint
from causeloop_pipeline.model.pattern import CENTRAL_MEMBERS

LOCK_CORRECTIONS = "select pg_advisory_xact_lock(hashtextextended('pattern facts ' || $1::text, 0))"

SELECT_CONSTRAINTS = """
select kind, left_issue_id::text, right_issue_id::text, constraint_id from detect.constraint_in_force
"""

SELECT_CENTRAL_MEMBERS = """
select issue_id
from detect.pattern_member
where pattern_id = $1 and issue_id <> all ($2::uuid[])
order by similarity desc, issue_id
limit $3
"""

INSERT_CONSTRAINTS = """
insert into detect.pattern_constraint (
    workspace_id, correction_id, act, kind, left_issue_id, right_issue_id, pattern_id, made_by, reason
)
select $1, $2, $3, f.k, f.l, f.r, $7, $8, $9 from unnest($4::text[], $5::uuid[], $6::uuid[]) as f (k, l, r)
"""

INSERT_WITHDRAWALS = """
insert into detect.constraint_withdrawal (workspace_id, constraint_id, replaced_by, made_by)
select $1, f.c, $3, $4 from unnest($2::uuid[]) as f (c)
"""

SELECT_OF_CORRECTION = """
select constraint_id from detect.constraint_in_force where correction_id = $1 or constraint_id = $1
"""

SELECT_TITLES = "select issue_id::text, title from core.issue where issue_id = any ($1::uuid[])"

INSERT_FEEDBACK = """
insert into detect.pattern_feedback (
    workspace_id, pattern_id, left_issue_id, right_issue_id, together, confidence, made_by
)
select $1, $2, f.l, f.r, $5, $6, $7 from unnest($3::uuid[], $4::uuid[]) as f (l, r)
returning feedback_id
"""

SELECT_PATTERN_ID = "select pattern_id from detect.pattern_member where issue_id = $1"
SELECT_CONFIDENCE = "select confidence from detect.pattern where pattern_id = $1"
SELECT_ALL_MEMBERS = """
select issue_id::text from detect.pattern_member where pattern_id = $1 order by similarity desc, issue_id
"""
SELECT_MEMBERS = (
    "select issue_id from detect.pattern_member where pattern_id = $1 and issue_id = any ($2::uuid[])"
)
SELECT_PATTERNS = "select pattern_id from detect.pattern where pattern_id = any ($1::uuid[])"
INSERT_CLOSURE_NOTE = f"""
insert into detect.closure_note (workspace_id, pattern_id, note, made_by) values ($1, $2, $3, $4)
returning json_build_object(
    'id', closure_note_id, 'note', note, 'made_by', made_by, 'made_at', made_at,
    'made_by_name', ({select_name("closure_note.made_by")}), 'withdrawn_at', withdrawn_at
)
"""

Pair = tuple[UUID, UUID]


@dataclass(frozen=True)
class StoredCorrection:
    """A correction of a pattern: the act, its reason, and the pattern (none: of two issues without one)."""

    act: str
    pattern_id: UUID | None
    reason: str | None


async def read_in_force(db: WorkspaceDatabase) -> dict[Constraint, UUID]:
    """The constraints that count, each with its id."""
    rows = await db.transaction.fetch(SELECT_CONSTRAINTS)
    return {(kind, left, right): constraint_id for kind, left, right, constraint_id in rows}


async def lock_corrections(db: WorkspaceDatabase) -> None:
    """Block other corrections of this workspace until this one has committed."""
    await db.transaction.execute(LOCK_CORRECTIONS, str(db.workspace_id))


async def read_central_members(
    db: WorkspaceDatabase, pattern_id: UUID, excluded: Sequence[UUID] = (), limit: int = CENTRAL_MEMBERS
) -> list[UUID]:
    """The members that represent a pattern, most central first."""
    rows = await db.transaction.fetch(SELECT_CENTRAL_MEMBERS, pattern_id, list(excluded), limit)
    return [row["issue_id"] for row in rows]


async def find_pattern(db: WorkspaceDatabase, issue_id: UUID) -> UUID | None:
    """The pattern that an issue is in."""
    return await db.transaction.fetchval(SELECT_PATTERN_ID, issue_id)  # type: ignore[no-any-return]


async def read_confidence(db: WorkspaceDatabase, pattern_id: UUID) -> float | None:
    """The confidence of a pattern; None if there is no such pattern."""
    return await db.transaction.fetchval(SELECT_CONFIDENCE, pattern_id)  # type: ignore[no-any-return]


async def select_members(db: WorkspaceDatabase, pattern_id: UUID, issue_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the issues that are in a pattern."""
    rows = await db.transaction.fetch(SELECT_MEMBERS, pattern_id, list(issue_ids))
    return {row["issue_id"] for row in rows}


async def read_all_members(db: WorkspaceDatabase, pattern_id: UUID) -> list[str]:
    """Every issue of a pattern, most central first."""
    return [row["issue_id"] for row in await db.transaction.fetch(SELECT_ALL_MEMBERS, pattern_id)]


async def select_existing(db: WorkspaceDatabase, pattern_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the patterns that exist."""
    return {row["pattern_id"] for row in await db.transaction.fetch(SELECT_PATTERNS, list(pattern_ids))}


async def store_correction(
    db: WorkspaceDatabase, actor: str, correction: StoredCorrection, plan: CorrectionPlan
) -> UUID:
    """Store what a correction adds and replaces; 409 if it contradicts what stays in force."""
    in_force, correction_id = await read_in_force(db), uuid4()
    replaced = set(plan.replaced)
    await _check_contradictions(db, [*(row for row in in_force if row not in replaced), *plan.added])
    await db.transaction.execute(
        INSERT_CONSTRAINTS,
        db.workspace_id,
        correction_id,
        correction.act,
        [kind for kind, _, _ in plan.added],
        [UUID(left) for _, left, _ in plan.added],
        [UUID(right) for _, _, right in plan.added],
        correction.pattern_id,
        actor,
        correction.reason,
    )
    await db.transaction.execute(
        INSERT_WITHDRAWALS,
        db.workspace_id,
        [in_force[row] for row in plan.replaced],
        correction_id,
        actor,
    )
    return correction_id


async def withdraw_correction(db: WorkspaceDatabase, actor: str, correction_id: UUID) -> int:
    """Withdraw a correction; what it had replaced counts again. Returns how many constraints it withdrew."""
    rows = await db.transaction.fetch(SELECT_OF_CORRECTION, correction_id)
    ids = [row["constraint_id"] for row in rows]
    await db.transaction.execute(INSERT_WITHDRAWALS, db.workspace_id, ids, None, actor)
    await _check_contradictions(db, list(await read_in_force(db)))
    return len(ids)


async def record_feedback(
    db: WorkspaceDatabase,
    pattern_id: UUID | None,
    pairs: Sequence[Pair],
    actor: str,
    *,
    together: bool,
    confidence: float | None,
) -> UUID:
    """Record whether pairs of issues belong together, with the confidence that the product had shown."""
    left, right = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    rows = await db.transaction.fetch(
        INSERT_FEEDBACK, db.workspace_id, pattern_id, left, right, together, confidence, actor
    )
    return UUID(str(rows[0]["feedback_id"]))


async def add_closure_note(db: WorkspaceDatabase, pattern_id: UUID, note: str, actor: str) -> str:
    """Store a closure note; returns it as JSON text."""
    return str(await db.transaction.fetchval(INSERT_CLOSURE_NOTE, db.workspace_id, pattern_id, note, actor))


async def _check_contradictions(db: WorkspaceDatabase, constraints: Sequence[Constraint]) -> None:
    import polars as pl

    from causeloop_pipeline.analysis.detect.grouping.constraints import ContradictionError, build_closure
    from causeloop_pipeline.model.frames import CONSTRAINT_SCHEMA

    try:
        build_closure(pl.DataFrame(list(constraints), schema=CONSTRAINT_SCHEMA, orient="row"))
    except ContradictionError as error:
        chain = [
            {"kind": kind, "left_issue_id": left, "right_issue_id": right}
            for kind, left, right in error.chain
        ]
        named = [UUID(issue) for _, left, right in error.chain for issue in (left, right)]
        titles = dict(await db.transaction.fetch(SELECT_TITLES, named))
        links = "; ".join(
            f"“{titles.get(left, left)}” with “{titles.get(right, right)}”" for _, left, right in error.chain
        )
        detail = f"these issues were linked since: {links}. Withdraw one of these links first"
        raise conflict("contradiction", detail, chain=chain) from None
