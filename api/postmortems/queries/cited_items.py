"""Reads the action items that stand beside a pattern or a recommendation, in the words of their documents."""

from collections.abc import Sequence
from uuid import UUID

from api.http.database import WorkspaceDatabase

MAX_CITED = 50

SELECT_CITED = f"""
select json_build_object('data', coalesce(json_agg(c), '[]'))
from (
    select
        i.item_id as id, m.postmortem_id, m.title as postmortem_title, m.address, about.pattern_id, i.text,
        i.quote, i.kind, i.is_done, i.is_dropped, i.done_at, i.done_basis, p.verdict, p.text as verdict_text
    from act.postmortem as m
    cross join unnest(m.pattern_ids) as about (pattern_id)
    join act.action_item as i on i.workspace_id = m.workspace_id and i.postmortem_id = m.postmortem_id
    left join act.proof as p
        on p.workspace_id = i.workspace_id and p.recommendation_id = i.item_id
        and p.pattern_id = about.pattern_id
    where m.status = 'imported' and about.pattern_id = any (
        array(select jsonb_array_elements_text($1 -> 'pattern_ids'))::uuid[]
    )
    order by i.kind <> 'fix', not i.is_done, i.done_at desc, m.postmortem_id, i.place
    limit {MAX_CITED}
) as c
"""


async def read_cited(db: WorkspaceDatabase, pattern_ids: Sequence[UUID]) -> str | None:
    """The action items of the post-mortems that are about some patterns, as JSON text."""
    return await db.read_text(SELECT_CITED, pattern_ids=[str(each) for each in pattern_ids])
