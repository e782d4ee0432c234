"""Lists and reads recommendations; records their progress, claimed fixes and tickets."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from api.assignments.queries import match_assignee, select_assignee
from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase
from api.listing.queries import AnyHolds, AnyOf, Listing, Sort
from api.owners.queries import OWNED_BY_OF_RECOMMENDATION, OWNER_OF_RECOMMENDATION

RECOMMENDATION_COLUMNS = f"""
    r.recommendation_id as id, r.rank, r.title, r.type, r.status, r.effort, r.impact,
    r.expected_loops_prevented, r.expected_low, r.expected_high, r.pattern_ids, r.rationale,
    r.factors, r.score, r.computed_at,
    ({select_assignee("recommendation", "r.recommendation_id")}) as assignee,
    {OWNER_OF_RECOMMENDATION} as owner
"""

RECOMMENDATIONS = Listing(
    name="recommendations",
    columns=RECOMMENDATION_COLUMNS,
    source="act.recommendation as r",
    key="r.recommendation_id",
    key_output="id",
    sorts={
        "rank": Sort("coalesce(r.rank, 2147483647)", "coalesce(rank, 2147483647)", "integer"),
        "score": Sort("r.score", "score", "double precision"),
        "expected_loops_prevented": Sort(
            "r.expected_loops_prevented", "expected_loops_prevented", "double precision"
        ),
    },
    default_sort="rank",
    filters={
        **{name: AnyOf(f"r.{name}") for name in ("status", "type", "effort", "impact")},
        "service": AnyHolds("""r.pattern_ids && array(
            select distinct i.pattern_id from core.issue as i
            where i.service = any ({values}) and i.pattern_id is not null
        )"""),
        "owner": OWNED_BY_OF_RECOMMENDATION,
        "assignee": match_assignee("recommendation", "r.recommendation_id"),
        "q": "to_tsvector('simple', r.title) @@ core.search_query($1 ->> 'q')",
        "pattern_id": "($1 ->> 'pattern_id')::uuid = any (r.pattern_ids)",
    },
)

SELECT_TICKET = f"""
select row_to_json(ticket)
from (
    select t.recommendation_id, t.connector_id, t.status, t.external_id, t.external_url, t.error, t.pushed_by,
           t.target, ({select_name("t.pushed_by")}) as pushed_by_name, t.pushed_at
    from act.ticket as t
    where t.recommendation_id = {{id}}
) as ticket
"""

SELECT_RECOMMENDATION = f"""
select row_to_json(recommendation)
from (
    select {RECOMMENDATION_COLUMNS}, (
        select coalesce(json_agg(json_build_object(
            'index', s.position - 1, 'text', s.text, 'done', coalesce(k.step_done, false),
            'changed_by', k.made_by, 'changed_by_name', ({select_name("k.made_by")}),
            'changed_at', k.made_at
        ) order by s.position), '[]')
        from unnest(r.steps) with ordinality as s (text, position)
        left join lateral (
            select g.step_done, g.made_by, g.made_at
            from act.recommendation_progress as g
            where g.recommendation_id = r.recommendation_id and g.step = s.position - 1
            order by g.progress_id desc
            limit 1
        ) as k on true
    ) as steps, (
        select coalesce(json_agg(json_build_object(
            'note', g.note, 'made_by', g.made_by, 'made_at', g.made_at,
            'made_by_name', ({select_name("g.made_by")})
        ) order by g.progress_id), '[]')
        from act.recommendation_progress as g
        where g.recommendation_id = r.recommendation_id and g.note is not null
    ) as notes, ({SELECT_TICKET.format(id="r.recommendation_id")}) as ticket, (
        select coalesce(json_agg(json_build_object(
            'pattern_id', f.pattern_id, 'fixed_at', f.fixed_at,
            'expected_loops_prevented', f.expected_loops_prevented, 'claimed_by', f.claimed_by,
            'claimed_by_name', ({select_name("f.claimed_by")}), 'withdrawn_at', f.withdrawn_at,
            'fixed_in', f.fixed_in
        ) order by f.fixed_at, f.pattern_id), '[]')
        from act.fix as f
        where f.recommendation_id = r.recommendation_id
    ) as fixes, (
        select coalesce(json_agg(json_build_object(
            'id', e.expectation_id, 'kind', e.kind, 'pattern_id', e.pattern_id, 'service', e.service,
            'job', e.job, 'most', e.most, 'until', e.until, 'made_by', e.made_by,
            'made_by_name', ({select_name("e.made_by")}), 'made_at', e.made_at, 'status', e.status,
            'broken_at', e.broken_at, 'text', e.text, 'evaluated_at', e.evaluated_at
        ) order by e.expectation_id), '[]')
        from act.expectation as e
        where e.recommendation_id = r.recommendation_id and e.withdrawn_at is null
    ) as expectations, (
        select coalesce(json_agg(json_build_object(
            'pattern_id', p.pattern_id, 'verdict', p.verdict, 'events_before', p.events_before,
            'days_before', p.days_before, 'events_after', p.events_after, 'days_after', p.days_after,
            'expected_after', p.expected_after, 'turns_kept', p.turns_kept, 'turns_due', p.turns_due,
            'rate_ratio', p.rate_ratio, 'rate_ratio_low', p.rate_ratio_low,
            'rate_ratio_high', p.rate_ratio_high, 'probability_halved', p.probability_halved,
            'earliest_proof_date', p.earliest_proof_date, 'left_out', p.left_out,
            'exposure_unit', p.exposure_unit, 'exposure_before', p.exposure_before,
            'exposure_after', p.exposure_after, 'exposure_needed', p.exposure_needed,
            'text', p.text, 'computed_at', p.computed_at
        ) order by p.pattern_id), '[]')
        from act.proof as p
        where p.recommendation_id = r.recommendation_id
    ) as proofs
    from act.recommendation as r
    where r.recommendation_id = ($1 ->> 'id')::uuid
) as recommendation
"""

# Of each fix the first verdict that it held.
SELECT_FIX_RECORD = """
select json_build_object(
    'fixes', (select count(*) from act.proof),
    'held', count(*),
    'watched', count(*) filter (where v.is_back or v.decided_at <= now() - interval '90 days'),
    'came_back', count(*) filter (where v.is_back),
    'share_came_back', count(*) filter (where v.is_back)::float8
        / nullif(count(*) filter (where v.is_back or v.decided_at <= now() - interval '90 days'), 0)
)
from (
    select distinct on (recommendation_id, pattern_id, fixed_at)
        decided_at, coalesce(came_back_at <= decided_at + interval '90 days', false) as is_back
    from act.verdict
    where verdict = 'held'
    order by recommendation_id, pattern_id, fixed_at, decided_at
) as v
"""

LOCK_RECOMMENDATION = """
select status, cardinality(steps) as steps from act.recommendation where recommendation_id = $1 for update
"""

INSERT_PROGRESS = """
insert into act.recommendation_progress (
    workspace_id, recommendation_id, status, step, step_done, note, made_by
)
values ($1, $2, $3, $4, $5, $6, $7)
"""

SELECT_START_OF_DAY = """
select $2::date::timestamp at time zone timezone from app.workspace where workspace_id = $1
"""

INSERT_FIXES = """
insert into act.fix (
    workspace_id, recommendation_id, pattern_id, fixed_at, expected_loops_prevented, claimed_by, fixed_in
)
select
    r.workspace_id, r.recommendation_id, pattern_id, $2,
    r.expected_loops_prevented / cardinality(r.pattern_ids), $3, $4
from act.recommendation as r, unnest(r.pattern_ids) as pattern_id
where r.recommendation_id = $1
on conflict do nothing
"""

UPDATE_WITHDRAWN_AT = """
update act.fix set withdrawn_at = now() where recommendation_id = $1 and withdrawn_at is null
"""

SELECT_SERVICE = """
select json_build_object(
    'service', s.service, 'repository', app.owner_of_service(s.workspace_id, s.service) ->> 'repository'
)
from (
    select p.workspace_id, p.fingerprint -> 'service' ->> 'value' as service
    from act.recommendation as r
    cross join unnest(r.pattern_ids) with ordinality as n (pattern_id, place)
    join detect.pattern as p on p.workspace_id = r.workspace_id and p.pattern_id = n.pattern_id
    where r.recommendation_id = ($1 ->> 'id')::uuid
    order by p.fingerprint -> 'service' ->> 'value' is null, n.place
    limit 1
) as s
"""

UPSERT_TICKET = """
insert into act.ticket as t (workspace_id, recommendation_id, connector_id, pushed_by, target)
values ($1, $2, $3, $4, $5)
on conflict (workspace_id, recommendation_id) do update
    set status = 'queued', error = null, attempts = 0, connector_id = excluded.connector_id,
        target = excluded.target, updated_at = now()
    where t.status in ('failed', 'cancelled') or (t.status = 'queued' and t.error is not null)
"""

# Not while an attempt is running: it may still open the ticket.
UPDATE_CANCELLED = """
update act.ticket
set status = 'cancelled', updated_at = now()
where recommendation_id = $1
  and (status = 'failed' or (status = 'queued' and (attempts = 0 or error is not null)))
returning true
"""


class ProgressEntry(NamedTuple):
    """A new status, a step that was ticked or unticked, or a note."""

    status: str | None
    step: int | None
    step_done: bool | None
    note: str | None


async def read_recommendation(db: WorkspaceDatabase, recommendation_id: UUID) -> str | None:
    """One recommendation with its plan, notes, ticket, fixes and proofs, as JSON text."""
    return await db.read_text(SELECT_RECOMMENDATION, id=str(recommendation_id))


async def read_fix_record(db: WorkspaceDatabase) -> str | None:
    """How many fixes held, and how many of these came back within 90 days, as JSON text."""
    return await db.read_text(SELECT_FIX_RECORD)


async def lock_recommendation(db: WorkspaceDatabase, recommendation_id: UUID) -> Any:
    """A recommendation's status and number of steps, locked until the request ends."""
    return await db.transaction.fetchrow(LOCK_RECOMMENDATION, recommendation_id)


async def record_progress(
    db: WorkspaceDatabase,
    recommendation_id: UUID,
    actor: str,
    progress: ProgressEntry,
) -> None:
    """Store a progress entry, and set a new status at once."""
    await db.transaction.execute(INSERT_PROGRESS, db.workspace_id, recommendation_id, *progress, actor)
    if progress.status is not None:
        await db.transaction.execute(
            "update act.recommendation set status = $2 where recommendation_id = $1",
            recommendation_id,
            progress.status,
        )


async def read_start_of_day(db: WorkspaceDatabase, day: date) -> datetime:
    """When a day begins in the workspace's time zone."""
    return await db.transaction.fetchval(SELECT_START_OF_DAY, db.workspace_id, day)  # type: ignore[no-any-return]


async def claim_fix(
    db: WorkspaceDatabase, recommendation_id: UUID, fixed_at: datetime, actor: str, fixed_in: str | None
) -> None:
    """Store the claim that a fix is in place, since when and in which version, and the current estimates."""
    await db.transaction.execute(INSERT_FIXES, recommendation_id, fixed_at, actor, fixed_in)


async def withdraw_fix(db: WorkspaceDatabase, recommendation_id: UUID) -> None:
    """Withdraw the claim that a fix is in place."""
    await db.transaction.execute(UPDATE_WITHDRAWN_AT, recommendation_id)


async def read_service(db: WorkspaceDatabase, recommendation_id: UUID) -> dict[str, str | None]:
    """The service of a recommendation's patterns, and its repository."""
    place = await db.read(SELECT_SERVICE, id=str(recommendation_id))
    return dict(place or {"service": None, "repository": None})


async def queue_ticket(
    db: WorkspaceDatabase,
    recommendation_id: UUID,
    connector_id: UUID,
    actor: str,
    target: str | None = None,
) -> str:
    """The one ticket of a recommendation as JSON text; queued if it is new, had failed or was cancelled."""
    await db.transaction.execute(
        UPSERT_TICKET, db.workspace_id, recommendation_id, connector_id, actor, target
    )
    return await read_ticket(db, recommendation_id)


async def cancel_ticket(db: WorkspaceDatabase, recommendation_id: UUID) -> bool:
    """Cancel a push that has opened no ticket yet; False: it is open, or an attempt is under way."""
    return bool(await db.transaction.fetchval(UPDATE_CANCELLED, recommendation_id))


async def read_ticket(db: WorkspaceDatabase, recommendation_id: UUID) -> str:
    """The ticket of a recommendation as JSON text."""
    ticket = await db.read_text(SELECT_TICKET.format(id="($1 ->> 'id')::uuid"), id=str(recommendation_id))
    return str(ticket)
