"""Stores people's corrections of patterns as constraints on pairs of issues, which outlive every recompute.

A pattern is represented by its most central members. A constraint that contradicts earlier ones is refused
with the chain that it contradicts. Corrections of one workspace wait for one another, so that two concurrent
ones cannot contradict each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.http.errors import conflict
from causeloop_pipeline.model.pattern import CENTRAL_MEMBERS

LOCK_CORRECTIONS = "select pg_advisory_xact_lock(hashtextextended('pattern facts ' || $1::text, 0))"

SELECT_CONSTRAINTS = "select kind, left_issue_id::text, right_issue_id::text from detect.pattern_constraint"

SELECT_CENTRAL_MEMBERS = """
select issue_id
from detect.pattern_member
where pattern_id = $1 and issue_id <> all ($2::uuid[])
order by similarity desc, issue_id
limit $3
"""

INSERT_CONSTRAINTS = """
insert into detect.pattern_constraint (
    workspace_id, kind, left_issue_id, right_issue_id, pattern_id, made_by, reason
)
select $1, $2, f.l, f.r, $5, $6, $7 from unnest($3::uuid[], $4::uuid[]) as f (l, r)
"""

INSERT_FEEDBACK = """
insert into detect.pattern_feedback (
    workspace_id, pattern_id, left_issue_id, right_issue_id, together, confidence, made_by
)
select $1, $2, f.l, f.r, $5, $6, $7 from unnest($3::uuid[], $4::uuid[]) as f (l, r)
returning feedback_id
"""

SELECT_PATTERN_ID = "select pattern_id from detect.pattern_member where issue_id = $1"
SELECT_CONFIDENCE = "select confidence from detect.pattern where pattern_id = $1"
SELECT_MEMBERS = (
    "select issue_id from detect.pattern_member where pattern_id = $1 and issue_id = any ($2::uuid[])"
)
SELECT_PATTERNS = "select pattern_id from detect.pattern where pattern_id = any ($1::uuid[])"
INSERT_CLOSURE_NOTE = """
insert into detect.closure_note (workspace_id, pattern_id, note, made_by) values ($1, $2, $3, $4)
returning json_build_object('id', closure_note_id, 'note', note, 'made_by', made_by, 'made_at', made_at)
"""

Pair = tuple[UUID, UUID]


@dataclass(frozen=True)
class Constraints:
    """A correction of a pattern as pairs of issues that must, or cannot, be in one pattern."""

    pattern_id: UUID
    reason: str | None
    must_link: Sequence[Pair] = ()
    cannot_link: Sequence[Pair] = ()


async def lock_corrections(db: WorkspaceDatabase) -> None:
    """Make other corrections of this workspace wait until this one has committed."""
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


async def select_existing(db: WorkspaceDatabase, pattern_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the patterns that exist."""
    return {row["pattern_id"] for row in await db.transaction.fetch(SELECT_PATTERNS, list(pattern_ids))}


async def add_constraints(db: WorkspaceDatabase, actor: str, constraints: Constraints) -> int:
    """Store constraints on pairs of issues; returns how many are new, 409 if they contradict earlier ones."""
    existing = {tuple(row) for row in await db.transaction.fetch(SELECT_CONSTRAINTS)}
    new = {
        "must": _select_new(constraints.must_link, "must", existing),
        "cannot": _select_new(constraints.cannot_link, "cannot", existing),
    }
    _check_contradictions(existing, new)
    for kind, pairs in new.items():
        left, right = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        await db.transaction.execute(
            INSERT_CONSTRAINTS,
            db.workspace_id,
            kind,
            left,
            right,
            constraints.pattern_id,
            actor,
            constraints.reason,
        )
    return sum(len(pairs) for pairs in new.values())


async def record_feedback(
    db: WorkspaceDatabase,
    pattern_id: UUID,
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


def _select_new(pairs: Sequence[Pair], kind: str, existing: set[tuple[str, ...]]) -> list[Pair]:
    ordered = sorted({(min(pair, key=str), max(pair, key=str)) for pair in pairs})
    return [
        (left, right)
        for left, right in ordered
        if not {(kind, str(left), str(right)), (kind, str(right), str(left))} & existing
    ]


def _check_contradictions(existing: set[tuple[str, ...]], new: dict[str, list[Pair]]) -> None:
    import polars as pl

    from causeloop_pipeline.analysis.detect.grouping.constraints import ContradictionError, build_closure
    from causeloop_pipeline.model.frames import CONSTRAINT_SCHEMA

    added = [(kind, str(left), str(right)) for kind, pairs in new.items() for left, right in pairs]
    try:
        build_closure(pl.DataFrame([*existing, *added], schema=CONSTRAINT_SCHEMA, orient="row"))
    except ContradictionError as error:
        chain = [
            {"kind": kind, "left_issue_id": left, "right_issue_id": right}
            for kind, left, right in error.chain
        ]
        raise conflict("contradiction", str(error), chain=chain) from None
