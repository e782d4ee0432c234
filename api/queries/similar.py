"""Finds issues that read like another one, by the rare words that they share.

The candidates are bounded (each way in is an index scan of at most 200 rows), so the cost does not grow with
the workspace. Similarity is the share of word weight in common, a word weighing more the fewer candidates
hold it, raised by an equal service and error type.
"""

from uuid import UUID

from api.database import WorkspaceDatabase
from api.queries.issues import SUMMARY

NEAR = 200

SIMILAR = f"""
with asked as (
    select i.*, f.template_key
    from core.issue as i
    left join detect.fingerprint as f on f.workspace_id = i.workspace_id and f.issue_id = i.issue_id
    where i.issue_id = ($1 ->> 'id')::uuid
), candidate as (
    select issue_id from asked
    union
    (
        select f.issue_id
        from asked as a
        join detect.fingerprint as f on f.workspace_id = a.workspace_id and f.template_key = a.template_key
        limit {NEAR}
    )
    union
    (
        select i.issue_id
        from asked as a
        join core.issue as i on i.workspace_id = a.workspace_id and i.pattern_id = a.pattern_id
        order by i.source_created_at desc
        limit {NEAR}
    )
    union
    (
        select i.issue_id
        from asked as a
        join core.issue as i on i.workspace_id = a.workspace_id
            and to_tsvector('simple', i.title || ' ' || coalesce(left(i.body, 20000), ''))
                @@ plainto_tsquery('simple', a.title)
        limit {NEAR}
    )
    union
    (
        select i.issue_id
        from asked as a
        join core.issue as i on i.workspace_id = a.workspace_id and i.source_created_at <= a.source_created_at
        order by i.source_created_at desc, i.issue_id desc
        limit {NEAR}
    )
    union
    (
        select i.issue_id
        from asked as a
        join core.issue as i on i.workspace_id = a.workspace_id and i.source_created_at > a.source_created_at
        order by i.source_created_at, i.issue_id
        limit {NEAR}
    )
), word as materialized (
    select i.issue_id, t.term
    from candidate as c
    join core.issue as i on i.issue_id = c.issue_id,
    unnest(tsvector_to_array(
        to_tsvector('simple', i.title || ' ' || coalesce(left(i.body, 2000), ''))
    )) as t (term)
), weight as materialized (
    select term, ln(1 + (select count(*) from candidate)::double precision / count(*)) as weight
    from word
    group by term
), total as (
    select w.issue_id, sum(k.weight) as total from word as w join weight as k using (term) group by w.issue_id
), common as (
    select w.issue_id, sum(k.weight) as common
    from word as w
    join word as mine on mine.term = w.term and mine.issue_id = ($1 ->> 'id')::uuid
    join weight as k on k.term = w.term
    where w.issue_id <> ($1 ->> 'id')::uuid
    group by w.issue_id
), scored as (
    select
        c.issue_id,
        0.8 * c.common / nullif(t.total + (select total from total where issue_id = a.issue_id) - c.common, 0)
            + case when i.service = a.service then 0.1 else 0 end
            + case when i.error_type = a.error_type then 0.1 else 0 end as similarity
    from common as c
    join total as t using (issue_id)
    join core.issue as i on i.issue_id = c.issue_id
    cross join asked as a
)
select json_build_object('data', coalesce((
    select json_agg(row_to_json(alike) order by alike.similarity desc, alike.id)
    from (
        select {SUMMARY}, round(s.similarity::numeric, 4)::double precision as similarity
        from scored as s
        join core.issue as i on i.issue_id = s.issue_id
        order by s.similarity desc, i.issue_id
        limit ($1 ->> 'limit')::integer
    ) as alike
), '[]'))
from asked
"""


async def read_similar(db: WorkspaceDatabase, issue_id: UUID, limit: int) -> str | None:
    """The issues most like one, as JSON text; None when there is no such issue."""
    return await db.read_text(SIMILAR, id=str(issue_id), limit=limit)
