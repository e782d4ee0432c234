"""What people say of patterns, kept as facts about pairs of issues, which outlive every recompute.

A pattern stands in a fact by its most central members. Facts that contradict earlier ones are refused with
the chain that they contradict; corrections of a workspace wait for one another, so that two of them cannot
each be right alone and wrong together.
"""

from collections.abc import Sequence
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.http.errors import conflict

CENTRAL_MEMBERS = 25

LOCK = "select pg_advisory_xact_lock(hashtextextended('pattern facts ' || $1::text, 0))"

EXISTING = "select kind, left_issue_id::text, right_issue_id::text from detect.pattern_constraint"

CENTRAL = """
select issue_id
from detect.pattern_member
where pattern_id = $1 and issue_id <> all ($2::uuid[])
order by similarity desc, issue_id
limit $3
"""

CONSTRAIN = """
insert into detect.pattern_constraint (
    workspace_id, kind, left_issue_id, right_issue_id, pattern_id, made_by, reason
)
select $1, $2, f.l, f.r, $5, $6, $7 from unnest($3::uuid[], $4::uuid[]) as f (l, r)
"""

JUDGE = """
insert into detect.pattern_verdict (
    workspace_id, pattern_id, left_issue_id, right_issue_id, together, confidence, made_by
)
select $1, $2, f.l, f.r, $5, $6, $7 from unnest($3::uuid[], $4::uuid[]) as f (l, r)
returning verdict_id
"""

PATTERN_OF = "select pattern_id from detect.pattern_member where issue_id = $1"
CONFIDENCE = "select confidence from detect.pattern where pattern_id = $1"
MEMBERSHIP = (
    "select issue_id from detect.pattern_member where pattern_id = $1 and issue_id = any ($2::uuid[])"
)
LIVING = "select pattern_id from detect.pattern where pattern_id = any ($1::uuid[])"
NOTE = """
insert into detect.closure_note (workspace_id, pattern_id, note, made_by) values ($1, $2, $3, $4)
returning json_build_object('id', closure_note_id, 'note', note, 'made_by', made_by, 'made_at', made_at)
"""

Pair = tuple[UUID, UUID]


async def hold(db: WorkspaceDatabase) -> None:
    """Let other corrections of this workspace wait until this one has committed."""
    await db.transaction.execute(LOCK, str(db.workspace_id))


async def central_members(
    db: WorkspaceDatabase, pattern_id: UUID, without: Sequence[UUID] = (), limit: int = CENTRAL_MEMBERS
) -> list[UUID]:
    """The members that stand for a pattern, most central first."""
    rows = await db.transaction.fetch(CENTRAL, pattern_id, list(without), limit)
    return [row["issue_id"] for row in rows]


async def pattern_of(db: WorkspaceDatabase, issue_id: UUID) -> UUID | None:
    """The pattern that an issue is in."""
    return await db.transaction.fetchval(PATTERN_OF, issue_id)  # type: ignore[no-any-return]


async def confidence_of(db: WorkspaceDatabase, pattern_id: UUID) -> float | None:
    """What the product says of a pattern; None when there is no such pattern."""
    return await db.transaction.fetchval(CONFIDENCE, pattern_id)  # type: ignore[no-any-return]


async def members_among(db: WorkspaceDatabase, pattern_id: UUID, issue_ids: Sequence[UUID]) -> set[UUID]:
    """Which of some issues are in a pattern."""
    rows = await db.transaction.fetch(MEMBERSHIP, pattern_id, list(issue_ids))
    return {row["issue_id"] for row in rows}


async def living_patterns(db: WorkspaceDatabase, pattern_ids: Sequence[UUID]) -> set[UUID]:
    """Which of some patterns there are."""
    return {row["pattern_id"] for row in await db.transaction.fetch(LIVING, list(pattern_ids))}


async def constrain(
    db: WorkspaceDatabase,
    must: Sequence[Pair],
    cannot: Sequence[Pair],
    pattern_id: UUID,
    actor: str,
    reason: str | None,
) -> int:
    """Record facts about pairs of issues, unless they contradict earlier ones; how many were new."""
    existing = {tuple(row) for row in await db.transaction.fetch(EXISTING)}
    new = {"must": _new(must, "must", existing), "cannot": _new(cannot, "cannot", existing)}
    _refuse_contradiction(existing, new)
    for kind, pairs in new.items():
        left, right = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        await db.transaction.execute(CONSTRAIN, db.workspace_id, kind, left, right, pattern_id, actor, reason)
    return sum(len(pairs) for pairs in new.values())


async def judge(
    db: WorkspaceDatabase,
    pattern_id: UUID,
    pairs: Sequence[Pair],
    actor: str,
    *,
    together: bool,
    confidence: float | None,
) -> UUID:
    """Record a person's word on pairs that the product had grouped, or had not."""
    left, right = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    rows = await db.transaction.fetch(
        JUDGE, db.workspace_id, pattern_id, left, right, together, confidence, actor
    )
    return UUID(str(rows[0]["verdict_id"]))


async def note_closure(db: WorkspaceDatabase, pattern_id: UUID, note: str, actor: str) -> str:
    """Record what was done about a pattern; the note as JSON text."""
    return str(await db.transaction.fetchval(NOTE, db.workspace_id, pattern_id, note, actor))


def _new(pairs: Sequence[Pair], kind: str, existing: set[tuple[str, ...]]) -> list[Pair]:
    ordered = sorted({(min(pair, key=str), max(pair, key=str)) for pair in pairs})
    return [
        (left, right)
        for left, right in ordered
        if not {(kind, str(left), str(right)), (kind, str(right), str(left))} & existing
    ]


def _refuse_contradiction(existing: set[tuple[str, ...]], new: dict[str, list[Pair]]) -> None:
    import polars as pl

    from causeloop_pipeline.analysis.detect.grouping.constraints import ContradictionError, constraint_closure
    from causeloop_pipeline.model.frames import CONSTRAINT_SCHEMA

    added = [(kind, str(left), str(right)) for kind, pairs in new.items() for left, right in pairs]
    try:
        constraint_closure(pl.DataFrame([*existing, *added], schema=CONSTRAINT_SCHEMA, orient="row"))
    except ContradictionError as error:
        chain = [
            {"kind": kind, "left_issue_id": left, "right_issue_id": right}
            for kind, left, right in error.chain
        ]
        raise conflict("contradiction", str(error), chain=chain) from None
