"""Finds what people look for: a few of each kind, in one statement."""

from typing import Any

from api.http.database import WorkspaceDatabase
from api.owners.queries import SELECT_OWNER_NAMES

NEWEST_CHANGES = 5_000
"""How far back titles of changes are compared; older ones are found in the list of changes."""

MAX_WORDS = 30_000

# Distinct values by one look at the index each, however many issues have them.
SOURCES = """
    select min(source) as value from core.issue
    union all
    select (select min(i.source) from core.issue as i where i.source > v.value)
    from sources as v where v.value is not null
"""
SERVICES = """
    select min(service) as value from core.issue
    union all
    select (select min(i.service) from core.issue as i where i.service > v.value)
    from services as v where v.value is not null
"""
PATTERNS = """
    select 1 as place, 'pattern' as kind, p.pattern_id::text as id, p.name as title,
        p.status || ', ' || p.occurrence_count || ' times' as detail,
        row_number() over (
            order by p.pattern_id::text = q.typed desc, lower(p.name) = lower(q.typed) desc,
                ts_rank(to_tsvector('simple', p.name), q.words) desc, p.risk_score desc nulls last,
                p.pattern_id
        ) as rank
    from detect.pattern as p cross join q
    where to_tsvector('simple', p.name) @@ q.words or p.pattern_id::text = q.typed
"""
FOUND_SERVICES = """
    select 2, 'service', s.value, s.value, null,
        row_number() over (
            order by lower(s.value) = lower(q.typed) desc, position(lower(q.typed) in lower(s.value)), s.value
        )
    from services as s cross join q
    where s.value is not null and position(lower(q.typed) in lower(s.value)) > 0
"""
TEAMS = f"""
    select 3, 'team', t.name, t.name, null,
        row_number() over (
            order by lower(t.name) = lower(q.typed) desc, position(lower(q.typed) in lower(t.name)), t.name
        )
    from ({SELECT_OWNER_NAMES}) as t cross join q
    where position(lower(q.typed) in lower(t.name)) > 0
"""
ISSUES_BY_ID = """
    select 0, 'issue', i.issue_id::text, i.title, concat_ws(', ', i.source, i.external_id),
        row_number() over (order by i.source_created_at desc, i.issue_id)
    from q
    cross join sources as s
    cross join lateral (
        select * from core.issue as i
        where i.source = s.value and i.external_id = q.typed
        order by i.source_created_at desc
        limit ($1 ->> 'limit')::integer
    ) as i
    union all
    select 0, 'issue', i.issue_id::text, i.title, concat_ws(', ', i.source, i.external_id), 1
    from core.issue as i
    where i.issue_id = (
        select case when q.typed ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then q.typed::uuid end
        from q
    )
"""
ISSUES = """
    select 4, 'issue', i.issue_id::text, i.title,
        concat_ws(', ', i.service, to_char(i.source_created_at, 'YYYY-MM-DD')),
        row_number() over ()
    from (
        select i.* from core.issue as i
        where i.words @@ core.search_query($1 ->> 'q') and i.external_id <> ($1 ->> 'q')
        order by i.source_created_at desc, i.issue_id desc
        limit ($1 ->> 'limit')::integer
    ) as i
"""
RECOMMENDATIONS = """
    select 5, 'recommendation', r.recommendation_id::text, r.title, r.status,
        row_number() over (order by r.rank nulls last, r.recommendation_id)
    from act.recommendation as r cross join q
    where to_tsvector('simple', r.title) @@ q.words or r.recommendation_id::text = q.typed
"""
CHANGES = f"""
    select 6, 'change', c.change_id::text, c.title,
        concat_ws(', ', c.service, to_char(c.changed_at, 'YYYY-MM-DD')),
        row_number() over (order by c.changed_at desc, c.change_id)
    from (select * from core.change order by changed_at desc limit {NEWEST_CHANGES}) as c cross join q
    where to_tsvector('simple', c.title) @@ q.words or c.external_id = q.typed
"""
CONNECTORS = """
    select 7, 'connector', c.connector_id::text, c.display_name, c.type,
        row_number() over (order by c.display_name, c.connector_id)
    from app.connector as c cross join q
    where position(lower(q.typed) in lower(c.display_name || ' ' || c.type)) > 0
"""
MEMBERS = """
    select 8, 'member', p.email, coalesce(p.name, p.email), p.email, row_number() over (order by p.email)
    from (
        select u.email, coalesce(m.name, case when m.status <> 'invited' then u.name end) as name
        from app.membership as m join app.users as u on u.user_id = m.user_id
        where ($1 ->> 'sees_members')::boolean
    ) as p cross join q
    where position(lower(q.typed) in lower(concat_ws(' ', p.name, p.email))) > 0
"""
SELECT_HITS = f"""
with recursive sources as ({SOURCES}), services as ({SERVICES}),
q as materialized (select core.search_query($1 ->> 'q') as words, $1 ->> 'q' as typed),
hits as ({PATTERNS} union all {FOUND_SERVICES} union all {TEAMS} union all {ISSUES_BY_ID} union all {ISSUES}
    union all {RECOMMENDATIONS} union all {CHANGES} union all {CONNECTORS} union all {MEMBERS})
select coalesce(json_agg(
    json_build_object('kind', kind, 'id', id, 'title', title, 'detail', detail) order by place, rank, id
), '[]')
from hits
where rank <= ($1 ->> 'limit')::integer
"""
SELECT_WORDS = f"""
with recursive services as ({SERVICES})
select coalesce(json_agg(distinct word), '[]')
from (
    select word from detect.pattern as p, unnest(tsvector_to_array(to_tsvector('simple', p.name))) as word
    union all
    select word from services as s, unnest(tsvector_to_array(to_tsvector('simple', s.value))) as word
    limit {MAX_WORDS}
) as known
"""


async def find_hits(db: WorkspaceDatabase, q: str, limit: int, *, sees_members: bool) -> list[dict[str, Any]]:
    """A few hits of each kind: those of the exact id first, then by kind, the best of each first."""
    hits: list[dict[str, Any]] = await db.read(SELECT_HITS, q=q, limit=limit, sees_members=sees_members)
    return hits


async def read_words(db: WorkspaceDatabase) -> list[str]:
    """The words of the names of patterns and services."""
    words: list[str] = await db.read(SELECT_WORDS)
    return words
