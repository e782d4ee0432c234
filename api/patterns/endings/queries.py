"""Reads the last endings of a pattern, and what ended it how often and for how long."""

from uuid import UUID

from api.http.database import WorkspaceDatabase

LAST_ENDINGS = 3

SELECT_PATTERN_ENDINGS = f"""
select json_build_object(
    'last', (
        select coalesce(json_agg(last order by last.ended_at desc, last.issue_id), '[]')
        from (
            select e.issue_id, i.title, i.external_id, i.external_url, e.ended_at, e.took_seconds, e.action,
                e.phrase, e.quote, e.field, e.made_by, e.link
            from act.ending as e
            join core.issue as i on i.workspace_id = e.workspace_id and i.issue_id = e.issue_id
            where i.pattern_id = p.pattern_id
            order by e.ended_at desc, e.issue_id
            limit {LAST_ENDINGS}
        ) as last
    ),
    'groups', (
        select coalesce(json_agg(json_build_object(
            'action', g.action, 'phrase', g.phrase, 'count', g.count, 'held_low', g.held_low,
            'held_high', g.held_high, 'is_holding', g.is_holding, 'issue_ids', g.issue_ids
        ) order by g.held_high desc, g.count desc, g.action), '[]')
        from act.ending_groups(p.workspace_id, array[p.pattern_id]) as g
    )
)
from detect.pattern as p
where p.pattern_id = ($1 ->> 'id')::uuid
"""


async def read_pattern_endings(db: WorkspaceDatabase, pattern_id: UUID) -> str | None:
    """How a pattern's issues ended, as JSON text."""
    return await db.read_text(SELECT_PATTERN_ENDINGS, id=str(pattern_id))
