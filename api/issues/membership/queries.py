"""Reads why an issue is in its pattern, the nearest other pattern, and people's corrections of the issue."""

from uuid import UUID

from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase

MAX_FACTS = 50

SELECT_MEMBERSHIP = f"""
select json_build_object(
    'issue_id', i.issue_id,
    'state', case
        when m.issue_id is not null then 'member'
        when f.issue_changed_at is distinct from i.changed_at
            or f.grouped_changed_at is distinct from f.issue_changed_at then 'waiting'
        else 'alone'
    end,
    'pattern', case when p.pattern_id is not null then json_build_object(
        'id', p.pattern_id, 'name', p.name, 'status', p.status, 'confidence', p.confidence,
        'issue_count', p.issue_count
    ) end,
    'decided_by', case
        when m.issue_id is null then null
        when m.reason ->> 'kind' = 'person' then 'person'
        when m.reason ->> 'kind' in ('template', 'trace') then 'rule'
        else 'similarity'
    end,
    'similarity', m.similarity, 'confidence', m.confidence, 'reason', m.reason,
    'nearest_pattern', case when n.pattern_id is not null then json_build_object(
        'id', n.pattern_id, 'name', n.name, 'status', n.status, 'confidence', n.confidence,
        'issue_count', n.issue_count
    ) end,
    'nearest_missing', m.nearest_missing,
    'template', f.template,
    'facts', (
        select coalesce(json_agg(json_build_object(
            'correction_id', coalesce(c.correction_id, c.constraint_id), 'act', c.act,
            'kind', c.kind, 'issue_id', c.other, 'issue_title', o.title, 'pattern_id', c.pattern_id,
            'made_by', c.made_by, 'made_by_name', ({select_name("c.made_by")}),
            'made_at', c.made_at, 'reason', c.reason
        ) order by c.made_at desc, c.constraint_id desc), '[]')
        from (
            select *, case left_issue_id when i.issue_id then right_issue_id else left_issue_id end as other
            from detect.constraint_in_force
            where left_issue_id = i.issue_id or right_issue_id = i.issue_id
            order by made_at desc, constraint_id desc
            limit {MAX_FACTS}
        ) as c
        left join core.issue as o on o.workspace_id = c.workspace_id and o.issue_id = c.other
    )
)
from core.issue as i
left join detect.fingerprint as f using (workspace_id, issue_id)
left join detect.pattern_member as m using (workspace_id, issue_id)
left join detect.pattern as p on p.workspace_id = m.workspace_id and p.pattern_id = m.pattern_id
left join detect.pattern as n on n.workspace_id = m.workspace_id and n.pattern_id = m.nearest_pattern_id
where i.issue_id = ($1 ->> 'id')::uuid
"""


async def read_membership(db: WorkspaceDatabase, issue_id: UUID) -> str | None:
    """An issue's membership as JSON text; None if there is no such issue."""
    return await db.read_text(SELECT_MEMBERSHIP, id=str(issue_id))
