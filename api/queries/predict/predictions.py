"""Reads predictions and their grades; records what people say came of them."""

from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.http.pagination import Listing, Sort
from api.queries.detect.issues import any_of

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
    always=f"(($1 ->> 'history')::boolean is true or (n.pattern_id is not null and {NEWEST}))",
)

ONE = f"""
select row_to_json(prediction)
from (
    select {COLUMNS}, d.dismissed_by, d.reason as dismissal_reason, (
        select coalesce(json_agg(json_build_object(
            'outcome', o.outcome, 'decided_by', o.decided_by, 'decided_at', o.decided_at,
            'reason', o.reason, 'counterfactual_rate', o.counterfactual_rate
        ) order by o.decided_by <> 'system', o.decided_at), '[]')
        from predict.outcome as o
        where o.workspace_id = p.workspace_id and o.prediction_id = p.prediction_id
    ) as outcomes
    from {SOURCE}
    where p.prediction_id = ($1 ->> 'id')::uuid
) as prediction
"""

# What stands at present of the patterns that are not resolved, and what a person has taken out of attention.
CURRENT = f"""
    select
        p.pattern_id, p.probability, p.impact, n.risk_score,
        exists (
            select from predict.dismissal as d
            where d.workspace_id = p.workspace_id and d.prediction_id = p.prediction_id
        ) as dismissed
    from predict.prediction as p
    join detect.pattern as n on n.workspace_id = p.workspace_id and n.pattern_id = p.pattern_id
    where p.window_days = ($1 ->> 'window_days')::integer and n.status <> 'resolved' and {NEWEST}
"""

SUMMARY = f"""
with current as ({CURRENT}), attended as (
    select * from current where not dismissed
), graded as (
    select graded.outcome
    from predict.prediction as p {OUTCOME}
    where p.window_days = ($1 ->> 'window_days')::integer and p.closes_at >= now() - interval '90 days'
        and p.closes_at <= now()
), expected as (
    -- A forecast is a day old at most; one that ends well within the window tells nothing of the whole.
    select case when count(*) >= 0.9 * ($1 ->> 'window_days')::integer then sum(d.yhat) end as issues
    from app.workspace as w
    cross join lateral (select (now() at time zone w.timezone)::date as today) as t
    join predict.forecast as f on f.workspace_id = w.workspace_id and f.pattern_id is null
    cross join unnest(f.days, f.yhat) as d (day, yhat)
    where d.day >= t.today and d.day < t.today + ($1 ->> 'window_days')::integer
)
select json_build_object(
    'window_days', ($1 ->> 'window_days')::integer,
    'patterns', (select count(*) from detect.pattern where status <> 'resolved'),
    'predicted', (select count(*) from current where probability is not null),
    'without_prediction', (select count(*) from current where probability is null),
    'dismissed', (select count(*) from current where dismissed),
    'high_risk', (select count(*) from attended where probability >= s.alert_probability_threshold),
    'critical', (
        select count(*) from attended
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
with current as ({CURRENT}), placed as (
    select
        pattern_id, least(floor(probability * 5)::integer, 4) + 1 as likelihood,
        case impact
            when 'critical' then 5
            when 'high' then 4
            when 'medium' then 3
            else case when risk_score < 20 then 1 else 2 end
        end as impact,
        probability
    from current
    where probability is not null and not dismissed
), ranked as (
    select
        *, row_number() over (
            partition by likelihood, impact order by probability desc, pattern_id
        ) as place
    from placed
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


async def record_outcome(
    db: WorkspaceDatabase, prediction_id: UUID, actor: str, outcome: str, reason: str
) -> bool:
    """Keep a person's word on a prediction; False when there is none."""
    return bool(await db.transaction.fetchval(RECORD_OUTCOME, prediction_id, actor, outcome, reason))


async def dismiss(db: WorkspaceDatabase, prediction_id: UUID, actor: str, reason: str | None) -> bool:
    """Take a prediction out of attention; False when there is none."""
    return bool(await db.transaction.fetchval(DISMISS, prediction_id, actor, reason))
