"""Reads the candidates of a similar-issue search: all issues of a small workspace, otherwise related ones.

Related are issues with the same template, the same pattern, the same rare words, or a creation time just
before or after. Each is one index scan of bounded length, so that the cost does not grow with the workspace.
Counting the issues that hold a word reads all of them from the index, so words that are already frequent in a
small sample of the workspace are not counted. Ids are digests: a range of ids is a random sample, and its
share of the id space is its share of the workspace.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.issues.queries import ISSUE_COLUMNS

MAX_SMALL_WORKSPACE = 2_000
MAX_PER_RELATION = 300
MAX_PER_SIDE = 100  # of an issue's time: before it, and after it
MAX_ISSUES_PER_RARE_WORD = 500  # words in more issues than this are not distinctive
MAX_RARE_WORDS = 24
SAMPLE_ISSUES, MAX_SAMPLE_ISSUES_PER_WORD = 200, 9
ID_NUMBER = "('x' || translate(left({}::text, 13), '-', ''))::bit(48)::bigint / 2.0 ^ 48"  # from 0 to 1
MAX_WORD_POSITION = 200  # later words of an issue are mostly logs and quotations

COMPARED_FIELDS = """
    'issue_id', i.issue_id, 'source', i.source, 'external_id', i.external_id, 'title', i.title,
    'severity', i.severity, 'status', i.status, 'service', i.service, 'component', f.component,
    'error_type', i.error_type, 'team', i.team, 'environment', i.environment, 'region', f.region,
    'source_created_at', i.source_created_at, 'source_updated_at', i.source_updated_at,
    'resolved_at', i.resolved_at, 'template_key', f.template_key,
    'template_probability', f.template_probability"""
COMPARED_ISSUES = """
candidate as c
-- A look at each, whatever the planner thinks how many there are.
cross join lateral (select * from core.issue as one where one.issue_id = c.issue_id offset 0) as i
left join lateral (
    select * from detect.fingerprint as one
    where one.workspace_id = i.workspace_id and one.issue_id = i.issue_id
    offset 0
) as f on true"""
"""Issues (i) that a statement named `candidate`, with their fingerprints (f)."""

VECTOR_FIELD = ", 'vector', encode(v.vector, 'hex')"
VECTORS = """
left join lateral (
    select one.vector from detect.text_vector as one
    where one.workspace_id = i.workspace_id and one.issue_id = i.issue_id
    offset 0
) as v on true"""
"""Those of the issues (i) that are compared, where a search is by meaning too."""

SELECT_CANDIDATES_OF = f"""
with target as (
    select
        i.*, f.template_key, f.template_probability,
        (
            select count(*) from (select from core.issue limit {MAX_SMALL_WORKSPACE} + 1) as counted
        ) <= {MAX_SMALL_WORKSPACE} as is_small
    from core.issue as i
    left join detect.fingerprint as f on f.workspace_id = i.workspace_id and f.issue_id = i.issue_id
    where i.issue_id = ($1 ->> 'id')::uuid
), sample as materialized (
    (
        select i.words, {ID_NUMBER.format("i.issue_id")} as id_number
        from core.issue as i
        where i.issue_id > (select t.issue_id from target as t where not t.is_small)
        order by i.workspace_id, i.issue_id
        limit {SAMPLE_ISSUES}
    )
), limit_of_sample as (
    select least({MAX_SAMPLE_ISSUES_PER_WORD}, ceil(expected + 3 * sqrt(expected))) as issues
    from (
        select {MAX_ISSUES_PER_RARE_WORD}
                   * (max(s.id_number) - max({ID_NUMBER.format("t.issue_id")})) as expected
        from target as t
        cross join sample as s
    ) as of_a_rare_word
), word as (
    select w.workspace_id, w.lexeme, w.query
    from (
        select t.workspace_id, w.lexeme, quote_literal(w.lexeme)::tsquery as query
        from target as t
        cross join unnest(t.words) as w
        where not t.is_small and length(w.lexeme) > 1 and w.positions[1] <= {MAX_WORD_POSITION}
    ) as w
    where (
        select count(*) from sample as s where s.words @@ w.query
    ) <= (select l.issues from limit_of_sample as l)
), rare as (
    select word.*, frequency.issues
    from word
    cross join lateral (
        select count(*) as issues
        from (
            select from core.issue as i
            where i.workspace_id = word.workspace_id and i.words @@ word.query
            limit {MAX_ISSUES_PER_RARE_WORD} + 1
        ) as containing
    ) as frequency
    where frequency.issues between 2 and {MAX_ISSUES_PER_RARE_WORD}
    order by frequency.issues, word.lexeme
    limit {MAX_RARE_WORDS}
), shared_words as (
    select i.issue_id, sum(1 / ln(1 + rare.issues)) as weight
    from rare
    join core.issue as i on i.workspace_id = rare.workspace_id and i.words @@ rare.query
    group by i.issue_id
), candidate as (
    select issue_id from target
    union
    select i.issue_id from core.issue as i
    where i.issue_id in (select jsonb_array_elements_text($1 -> 'also')::uuid)
    union
    (
        select i.issue_id
        from core.issue as i
        where (select t.is_small from target as t)
        limit {MAX_SMALL_WORKSPACE}
    )
    union
    (
        select f.issue_id
        from target as t
        join detect.fingerprint as f on f.workspace_id = t.workspace_id and f.template_key = t.template_key
        where not t.is_small
        limit {MAX_PER_RELATION}
    )
    union
    (
        select i.issue_id
        from core.issue as i
        where i.pattern_id = (select t.pattern_id from target as t where not t.is_small)
        order by i.source_created_at desc
        limit {MAX_PER_RELATION}
    )
    union
    (
        select issue_id from shared_words
        order by weight desc, issue_id
        limit {MAX_PER_RELATION}
    )
    union
    (
        select i.issue_id
        from core.issue as i
        where i.source_created_at <= (select t.source_created_at from target as t where not t.is_small)
        order by i.source_created_at desc, i.issue_id desc
        limit {MAX_PER_SIDE}
    )
    union
    (
        select i.issue_id
        from core.issue as i
        where i.source_created_at > (select t.source_created_at from target as t where not t.is_small)
        order by i.source_created_at, i.issue_id
        limit {MAX_PER_SIDE}
    )
)
select json_agg(json_build_object(
{COMPARED_FIELDS}, 'body', left(i.body, 3000){{vector_field}}
) order by i.source_created_at, i.issue_id)
from {COMPARED_ISSUES}{{vectors}}
"""
SELECT_CANDIDATES = SELECT_CANDIDATES_OF.format(vector_field="", vectors="")
SELECT_CANDIDATES_BY_MEANING = SELECT_CANDIDATES_OF.format(vector_field=VECTOR_FIELD, vectors=VECTORS)

SELECT_SUMMARIES = f"""
select json_object_agg(summary.id, summary)
from (
    select {ISSUE_COLUMNS}
    from core.issue as i
    where i.issue_id in (select jsonb_array_elements_text($1 -> 'ids')::uuid)
) as summary
"""


async def read_candidates(
    db: WorkspaceDatabase, issue_id: UUID, also: Sequence[UUID] = (), *, by_meaning: bool = False
) -> list[dict[str, Any]]:
    """The candidates, the issue itself and the `also` issues among them, with their vectors where the search
    is by meaning too; empty if there is no such issue.
    """
    statement = SELECT_CANDIDATES_BY_MEANING if by_meaning else SELECT_CANDIDATES
    return list(await db.read(statement, id=str(issue_id), also=[str(each) for each in also]) or [])


async def read_summaries(db: WorkspaceDatabase, issue_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Issues as they appear in lists, by id."""
    return dict(await db.read(SELECT_SUMMARIES, ids=list(issue_ids)) or {})
