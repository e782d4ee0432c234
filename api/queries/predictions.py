"""Reads predictions and their grades; records what people say came of them."""

from typing import Any
from uuid import UUID

from api.database import WorkspaceDatabase
from api.pagination import Listing, Sort
from api.queries.issues import any_of

OUTCOME = """
    left join lateral (
        select o.outcome, o.decided_by
        from predict.outcome as o
        where o.workspace_id = p.workspace_id and o.prediction_id = p.prediction_id
        order by o.decided_by = 'system', o.decided_at desc
        limit 1
    ) as graded on true
"""

COLUMNS = """
    p.prediction_id as id, p.pattern_id, n.name as pattern_name, p.window_days, p.issued_at, p.closes_at,
    p.probability, p.reason, p.impact, p.likely_trigger, p.evidence, p.likely_where, p.likely_when,
    p.next_date_low, p.next_date_median, p.next_date_high, p.event_count, p.model_probabilities,
    p.model_version, graded.outcome, graded.decided_by as outcome_by, d.dismissed_at
"""

SOURCE = f"""
    predict.prediction as p
    left join detect.pattern as n on n.workspace_id = p.workspace_id and n.pattern_id = p.pattern_id
    left join predict.dismissal as d on d.workspace_id = p.workspace_id and d.prediction_id = p.prediction_id
    {OUTCOME}
"""

NEWEST = """
    not exists (
        select from predict.prediction as later
        where later.workspace_id = p.workspace_id and later.pattern_id = p.pattern_id
            and later.window_days = p.window_days and later.issued_at > p.issued_at
    )
"""

PREDICTIONS = Listing(
    name="predictions",
    columns=COLUMNS,
    source=SOURCE,
    key="p.prediction_id",
    key_output="id",
    sorts={
        "probability": Sort("p.probability", "probability", "double precision", nullable=True),
        "issued_at": Sort("p.issued_at", "issued_at", "timestamptz"),
        "closes_at": Sort("p.closes_at", "closes_at", "timestamptz"),
    },
    default_sort="-probability",
    filters={
        "pattern_id": "p.pattern_id = ($1 ->> 'pattern_id')::uuid",
        "window_days": "p.window_days = ($1 ->> 'window_days')::integer",
        "impact": any_of("p.impact", "impact"),
        "outcome": any_of("graded.outcome", "outcome"),
        "min_probability": "p.probability >= ($1 ->> 'min_probability')::double precision",
        "dismissed": "(d.dismissed_at is not null) = ($1 ->> 'dismissed')::boolean",
        "history": "true",
    },
    always=f"(($1 ->> 'history')::boolean is true or {NEWEST})",
)

ONE = f"""
select row_to_json(prediction)
from (select {COLUMNS} from {SOURCE} where p.prediction_id = ($1 ->> 'id')::uuid) as prediction
"""

SUMMARY = f"""
with current as (
    select p.probability, p.impact, p.workspace_id
    from predict.prediction as p
    where p.window_days = ($1 ->> 'window_days')::integer and {NEWEST}
        and exists (select from detect.pattern as n where n.pattern_id = p.pattern_id)
), graded as (
    select graded.outcome
    from predict.prediction as p {OUTCOME}
    where p.window_days = ($1 ->> 'window_days')::integer and p.closes_at >= now() - interval '90 days'
        and p.closes_at <= now()
), expected as (
    select sum(d.yhat) as issues
    from predict.forecast as f, unnest(f.days, f.yhat) as d (day, yhat)
    where f.pattern_id is null and d.day >= now()::date
        and d.day < now()::date + ($1 ->> 'window_days')::integer
)
select json_build_object(
    'window_days', ($1 ->> 'window_days')::integer,
    'patterns', (select count(*) from detect.pattern where status <> 'resolved'),
    'predicted', (select count(*) from current where probability is not null),
    'without_prediction', (select count(*) from current where probability is null),
    'high_risk', (select count(*) from current where probability >= s.alert_probability_threshold),
    'critical', (
        select count(*) from current
        where probability >= s.alert_probability_threshold and impact = 'critical'
    ),
    'mean_probability', (select avg(probability) from current),
    'expected_recurrences', (select sum(probability) from current),
    'expected_issues', (select issues from expected),
    'hits', (select count(*) from graded where outcome = 'hit'),
    'misses', (select count(*) from graded where outcome = 'miss'),
    'prevented', (select count(*) from graded where outcome = 'prevented'),
    'alert_probability_threshold', s.alert_probability_threshold
)
from app.workspace_settings as s
"""

MATRIX = f"""
with current as (
    select
        p.pattern_id, least(floor(p.probability * 5)::integer, 4) + 1 as likelihood,
        case p.impact
            when 'critical' then 5
            when 'high' then 4
            when 'medium' then 3
            else case when n.risk_score < 20 then 1 else 2 end
        end as impact,
        p.probability
    from predict.prediction as p
    join detect.pattern as n on n.workspace_id = p.workspace_id and n.pattern_id = p.pattern_id
    where p.window_days = ($1 ->> 'window_days')::integer and p.probability is not null and {NEWEST}
), ranked as (
    select
        *, row_number() over (
            partition by likelihood, impact order by probability desc, pattern_id
        ) as place
    from current
)
select json_agg(cell order by cell.likelihood, cell.impact)
from (
    select
        l.likelihood, i.impact, count(r.pattern_id) as count,
        coalesce(json_agg(r.pattern_id order by r.place) filter (where r.place <= 20), '[]') as pattern_ids
    from generate_series(1, 5) as l (likelihood)
    cross join generate_series(1, 5) as i (impact)
    left join ranked as r on r.likelihood = l.likelihood and r.impact = i.impact
    group by l.likelihood, i.impact
) as cell
"""

FORECAST = """
with asked as (
    select f.days, f.yhat, f.yhat_lower, f.yhat_upper, f.computed_at, f.pattern_id, w.timezone,
           (now() at time zone w.timezone)::date as today
    from predict.forecast as f
    join app.workspace as w using (workspace_id)
    where f.pattern_id is not distinct from ($1 ->> 'pattern_id')::uuid
), actual as (
    select s.day::date as day, count(i.issue_id) as count
    from asked as a
    cross join generate_series(a.today - 89, a.today, interval '1 day') as s (day)
    left join core.issue as i
        on i.source_created_at >= s.day::timestamp at time zone a.timezone
        and i.source_created_at < (s.day::timestamp + interval '1 day') at time zone a.timezone
        and (a.pattern_id is null or i.pattern_id = a.pattern_id)
    group by s.day
), expected as (
    select d.day, d.yhat, d.yhat_lower, d.yhat_upper
    from asked as a,
    unnest(a.days, a.yhat, a.yhat_lower, a.yhat_upper) as d (day, yhat, yhat_lower, yhat_upper)
), bound as (
    select coalesce(
        ($1 ->> 'threshold')::double precision,
        greatest(1, (select percentile_cont(0.95) within group (order by count) from actual))
    ) as threshold
)
select json_build_object(
    'pattern_id', a.pattern_id,
    'timezone', a.timezone,
    'computed_at', a.computed_at,
    'threshold', b.threshold,
    'breach', json_build_object(
        'expected_on', (select min(day) from expected where day >= a.today and yhat >= b.threshold),
        'possible_on', (select min(day) from expected where day >= a.today and yhat_upper >= b.threshold)
    ),
    'actual', (select json_agg(actual order by day) from actual),
    'forecast', (select coalesce(json_agg(expected order by day), '[]') from expected)
)
from asked as a, bound as b
"""

GRADED = f"""
select coalesce(json_agg(json_build_object(
    'probability', p.probability, 'outcome', graded.outcome, 'window_days', p.window_days,
    'model_probabilities', p.model_probabilities::text
)), '[]')
from (
    select *
    from predict.prediction as said
    where said.probability is not null and said.closes_at <= now()
        and said.closes_at >= now() - make_interval(days => ($1 ->> 'days')::integer)
        and (($1 ->> 'window_days') is null or said.window_days = ($1 ->> 'window_days')::integer)
        and (($1 ->> 'model_version') is null or said.model_version = $1 ->> 'model_version')
    order by said.closes_at desc, said.prediction_id
    limit 100000
) as p {OUTCOME}
where graded.outcome is not null
"""

RECORD_OUTCOME = """
insert into predict.outcome (workspace_id, prediction_id, decided_by, outcome, reason)
select p.workspace_id, p.prediction_id, $2, $3, $4 from predict.prediction as p where p.prediction_id = $1
on conflict (workspace_id, prediction_id, decided_by) do update
    set outcome = excluded.outcome, reason = excluded.reason, decided_at = now()
returning true
"""

DISMISS = """
insert into predict.dismissal (workspace_id, prediction_id, dismissed_by, reason)
select p.workspace_id, p.prediction_id, $2, $3 from predict.prediction as p where p.prediction_id = $1
on conflict (workspace_id, prediction_id) do update set reason = coalesce(excluded.reason, dismissal.reason)
returning true
"""


async def read_prediction(db: WorkspaceDatabase, prediction_id: UUID) -> str | None:
    """One prediction as JSON text."""
    return await db.read_text(ONE, id=str(prediction_id))


async def read_summary(db: WorkspaceDatabase, window_days: int) -> str | None:
    """The overview's tiles."""
    return await db.read_text(SUMMARY, window_days=window_days)


async def read_matrix(db: WorkspaceDatabase, window_days: int) -> Any:
    """All 25 cells, least first."""
    return await db.read(MATRIX, window_days=window_days)


async def read_forecast(
    db: WorkspaceDatabase, pattern_id: UUID | None, threshold: float | None
) -> str | None:
    """The forecast of a pattern or of the workspace, with what the last 90 days held."""
    asked = None if pattern_id is None else str(pattern_id)
    return await db.read_text(FORECAST, pattern_id=asked, threshold=threshold)


async def read_graded(
    db: WorkspaceDatabase, window_days: int | None, model_version: str | None, days: int
) -> list[dict[str, Any]]:
    """What has been graded, a person's word before the system's."""
    graded = await db.read(GRADED, window_days=window_days, model_version=model_version, days=days)
    return list(graded)


async def record_outcome(
    db: WorkspaceDatabase, prediction_id: UUID, actor: str, outcome: str, reason: str
) -> bool:
    """Keep a person's word on a prediction; False when there is none."""
    return bool(await db.transaction.fetchval(RECORD_OUTCOME, prediction_id, actor, outcome, reason))


async def dismiss(db: WorkspaceDatabase, prediction_id: UUID, actor: str, reason: str | None) -> bool:
    """Take a prediction out of attention; False when there is none."""
    return bool(await db.transaction.fetchval(DISMISS, prediction_id, actor, reason))
