"""Lists investigations, records what was found out, and reads the patterns that nothing explains."""

from uuid import UUID

from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase
from api.listing.queries import AnyOf, Listing, Sort

INVESTIGATION_COLUMNS = f"""
    v.investigation_id as id, v.pattern_id, p.name as pattern_name, v.place, v.title, v.to_note,
    v.first_cause, v.second_cause, v.steps, v.status, v.result, v.note, v.decided_by,
    ({select_name("v.decided_by")}) as decided_by_name, v.decided_at, v.computed_at
"""

INVESTIGATION_SOURCE = """
    act.investigation as v
    left join detect.pattern as p on p.workspace_id = v.workspace_id and p.pattern_id = v.pattern_id
"""

INVESTIGATIONS = Listing(
    name="investigations",
    columns=INVESTIGATION_COLUMNS,
    source=INVESTIGATION_SOURCE,
    key="v.investigation_id",
    key_output="id",
    sorts={
        "place": Sort("coalesce(v.place, 2147483647)", "coalesce(place, 2147483647)", "integer"),
        "decided_at": Sort("v.decided_at", "decided_at", "timestamptz", nullable=True),
    },
    default_sort="place",
    filters={
        "status": AnyOf("v.status"),
        "pattern_id": "v.pattern_id = ($1 ->> 'pattern_id')::uuid",
    },
)

SELECT_INVESTIGATION = f"""
select row_to_json(investigation)
from (
    select {INVESTIGATION_COLUMNS}
    from {INVESTIGATION_SOURCE}
    where v.investigation_id = ($1 ->> 'id')::uuid
) as investigation
"""

UPDATE_DECISION = """
update act.investigation
set status = $2, result = $3, note = coalesce($4, note), decided_by = $5, decided_at = now()
where investigation_id = $1
returning true
"""

SELECT_UNEXPLAINED = """
select json_build_object(
    'patterns', coalesce((
        select json_agg(json_build_object('id', p.pattern_id, 'name', p.name, 'issue_count', p.issue_count,
                                          'last_seen_at', p.last_seen_at)
                        order by p.risk_score desc nulls last, p.pattern_id)
        from detect.pattern as p
        where p.pattern_id = any (u.pattern_ids)
    ), '[]'),
    'traits', coalesce(to_json(u.traits), '[]'), 'endings', coalesce(to_json(u.endings), '[]'),
    'computed_at', u.computed_at
)
from (select 1) as one
left join act.unexplained_patterns as u on true
"""


async def read_investigation(db: WorkspaceDatabase, investigation_id: UUID) -> str | None:
    """One investigation as JSON text."""
    return await db.read_text(SELECT_INVESTIGATION, id=str(investigation_id))


async def decide_investigation(
    db: WorkspaceDatabase,
    investigation_id: UUID,
    status: str,
    result: str | None,
    note: str | None,
    actor: str,
) -> bool:
    """Record what was found out; False: there is no such investigation."""
    return bool(await db.transaction.fetchval(UPDATE_DECISION, investigation_id, status, result, note, actor))


async def read_unexplained(db: WorkspaceDatabase) -> str | None:
    """The patterns that nothing explains and what they share, as JSON text."""
    return await db.read_text(SELECT_UNEXPLAINED)
