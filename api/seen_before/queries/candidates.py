"""Reads the stored issues that a failure is compared with, by index scans of bounded length.

They have its template, title or stack trace; or rare words of it; or are in a pattern whose name has words of
it that are rare among the names. A small workspace is read whole. The cost does not grow with the workspace.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.issues.similar.queries import COMPARED_FIELDS, COMPARED_ISSUES, VECTOR_FIELD, VECTORS

MAX_SMALL_WORKSPACE = 300
MAX_PER_KEY, MAX_PATTERNS_PER_KEY = 60, 5
MAX_BY_WORDS, MAX_PER_GROUP = 160, 4
MAX_BY_NAMES, MAX_NAMES_PER_WORD = 40, 100
MAX_SAMPLED_NAMES_PER_WORD = 8  # 1.6 are expected of 100 names; more are 5 standard deviations away
MAX_ISSUES_PER_RARE_WORD = 500
FIRST_NOT_SAMPLED = "04000000-0000-0000-0000-000000000000"
MAX_SAMPLED_PER_RARE_WORD = 20  # 7.8 are expected of 500 issues; more are 4 standard deviations away
MAX_COUNTED_WORDS, MAX_RARE_WORDS = 40, 24
MAX_BODY = 2_000
ISSUES_OF_NAME = 2


def _select_infrequent(table: str, key: str, limit: int) -> str:
    """The words that so many of a table's sampled rows have at most."""
    return f"""select w.lexeme, w.query
    from word as w
    cross join lateral (
        select count(*) as number
        from (
            select from {table} as t
            where t.words @@ w.query and t.{key} < '{FIRST_NOT_SAMPLED}'
            limit {limit} + 1
        ) as having_it
    ) as sampled
    where sampled.number <= {limit}"""


SELECT_CANDIDATES_OF = f"""
with failure as (
    select
        to_tsvector('simple', left($1 ->> 'text', 20000)) as words, ($1 ->> 'except')::uuid as excluded,
        (select app.current_workspace()) as workspace_id,
        (
            select count(*) from (select from core.issue limit {MAX_SMALL_WORKSPACE} + 1) as counted
        ) <= {MAX_SMALL_WORKSPACE} as is_small
), word as materialized (
    select w.lexeme, quote_literal(w.lexeme)::tsquery as query
    from failure
    cross join unnest(failure.words) as w
    where not failure.is_small and length(w.lexeme) > 1
    order by w.positions[1]
    limit {MAX_COUNTED_WORDS}
), infrequent as (
    {_select_infrequent("core.issue", "issue_id", MAX_SAMPLED_PER_RARE_WORD)}
), containing as materialized (
    select w.lexeme, i.issue_id, i.pattern_id, count(*) over (partition by w.lexeme) as issues
    from infrequent as w
    cross join lateral (
        select i.issue_id, i.pattern_id
        from core.issue as i
        where i.words @@ w.query
        limit {MAX_ISSUES_PER_RARE_WORD} + 1
    ) as i
), rare as (
    select lexeme
    from containing
    where issues <= {MAX_ISSUES_PER_RARE_WORD}
    group by lexeme, issues
    order by issues, lexeme
    limit {MAX_RARE_WORDS}
), by_words as (
    select issue_id
    from (
        select s.issue_id, s.weight, row_number() over (
            partition by coalesce(s.pattern_id, s.issue_id) order by s.weight desc, s.issue_id
        ) as place
        from (
            select c.issue_id, c.pattern_id, sum(1 / ln(1 + c.issues)) as weight
            from containing as c
            where c.lexeme in (select r.lexeme from rare as r)
            group by c.issue_id, c.pattern_id
        ) as s
    ) as placed
    where place <= {MAX_PER_GROUP}
    order by weight desc, issue_id
    limit {MAX_BY_WORDS}
), infrequent_in_names as (
    {_select_infrequent("detect.pattern", "pattern_id", MAX_SAMPLED_NAMES_PER_WORD)}
), by_names as (
    select p.pattern_id, sum(1 / ln(1 + p.names)) as weight
    from infrequent_in_names as w
    cross join lateral (
        select n.pattern_id, count(*) over () as names
        from (
            select p.pattern_id from detect.pattern as p
            where p.words @@ w.query
            limit {MAX_NAMES_PER_WORD} + 1
        ) as n
    ) as p
    where p.names <= {MAX_NAMES_PER_WORD}
    group by p.pattern_id
    order by weight desc, p.pattern_id
    limit {MAX_BY_NAMES}
), by_key as (
    select f.issue_id
    from failure
    cross join jsonb_array_elements_text($1 -> 'keys') as k
    cross join lateral (
        (
            select f.issue_id from detect.fingerprint as f
            where f.workspace_id = failure.workspace_id and f.template_key = k.value
            limit {MAX_PER_KEY}
        )
        union all
        (
            select f.issue_id from detect.fingerprint as f
            where f.workspace_id = failure.workspace_id and f.title_key = k.value
            limit {MAX_PER_KEY}
        )
        union all
        (
            select f.issue_id from detect.fingerprint as f
            where f.workspace_id = failure.workspace_id and f.trace_key = k.value
            limit {MAX_PER_KEY}
        )
    ) as f
), candidate as (
    select issue_id from by_key
    union
    select issue_id from by_words
    union
    select i.issue_id
    from by_names as p
    cross join lateral (
        select i.issue_id from core.issue as i
        where i.pattern_id = p.pattern_id
        order by i.source_created_at desc
        limit {ISSUES_OF_NAME}
    ) as i
    union
    select i.issue_id
    from core.issue as i
    where i.issue_id in (select jsonb_array_elements_text($1 -> 'also')::uuid)
    union
    (
        select i.issue_id
        from core.issue as i
        where (select a.is_small from failure as a)
        limit {MAX_SMALL_WORKSPACE}
    )
)
select json_build_object('similarity', (
    select g.similarity_model from detect.grouping_state as g
), 'issues', coalesce(json_agg(json_build_object(
    {COMPARED_FIELDS}, 'body', left(i.body, {MAX_BODY}), 'pattern_id', i.pattern_id,
    'kind', f.kind, 'template', f.template, 'title_key', f.title_key, 'trace_key', f.trace_key{{vector_field}}
) order by i.source_created_at, i.issue_id), '[]'))
from {COMPARED_ISSUES}{{vectors}}
where i.issue_id is distinct from (select a.excluded from failure as a)
"""
SELECT_CANDIDATES = SELECT_CANDIDATES_OF.format(vector_field="", vectors="")
SELECT_CANDIDATES_BY_MEANING = SELECT_CANDIDATES_OF.format(vector_field=VECTOR_FIELD, vectors=VECTORS)

SELECT_COMPARED_ISSUE = """
select json_build_object(
    'title', i.title, 'body', i.body, 'service', i.service, 'environment', i.environment,
    'error_type', i.error_type, 'team', i.team, 'component', i.attributes ->> 'component',
    'source', i.source, 'occurred_at', i.source_created_at
)
from core.issue as i
where i.issue_id = ($1 ->> 'id')::uuid
"""

SELECT_OLDEST = """
select json_object_agg(g.id, (
    select json_build_object('title', i.title, 'body', left(i.body, 20000))
    from core.issue as i
    where i.pattern_id = g.id::uuid or i.issue_id = g.id::uuid
    order by i.source_created_at, i.issue_id
    limit 1
))
from jsonb_array_elements_text($1 -> 'ids') as g (id)
"""


async def read_candidates(
    db: WorkspaceDatabase,
    text: str,
    keys: Sequence[str],
    excluded: UUID | None,
    nearest: Sequence[UUID] | None = None,
) -> str:
    """The issues to compare with, and what the workspace's own pairs say of one cause: as JSON, which is
    parsed where they are compared.

    `nearest` in meaning are among them, and all have their vectors; None for a search by words alone.
    """
    candidates = await db.read_text(
        SELECT_CANDIDATES if nearest is None else SELECT_CANDIDATES_BY_MEANING,
        text=text,
        keys=list(keys),
        also=[str(issue_id) for issue_id in nearest or ()],
        **{"except": str(excluded) if excluded else None},
    )
    return candidates or '{"issues": [], "similarity": null}'


async def read_compared_issue(db: WorkspaceDatabase, issue_id: UUID) -> dict[str, Any] | None:
    """An issue that somebody asks about."""
    issue: dict[str, Any] | None = await db.read(SELECT_COMPARED_ISSUE, id=str(issue_id))
    return issue


async def read_oldest(db: WorkspaceDatabase, group_id: str) -> dict[str, Any] | None:
    """Title and body of the oldest issue of a pattern, or of an issue that is in none."""
    candidates = await db.read(SELECT_OLDEST, ids=[group_id])
    return dict(candidates or {}).get(group_id)
