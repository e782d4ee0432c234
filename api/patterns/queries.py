"""Lists and reads patterns, their members, frequency and lineage."""

from uuid import UUID

from api.assignments.queries import match_assignee, select_assignee
from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase
from api.issues.queries import ISSUE_COLUMNS
from api.listing.queries import AnyHolds, AnyOf, Listing, Sort
from api.owners.queries import OWNED_BY_OF_PATTERN, OWNER_OF_PATTERN

# Silent for three times the usual gap and for at least two weeks, while not resolved.
QUIET = """
    case
        when p.status <> 'resolved' and p.typical_gap_days is not null
            and now() - p.last_seen_at > make_interval(days => 1) * greatest(14, 3 * p.typical_gap_days)
        then json_build_object(
            'silent_days', floor(extract(epoch from now() - p.last_seen_at) / 86400)::integer,
            'typical_gap_days', p.typical_gap_days
        )
    end
"""

PATTERN_COLUMNS = f"""
    p.pattern_id as id, p.name, p.kind, p.status, p.confidence, p.risk_score, p.fingerprint,
    p.issue_count, p.occurrence_count, p.first_seen_at, p.last_seen_at, p.mttr_seconds, p.resolved_at,
    p.reopened_at,
    c.cluster_id, {QUIET} as quiet, h.snoozed_until,
    ({select_assignee("pattern", "p.pattern_id")}) as assignee, {OWNER_OF_PATTERN} as owner
"""

PATTERN_SOURCE = """
    detect.pattern as p
    left join detect.cluster_member as c on c.workspace_id = p.workspace_id and c.pattern_id = p.pattern_id
    left join detect.pattern_handling as h on h.workspace_id = p.workspace_id and h.pattern_id = p.pattern_id
"""


def member_has(field: str) -> AnyHolds:
    """That some issue of the pattern has one of the values in a field."""
    return AnyHolds(f"""p.pattern_id in (
            select i.pattern_id from core.issue as i
            where i.{field} = any ({{values}}) and i.pattern_id is not null
        )""")


PATTERNS = Listing(
    name="patterns",
    columns=PATTERN_COLUMNS,
    source=PATTERN_SOURCE,
    key="p.pattern_id",
    key_output="id",
    sorts={
        "risk_score": Sort("p.risk_score", "risk_score", "double precision", nullable=True),
        "last_seen_at": Sort("p.last_seen_at", "last_seen_at", "timestamptz"),
        "first_seen_at": Sort("p.first_seen_at", "first_seen_at", "timestamptz"),
        "issue_count": Sort("p.issue_count", "issue_count", "bigint"),
        "occurrence_count": Sort("p.occurrence_count", "occurrence_count", "bigint"),
        "confidence": Sort("p.confidence", "confidence", "double precision"),
    },
    default_sort="-risk_score",
    filters={
        "q": "to_tsvector('simple', p.name) @@ core.search_query($1 ->> 'q')",
        "status": AnyOf("p.status"),
        **{name: member_has(name) for name in ("service", "team")},
        "owner": OWNED_BY_OF_PATTERN,
        "assignee": match_assignee("pattern", "p.pattern_id"),
        "snoozed": "coalesce(h.snoozed_until > now(), false) = ($1 ->> 'snoozed')::boolean",
        "cluster_id": "c.cluster_id = ($1 ->> 'cluster_id')::uuid",
        "min_confidence": "p.confidence >= ($1 ->> 'min_confidence')::double precision",
        "min_risk_score": "p.risk_score >= ($1 ->> 'min_risk_score')::double precision",
        "recommendation_id": """p.pattern_id in (
            select unnest(r.pattern_ids) from act.recommendation as r
            where r.recommendation_id = ($1 ->> 'recommendation_id')::uuid
        )""",
    },
)

PATTERN_MEMBERS = Listing(
    name="members",
    columns=f"""{ISSUE_COLUMNS}, m.similarity, m.confidence, m.reason, m.nearest_pattern_id,
        m.nearest_missing""",
    source="""core.issue as i
        join detect.pattern_member as m on m.workspace_id = i.workspace_id and m.issue_id = i.issue_id""",
    key="i.issue_id",
    key_output="id",
    sorts={
        "created_at": Sort("i.source_created_at", "source_created_at", "timestamptz"),
        "similarity": Sort("m.similarity", "similarity", "double precision"),
        "confidence": Sort("m.confidence", "confidence", "double precision"),
    },
    default_sort="-created_at",
    filters={
        "q": "i.words @@ core.search_query($1 ->> 'q')",
        "template_key": """exists (
            select from detect.fingerprint as f
            where f.workspace_id = m.workspace_id and f.issue_id = m.issue_id
                and f.template_key = ($1 ->> 'template_key')
        )""",
    },
    always="i.pattern_id = ($1 ->> 'of_pattern')::uuid",
)

SELECT_PATTERN = f"""
select row_to_json(pattern)
from (
    select {PATTERN_COLUMNS}, (
        select coalesce(json_agg(json_build_object(
            'id', n.closure_note_id, 'note', n.note, 'made_by', n.made_by, 'made_at', n.made_at,
            'made_by_name', ({select_name("n.made_by")}), 'withdrawn_at', n.withdrawn_at
        ) order by n.made_at), '[]')
        from detect.closure_note as n
        where n.pattern_id = p.pattern_id
    ) as closure_notes
    from {PATTERN_SOURCE}
    where p.pattern_id = ($1 ->> 'id')::uuid
) as pattern
"""

MAX_GROUPS = 50

SELECT_MEMBER_GROUPS = f"""
select json_build_object('data', coalesce(json_agg(g order by g.count desc, g.template_key), '[]'))
from (
    select
        f.template_key, min(f.template) as template, count(*) as count,
        min(o.first_seen_at) as first_seen_at, max(o.last_seen_at) as last_seen_at
    from detect.pattern_member as m
    join detect.fingerprint as f on f.workspace_id = m.workspace_id and f.issue_id = m.issue_id
    cross join lateral (
        select min(n.started_at) as first_seen_at, max(n.started_at) as last_seen_at
        from core.occurrence as n
        where n.workspace_id = m.workspace_id and n.issue_id = m.issue_id
    ) as o
    where m.pattern_id = ($1 ->> 'id')::uuid
    group by f.template_key
    order by count desc, f.template_key
    limit {MAX_GROUPS}
) as g
"""

SELECT_EXISTS = "select to_json(true) from detect.pattern where pattern_id = ($1 ->> 'id')::uuid"

SELECT_FREQUENCY = """
with period as (
    select
        w.timezone, ($1 ->> 'bucket') as bucket,
        date_trunc($1 ->> 'bucket', now() at time zone w.timezone) as last_start,
        date_trunc(
            $1 ->> 'bucket',
            (now() at time zone w.timezone) - make_interval(days => ($1 ->> 'days')::integer - 1)
        ) as first_start
    from app.workspace as w
), occurrences as (
    select o.started_at at time zone p.timezone as started_at
    from period as p
    join core.issue as i on i.pattern_id = ($1 ->> 'id')::uuid
    join core.occurrence as o
        on o.workspace_id = i.workspace_id and o.issue_id = i.issue_id
        and o.started_at >= p.first_start at time zone p.timezone
), buckets as (
    select date_trunc(p.bucket, o.started_at) as start, count(*) as count
    from period as p cross join occurrences as o
    group by 1
), times as (
    select
        extract(isodow from o.started_at)::integer as weekday,
        extract(hour from o.started_at)::integer as hour,
        count(*) as count
    from occurrences as o
    group by 1, 2
)
select json_build_object(
    'pattern_id', $1 ->> 'id', 'bucket', p.bucket, 'timezone', p.timezone,
    'data', (
        select json_agg(
            json_build_object('start', s.start::date, 'count', coalesce(b.count, 0)) order by s.start
        )
        from generate_series(p.first_start, p.last_start, ('1 ' || p.bucket)::interval) as s (start)
        left join buckets as b on b.start = s.start
    ),
    'times', (select coalesce(json_agg(t order by t.weekday, t.hour), '[]') from times as t)
)
from period as p
where exists (select from detect.pattern as n where n.pattern_id = ($1 ->> 'id')::uuid)
"""

SELECT_LINEAGE = """
with recursive step as (
    select l.old_pattern_id, l.new_pattern_id, l.kind, l.issue_count, l.reason, l.at, 1 as depth
    from detect.pattern_lineage as l
    where l.old_pattern_id = ($1 ->> 'id')::uuid
    union
    select l.old_pattern_id, l.new_pattern_id, l.kind, l.issue_count, l.reason, l.at, s.depth + 1
    from step as s
    join detect.pattern_lineage as l on l.old_pattern_id = s.new_pattern_id and l.at >= s.at
    where s.depth < 50
), current as (
    select p.pattern_id
    from detect.pattern as p
    where p.pattern_id = ($1 ->> 'id')::uuid
        or (
            p.pattern_id in (select new_pattern_id from step)
            and not exists (select from detect.pattern as q where q.pattern_id = ($1 ->> 'id')::uuid)
        )
)
select json_build_object(
    'id', $1 ->> 'id',
    'current_ids', (
        select coalesce(json_agg(c.pattern_id order by (
            select max(s.issue_count) from step as s where s.new_pattern_id = c.pattern_id
        ) desc nulls last, c.pattern_id), '[]')
        from current as c
    ),
    'arrivals', (
        select coalesce(json_agg(json_build_object(
            'old_pattern_id', a.old_pattern_id, 'new_pattern_id', a.new_pattern_id, 'kind', a.kind,
            'issue_count', a.issue_count, 'reason', a.reason, 'at', a.at
        ) order by a.at, a.old_pattern_id), '[]')
        from (
            select l.* from detect.pattern_lineage as l
            where l.new_pattern_id = ($1 ->> 'id')::uuid
            order by l.at desc
            limit 50
        ) as a
    ),
    'steps', (
        select coalesce(json_agg(json_build_object(
            'old_pattern_id', old_pattern_id, 'new_pattern_id', new_pattern_id, 'kind', kind,
            'issue_count', issue_count, 'reason', reason, 'at', at
        ) order by at, old_pattern_id, new_pattern_id), '[]')
        from (
            select distinct old_pattern_id, new_pattern_id, kind, issue_count, reason, at from step
        ) as steps
    )
)
where exists (select from current) or exists (select from step)
"""


async def read_pattern(db: WorkspaceDatabase, pattern_id: UUID) -> str | None:
    """One pattern as JSON text."""
    return await db.read_text(SELECT_PATTERN, id=str(pattern_id))


async def has_pattern(db: WorkspaceDatabase, pattern_id: UUID) -> bool:
    """Whether this workspace has a pattern of this id."""
    return await db.read(SELECT_EXISTS, id=str(pattern_id)) is not None


async def read_member_groups(db: WorkspaceDatabase, pattern_id: UUID) -> str | None:
    """The pattern's issues by their text without its variable parts, the largest groups first."""
    return await db.read_text(SELECT_MEMBER_GROUPS, id=str(pattern_id))


async def read_frequency(db: WorkspaceDatabase, pattern_id: UUID, bucket: str, days: int) -> str | None:
    """The number of occurrences per day or week, empty ones included, and by weekday and hour.

    All in the workspace's time zone.
    """
    return await db.read_text(SELECT_FREQUENCY, id=str(pattern_id), bucket=bucket, days=days)


async def read_lineage(db: WorkspaceDatabase, pattern_id: UUID) -> str | None:
    """The patterns that hold an id's issues today, and how they moved there."""
    return await db.read_text(SELECT_LINEAGE, id=str(pattern_id))
