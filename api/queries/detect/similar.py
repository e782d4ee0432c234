"""What a similar-issue search looks through: a small workspace whole, else the issue's surroundings.

Each way into the surroundings is one index scan of bounded length, so the cost does not grow with the
workspace: same template, same pattern, the same rare words, and what happened just before and after.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.queries.detect.issues import SUMMARY

WHOLE = 2_000
NEAR = 300
RARE = 500  # issues that hold a word, at most: more, and it tells nothing
WORDS = 24  # the rarest of the asked issue
WORD_PLACES = 200  # words further down an issue are mostly logs and quotations

CANDIDATES = f"""
with asked as (
    select
        i.*, f.template_key,
        (select count(*) from (select from core.issue limit {WHOLE} + 1) as counted) <= {WHOLE} as whole
    from core.issue as i
    left join detect.fingerprint as f on f.workspace_id = i.workspace_id and f.issue_id = i.issue_id
    where i.issue_id = ($1 ->> 'id')::uuid
), word as (
    select a.workspace_id, w.lexeme, quote_literal(w.lexeme)::tsquery as query
    from asked as a
    cross join unnest(a.words) as w
    where not a.whole and length(w.lexeme) > 1 and w.positions[1] <= {WORD_PLACES}
), rare as (
    select word.*, found.issues
    from word
    cross join lateral (
        select count(*) as issues
        from (
            select from core.issue as i
            where i.workspace_id = word.workspace_id and i.words @@ word.query
            limit {RARE} + 1
        ) as held
    ) as found
    where found.issues between 2 and {RARE}
    order by found.issues, word.lexeme
    limit {WORDS}
), worded as (
    select i.issue_id, sum(1 / ln(1 + rare.issues)) as weight
    from rare
    join core.issue as i on i.workspace_id = rare.workspace_id and i.words @@ rare.query
    group by i.issue_id
), candidate as (
    select issue_id from asked
    union
    select i.issue_id from core.issue as i
    where i.issue_id in (select jsonb_array_elements_text($1 -> 'besides')::uuid)
    union
    select i.issue_id from asked as a join core.issue as i on i.workspace_id = a.workspace_id where a.whole
    union
    (
        select f.issue_id
        from asked as a
        join detect.fingerprint as f on f.workspace_id = a.workspace_id and f.template_key = a.template_key
        where not a.whole
        limit {NEAR}
    )
    union
    (
        select i.issue_id
        from asked as a
        join core.issue as i on i.workspace_id = a.workspace_id and i.pattern_id = a.pattern_id
        where not a.whole
        order by i.source_created_at desc
        limit {NEAR}
    )
    union
    (
        select issue_id from worded
        order by weight desc, issue_id
        limit {NEAR}
    )
    union
    (
        select i.issue_id
        from asked as a
        join core.issue as i on i.workspace_id = a.workspace_id and i.source_created_at <= a.source_created_at
        where not a.whole
        order by i.source_created_at desc, i.issue_id desc
        limit {NEAR}
    )
    union
    (
        select i.issue_id
        from asked as a
        join core.issue as i on i.workspace_id = a.workspace_id and i.source_created_at > a.source_created_at
        where not a.whole
        order by i.source_created_at, i.issue_id
        limit {NEAR}
    )
)
select json_agg(json_build_object(
    'issue_id', i.issue_id, 'source', i.source, 'external_id', i.external_id, 'title', i.title,
    'body', left(i.body, 3000), 'severity', i.severity, 'status', i.status, 'service', i.service,
    'component', f.component, 'error_type', i.error_type, 'team', i.team, 'environment', i.environment,
    'region', f.region, 'source_created_at', i.source_created_at,
    'source_updated_at', i.source_updated_at, 'resolved_at', i.resolved_at,
    'template_key', f.template_key
) order by i.source_created_at, i.issue_id)
from candidate as c
join core.issue as i on i.issue_id = c.issue_id
left join detect.fingerprint as f on f.workspace_id = i.workspace_id and f.issue_id = i.issue_id
"""

SUMMARIES = f"""
select json_object_agg(summary.id, summary)
from (
    select {SUMMARY}
    from core.issue as i
    where i.issue_id in (select jsonb_array_elements_text($1 -> 'ids')::uuid)
) as summary
"""


async def read_candidates(
    db: WorkspaceDatabase, issue_id: UUID, besides: Sequence[UUID] = ()
) -> list[dict[str, Any]]:
    """The issues to look through, the asked one among them; none when there is no such issue."""
    return list(await db.read(CANDIDATES, id=str(issue_id), besides=[str(one) for one in besides]) or [])


async def read_summaries(db: WorkspaceDatabase, issue_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Issues as lists show them, by id."""
    return dict(await db.read(SUMMARIES, ids=list(issue_ids)) or {})
