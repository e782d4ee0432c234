"""Reads what is known of the patterns and issues that a failure may repeat."""

from collections.abc import Sequence
from typing import Any

from api.assignments.queries import select_assignee
from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase
from api.predictions.queries import HEADLINE_WINDOW

MAX_ENDINGS = 3
MAX_FIXES = 10
VERSION = "coalesce({0} ->> 'version', {0} ->> 'release', {0} ->> 'affects_version')"

SELECT_ENDINGS = f"""
    select coalesce(json_agg(ended order by ended.resolved_at desc nulls last), '[]')
    from (
        select
            e.issue_id, e.external_id, e.title, e.status, e.resolved_at, e.external_url,
            coalesce(a.quote, e.attributes ->> 'resolution') as resolution,
            coalesce(
                a.made_by, e.attributes ->> 'resolved_by', e.attributes ->> 'closed_by',
                e.attributes ->> 'assignee', e.team
            ) as resolved_by
        from {{issues}} as e
        -- A look at each of the few, whatever the planner thinks how many there are.
        left join lateral (
            select one.quote, one.made_by from act.ending as one
            where one.workspace_id = e.workspace_id and one.issue_id = e.issue_id
            offset 0
        ) as a on true
        where e.resolved_at is not null and {{of_group}}
        order by e.source_created_at desc
        limit {MAX_ENDINGS}
    ) as ended
"""
"""How earlier failures of one cause ended, the latest first: the one place that says what an ending is."""

ENDINGS_OF_PATTERN = SELECT_ENDINGS.format(issues="core.issue", of_group="e.pattern_id = p.pattern_id")
ENDING_OF_ISSUE = SELECT_ENDINGS.format(issues="(select i.*)", of_group="true")

SELECT_FIXES = f"""
    select coalesce(json_agg(tried order by tried.fixed_at desc), '[]')
    from (
        select
            x.recommendation_id, i.postmortem_id, coalesce(r.title, i.text) as title,
            x.fixed_at, x.claimed_by,
            ({select_name("x.claimed_by")}) as claimed_by_name, x.withdrawn_at, v.verdict, v.rate_ratio,
            v.rate_ratio_low, v.rate_ratio_high, v.earliest_proof_date, v.text
        from act.fix as x
        left join act.recommendation as r
            on r.workspace_id = x.workspace_id and r.recommendation_id = x.recommendation_id
        left join act.action_item as i
            on i.workspace_id = x.workspace_id and i.item_id = x.recommendation_id
        left join act.proof as v
            on v.workspace_id = x.workspace_id and v.recommendation_id = x.recommendation_id
            and v.pattern_id = x.pattern_id and x.withdrawn_at is null
        where x.pattern_id = p.pattern_id and (r.title is not null or i.text is not null)
        order by x.fixed_at desc
        limit {MAX_FIXES}
    ) as tried
"""

SELECT_NEXT = f"""
    select json_build_object(
        'window_days', n.window_days, 'probability', n.probability, 'date_low', n.next_date_low,
        'date_median', n.next_date_median, 'date_high', n.next_date_high, 'likely_trigger', n.likely_trigger
    )
    from predict.current_prediction as c
    join predict.prediction as n on n.workspace_id = c.workspace_id and n.prediction_id = c.prediction_id
    where c.pattern_id = p.pattern_id
    order by n.window_days <> {HEADLINE_WINDOW}, n.window_days
    limit 1
"""

SELECT_TICKETS = """
    select coalesce(json_agg(json_build_object(
        'status', t.status, 'external_id', t.external_id, 'external_url', t.external_url,
        'pushed_at', t.pushed_at
    ) order by t.pushed_at desc), '[]')
    from ticketed as t
    where t.pattern_id = p.pattern_id
"""

# Once for all groups: a recommendation does not lie beside its patterns.
SELECT_TICKETED = """
    select about.pattern_id, t.status, t.external_id, t.external_url, t.pushed_at
    from act.ticket as t
    join act.recommendation as r
        on r.workspace_id = t.workspace_id and r.recommendation_id = t.recommendation_id
    cross join unnest(r.pattern_ids) as about (pattern_id)
    where t.status <> 'cancelled' and about.pattern_id in (select a.group_id from requested as a)
    union all
    select k.pattern_id, t.status, t.external_id, t.external_url, t.pushed_at
    from act.failure_claim as k
    join act.ticket as t on t.workspace_id = k.workspace_id and t.recommendation_id = k.claim_id
    where t.status <> 'cancelled' and k.pattern_id in (select a.group_id from requested as a)
"""

SELECT_NOTES = f"""
    select coalesce(json_agg(json_build_object(
        'note', n.note, 'made_by', n.made_by, 'made_by_name', ({select_name("n.made_by")}),
        'made_at', n.made_at
    ) order by n.made_at desc), '[]')
    from detect.closure_note as n
    where n.pattern_id = p.pattern_id and n.withdrawn_at is null
"""

SELECT_ANSWERS = f"""
with requested as materialized (
    select g.group_id, g.issue_id from jsonb_to_recordset($1 -> 'groups') as g (group_id uuid, issue_id uuid)
), ticketed as materialized (
    {SELECT_TICKETED}
)
select json_object_agg(g.group_id, json_build_object(
    'pattern', case when p.pattern_id is not null then json_build_object(
        'id', p.pattern_id, 'name', p.name, 'status', p.status, 'issue_count', p.issue_count,
        'occurrence_count', p.occurrence_count, 'first_seen_at', p.first_seen_at,
        'last_seen_at', p.last_seen_at, 'mttr_seconds', p.mttr_seconds, 'resolved_at', p.resolved_at,
        'reopened_at', p.reopened_at
    ) end,
    'nearest_issue', json_build_object(
        'id', i.issue_id, 'external_id', i.external_id, 'title', i.title, 'source', i.source,
        'service', i.service, 'environment', i.environment, 'version', {VERSION.format("i.attributes")},
        'status', i.status, 'created_at', i.source_created_at, 'external_url', i.external_url
    ),
    'endings', case
        when p.pattern_id is not null then ({ENDINGS_OF_PATTERN}) else ({ENDING_OF_ISSUE})
    end,
    'notes', ({SELECT_NOTES}), 'fixes', ({SELECT_FIXES}), 'next', ({SELECT_NEXT}),
    'tickets', ({SELECT_TICKETS}), 'assignee', ({select_assignee("pattern", "p.pattern_id")})
))
from requested as g
join core.issue as i on i.issue_id = g.issue_id
left join detect.pattern as p on p.pattern_id = g.group_id
"""


async def read_answers(db: WorkspaceDatabase, groups: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What is known of each group, by its id; a group that has gone meanwhile is left out."""
    if not groups:
        return {}
    group_ids = [{"group_id": group["group_id"], "issue_id": group["issue_id"]} for group in groups]
    return dict(await db.read(SELECT_ANSWERS, groups=group_ids) or {})
