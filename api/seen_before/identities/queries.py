"""Reads who works on a failure, and stores that somebody does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from api.assignments.queries import select_assignee
from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase

SELECT_WORK = f"""
select json_build_object(
    'pattern', (
        select json_build_object('id', p.pattern_id, 'name', p.name, 'status', p.status)
        from detect.pattern as p
        where p.pattern_id = ($1 ->> 'pattern_id')::uuid
    ),
    'claim', (
        select json_build_object(
            'id', c.claim_id, 'title', c.title, 'claimed_by', c.claimed_by,
            'claimed_by_name', ({select_name("c.claimed_by")}), 'claimed_at', c.claimed_at, 'note', c.note,
            'ticket_url', c.ticket_url, 'last_seen_at', c.last_seen_at,
            'recurrence_count', c.recurrence_count, 'released_at', c.released_at, 'identity', c.identity
        )
        from act.failure_alias as a
        join act.failure_claim as c on c.workspace_id = a.workspace_id and c.claim_id = a.claim_id
        where a.alias in (select jsonb_array_elements_text($1 -> 'aliases'))
        order by c.claimed_at, c.claim_id
        limit 1
    ),
    'assignee', ({select_assignee("pattern", "($1 ->> 'pattern_id')::uuid")}),
    'tickets', (
        select coalesce(json_agg(json_build_object(
            'status', t.status, 'external_id', t.external_id, 'external_url', t.external_url,
            'pushed_at', t.pushed_at
        ) order by t.pushed_at desc), '[]')
        from act.ticket as t
        -- Tickets are few and recommendations many: that of each ticket is looked up by its key.
        left join lateral (
            select r.pattern_ids
            from act.recommendation as r
            where r.workspace_id = t.workspace_id and r.recommendation_id = t.recommendation_id
            offset 0
        ) as about on true
        where t.status <> 'cancelled' and (
            ($1 ->> 'pattern_id')::uuid = any (about.pattern_ids)
            or t.recommendation_id in (
                select a.claim_id
                from act.failure_alias as a
                where a.alias in (select jsonb_array_elements_text($1 -> 'aliases'))
            )
        )
    )
)
"""

# One claim at a time of a workspace is made, so that two names of one failure never get two.
LOCK_CLAIMS = "select pg_advisory_xact_lock(hashtextextended('failure claims ' || $1::uuid::text, 0))"

SELECT_CLAIM = """
select c.claim_id
from act.failure_alias as a
join act.failure_claim as c on c.workspace_id = a.workspace_id and c.claim_id = a.claim_id
where a.alias = any ($1::text[])
order by c.claimed_at, c.claim_id
limit 1
"""

INSERT_CLAIM = """
insert into act.failure_claim (
    workspace_id, claim_id, identity, title, service, pattern_id, note, ticket_url, claimed_by, last_seen_at
)
values ($1, md5($1::uuid::text || $2)::uuid, $2, $3, $4, $5, $6, $7, $8, $9)
returning claim_id
"""

INSERT_ALIASES = """
insert into act.failure_alias (workspace_id, alias, claim_id)
select $1, alias, $2 from unnest($3::text[]) as alias
on conflict do nothing
"""

# A released claim goes to whoever claims it next. It recurred where it failed after it was last seen.
UPDATE_CLAIM = """
update act.failure_claim as c
set pattern_id = coalesce(c.pattern_id, $2),
    note = coalesce(c.note, $3),
    ticket_url = coalesce(c.ticket_url, $4),
    claimed_by = case when c.released_at is null then c.claimed_by else $5 end,
    claimed_at = case when c.released_at is null then c.claimed_at else now() end,
    released_at = null,
    recurrence_count = c.recurrence_count + ($6 > c.last_seen_at)::integer,
    last_seen_at = greatest(c.last_seen_at, $6)
from (select claim_id, recurrence_count from act.failure_claim where claim_id = $1 for update) as former
where c.claim_id = former.claim_id
returning c.recurrence_count > former.recurrence_count
"""

UPDATE_EDIT_DUE = """
update act.ticket set is_edit_due = true where recommendation_id = $1 and status in ('open', 'done')
"""

RELEASE_CLAIM = """
update act.failure_claim set released_at = coalesce(released_at, now()) where claim_id = $1
returning identity
"""


class NewClaim(NamedTuple):
    """What is stored of a claim."""

    identity: str
    title: str
    service: str | None
    pattern_id: UUID | None
    note: str | None
    ticket_url: str | None
    claimed_by: str
    seen_at: datetime


async def read_work(db: WorkspaceDatabase, aliases: Sequence[str], pattern_id: str | None) -> dict[str, Any]:
    """The pattern, the claim, the assignee and the tickets of a failure."""
    return dict(await db.read(SELECT_WORK, aliases=list(aliases), pattern_id=pattern_id))


async def claim_failure(db: WorkspaceDatabase, claim: NewClaim, aliases: Sequence[str]) -> tuple[UUID, bool]:
    """The one claim of a failure, made or brought up to date, and whether it was made now."""
    connection = db.transaction
    claim_id = await connection.fetchval(SELECT_CLAIM, list(aliases))
    if claim_id is None:
        await connection.execute(LOCK_CLAIMS, db.workspace_id)
        claim_id = await connection.fetchval(SELECT_CLAIM, list(aliases))
    is_new = claim_id is None
    if is_new:
        claim_id = await connection.fetchval(INSERT_CLAIM, db.workspace_id, *claim)
    else:
        values = (claim.pattern_id, claim.note, claim.ticket_url, claim.claimed_by, claim.seen_at)
        if await connection.fetchval(UPDATE_CLAIM, claim_id, *values):
            await connection.execute(UPDATE_EDIT_DUE, claim_id)
    await connection.execute(INSERT_ALIASES, db.workspace_id, claim_id, sorted(aliases))
    return claim_id, is_new


async def release_claim(db: WorkspaceDatabase, claim_id: UUID) -> str | None:
    """Release a claim; its identity, or None where there is none."""
    identity: str | None = await db.transaction.fetchval(RELEASE_CLAIM, claim_id)
    return identity
