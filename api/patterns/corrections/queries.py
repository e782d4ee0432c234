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

WITHDRAW_FEEDBACK = """
update detect.pattern_feedback as f set withdrawn_at = now(), withdrawn_by = $2
from detect.pattern_feedback as given
where given.feedback_id = $1 and f.pattern_id is not distinct from given.pattern_id
    and f.made_by = given.made_by and f.made_at = given.made_at and f.withdrawn_at is null
"""

# A correction and the feedback that it is were stored in one transaction.
WITHDRAW_FEEDBACK_OF_CORRECTION = """
update detect.pattern_feedback as f set withdrawn_at = now(), withdrawn_by = $2
from detect.pattern_constraint as c
where c.constraint_id = any ($1::uuid[]) and f.made_by = c.made_by and f.made_at = c.made_at
    and f.withdrawn_at is null
"""

MAX_CORRECTIONS = 50

SELECT_CORRECTIONS = f"""
select json_build_object('data', (
    select coalesce(json_agg(g order by g.made_at desc, g.id), '[]')
    from (
        select
            c.id, c.act, c.made_at, c.made_by, c.reason, c.pattern_id, l.title as left_issue_title,
            o.title as right_issue_title, c.issue_count, ({select_name("c.made_by")}) as made_by_name
        from (
            select
                coalesce(correction_id, constraint_id) as id, min(act) as act, min(made_at) as made_at,
                min(made_by) as made_by, min(reason) as reason, (array_agg(pattern_id))[1] as pattern_id,
                (array_agg(left_issue_id order by constraint_id))[1] as left_issue_id,
                (array_agg(right_issue_id order by constraint_id))[1] as right_issue_id,
                count(distinct left_issue_id) as issue_count
            from detect.constraint_in_force as f
            where f.pattern_id = ($1 ->> 'id')::uuid or exists (
                select from core.issue as i
                where i.workspace_id = f.workspace_id and i.issue_id in (f.left_issue_id, f.right_issue_id)
                    and i.pattern_id = ($1 ->> 'id')::uuid
            )
            group by 1
            order by made_at desc
            limit {MAX_CORRECTIONS}
        ) as c
        left join core.issue as l on l.issue_id = c.left_issue_id
        left join core.issue as o on o.issue_id = c.right_issue_id
    ) as g
))
from detect.pattern where pattern_id = ($1 ->> 'id')::uuid
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
    await db.transaction.execute(WITHDRAW_FEEDBACK_OF_CORRECTION, ids, actor)
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


async def withdraw_feedback(db: WorkspaceDatabase, actor: str, feedback_id: UUID) -> bool:
    """Withdraw an answer about a pattern; False if there is none that counts."""
    withdrawn = await db.transaction.execute(WITHDRAW_FEEDBACK, feedback_id, actor)
    return bool(withdrawn != "UPDATE 0")


async def read_corrections(db: WorkspaceDatabase, pattern_id: UUID) -> str | None:
    """The corrections in force that concern a pattern, newest first, as JSON text."""
    return await db.read_text(SELECT_CORRECTIONS, id=str(pattern_id))


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
