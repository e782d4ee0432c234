"""Reads what failed in a service, or in all that a team owns."""

from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase
from api.listing.queries import write_values
from api.owners.queries import OWNED_BY_OF_ISSUE, OWNED_SERVICES, SELECT_OWNER_NAMES
from api.predictions.queries import HEADLINE_WINDOW
from causeloop_pipeline.model.issue import OPEN_STATUSES

LAST_ENDINGS = 5
MAX_EXPERTS = 5
OPEN = ", ".join(f"'{status}'" for status in OPEN_STATUSES)
NAMES = "$1 -> 'owner'"
OF_SERVICE = f"i.service = ({NAMES} ->> 0)"

# A service has thousands of issues, of which a span of days has few: what occurred is joined by the issue.
SELECT_SUMMARY = f"""
with chosen as materialized (
    select i.workspace_id, i.issue_id, i.pattern_id, i.status from core.issue as i where {{which}}
), span as (
    select
        w.timezone, ($1 ->> 'days')::integer as days,
        date_trunc('day', now() at time zone w.timezone)
            - make_interval(days => ($1 ->> 'days')::integer - 1) as first_day
    from app.workspace as w
), times as materialized (
    select o.started_at, o.ended_at, o.started_at >= s.first_day at time zone s.timezone as is_in_span
    from span as s
    cross join chosen as c
    join core.occurrence as o
        on o.workspace_id = c.workspace_id and o.issue_id = c.issue_id
        and o.started_at >= (s.first_day - make_interval(days => s.days)) at time zone s.timezone
), ended as materialized (
    select
        e.issue_id, i.title, i.external_id, i.external_url, e.ended_at, e.took_seconds, e.action, e.phrase,
        e.quote, e.field, e.made_by, e.link, p.pattern_id, p.name as pattern_name
    from span as s
    cross join chosen as c
    join act.ending as e on e.workspace_id = c.workspace_id and e.issue_id = c.issue_id
        and e.ended_at >= s.first_day at time zone s.timezone
    join core.issue as i on i.workspace_id = c.workspace_id and i.issue_id = c.issue_id
    join detect.pattern as p on p.workspace_id = c.workspace_id and p.pattern_id = c.pattern_id
), deeds as (
    select made_by as name, 1 as ended, 0 as notes, ended_at as at from ended where made_by is not null
    union all
    select ({select_name("n.made_by")}), 0, 1, n.made_at
    from span as s
    join detect.closure_note as n on n.made_at >= s.first_day at time zone s.timezone
    where n.withdrawn_at is null and n.pattern_id in (select pattern_id from chosen)
)
select json_build_object(
    'name', $1 -> 'owner' ->> 0, 'days', s.days, 'services', {{services}},
    'occurrences', (select count(*) from times where is_in_span),
    'occurrences_before', (select count(*) from times where not is_in_span),
    'open_issues', (select count(*) from chosen where status in ({OPEN})),
    'mttr_seconds', (
        select extract(epoch from percentile_cont(0.5) within group (order by ended_at - started_at))
        from times where is_in_span and ended_at is not null
    ),
    'cost', (select t.loop_cost from app.workspace_settings as t)
        * (select count(*) from times where is_in_span),
    'headline_window', {HEADLINE_WINDOW},
    'weeks', (
        select json_agg(
            json_build_object('start', w.start::date, 'count', coalesce(n.count, 0)) order by w.start
        )
        from generate_series(
            date_trunc('week', s.first_day), now() at time zone s.timezone, interval '1 week'
        ) as w (start)
        left join (
            select date_trunc('week', t.started_at at time zone s.timezone) as start, count(*) as count
            from times as t where t.is_in_span
            group by 1
        ) as n on n.start = w.start
    ),
    'endings', (
        select coalesce(json_agg(l order by l.ended_at desc, l.issue_id), '[]')
        from (select * from ended order by ended_at desc, issue_id limit {LAST_ENDINGS}) as l
    ),
    'experts', (
        select coalesce(json_agg(e order by e.ended + e.notes desc, e.name), '[]')
        from (
            select name, sum(ended) as ended, sum(notes) as notes, max(at) as last_at
            from deeds
            where name is not null
            group by name
            order by sum(ended) + sum(notes) desc, name
            limit {MAX_EXPERTS}
        ) as e
    )
)
from span as s
"""
SELECT_SUMMARY_OF_SERVICE = SELECT_SUMMARY.format(which=OF_SERVICE, services="$1 -> 'owner'")
SELECT_SUMMARY_OF_TEAM = SELECT_SUMMARY.format(
    which=OWNED_BY_OF_ISSUE.write([], NAMES),
    services=(
        "(select coalesce(json_agg(o.service order by o.service), '[]') "
        f"from ({OWNED_SERVICES.format(values=write_values(NAMES))}) as o)"
    ),
)

SELECT_TEAMS = f"""
select json_build_object('data', coalesce(
    json_agg(t order by t.open_issues desc, t.issues desc, t.services desc, t.name), '[]'))
from (
    select
        n.name, count(o.service) as services, coalesce(sum(i.issues), 0) as issues,
        coalesce(sum(i.open_issues), 0) as open_issues, max(i.last_created_at) as last_created_at
    from ({SELECT_OWNER_NAMES}) as n
    left join (
        select o.* from app.workspace as w cross join lateral app.owned_services(w.workspace_id) as o
    ) as o on o.owner = n.name
    left join (
        select service, count(*) as issues, count(*) filter (where status in ({OPEN})) as open_issues,
            max(source_created_at) as last_created_at
        from core.issue
        where service is not null
        group by service
    ) as i on i.service = o.service
    group by n.name
) as t
"""


async def read_service_summary(db: WorkspaceDatabase, name: str, days: int) -> str | None:
    """What failed in a service, as JSON text."""
    return await db.read_text(SELECT_SUMMARY_OF_SERVICE, owner=[name], days=days)


async def read_team_summary(db: WorkspaceDatabase, name: str, days: int) -> str | None:
    """What failed in all that a team owns, as JSON text."""
    return await db.read_text(SELECT_SUMMARY_OF_TEAM, owner=[name], days=days)


async def read_teams(db: WorkspaceDatabase) -> str | None:
    """Everybody who owns something, as JSON text."""
    return await db.read_text(SELECT_TEAMS)
