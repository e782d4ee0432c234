"""Lists and reads predictions; records outcomes and dismissals."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from api.assignments.queries import match_assignee
from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase
from api.listing.queries import AnyOf, Listing, Sort
from api.owners.queries import OWNED_BY_OF_PREDICTION
from api.patterns.queries import member_has
from causeloop_pipeline.model.prediction import NEAREST_WINDOW, Impact
from causeloop_pipeline.storage.database.sql_values import quote_values

JOIN_OUTCOME = """
    left join lateral (
        select o.outcome, o.decided_by
        from predict.outcome as o
        where o.workspace_id = p.workspace_id and o.prediction_id = p.prediction_id
        order by o.decided_by = 'system', o.decided_at desc
        limit 1
    ) as graded on true
"""


def select_graded(column: str) -> str:
    """A column of the valid outcome, read only where it is needed."""
    return f"(select graded.{column} from (select) as one {JOIN_OUTCOME})"


HEADLINE_WINDOW = f"coalesce((select b.headline_window from predict.backtest as b), {NEAREST_WINDOW})"
"""The window that is shown first and ranked by, in days."""

PREDICTION_COLUMNS = f"""
    p.prediction_id as id, p.pattern_id, n.name as pattern_name, p.window_days, p.issued_at, p.closes_at,
    p.window_days = {HEADLINE_WINDOW} as is_headline,
    p.probability, p.reason, p.impact, p.likely_trigger, p.evidence, p.likely_where, p.likely_when, p.rhythm,
    p.next_date_low, p.next_date_median, p.next_date_high, p.event_count, p.model_probabilities,
    p.model_version, {select_graded("outcome")} as outcome, {select_graded("decided_by")} as outcome_by,
    d.dismissed_at
"""

JOIN_PATTERN_AND_DISMISSAL = """
    left join detect.pattern as n on n.workspace_id = p.workspace_id and n.pattern_id = p.pattern_id
    left join predict.dismissal as d on d.workspace_id = p.workspace_id and d.prediction_id = p.prediction_id
"""

PREDICTION_SOURCE = f"predict.prediction as p {JOIN_PATTERN_AND_DISMISSAL}"

ISSUED_PREDICTIONS = Listing(
    name="predictions",
    columns=PREDICTION_COLUMNS,
    source=PREDICTION_SOURCE,
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
        "service": member_has("service"),
        "owner": OWNED_BY_OF_PREDICTION,
        "assignee": match_assignee("pattern", "p.pattern_id"),
        "q": "to_tsvector('simple', n.name) @@ core.search_query($1 ->> 'q')",
        "window_days": "p.window_days = ($1 ->> 'window_days')::integer",
        "impact": AnyOf("p.impact"),
        "outcome": AnyOf(select_graded("outcome")),
        "min_probability": "p.probability >= ($1 ->> 'min_probability')::double precision",
        "dismissed": "(d.dismissed_at is not null) = ($1 ->> 'dismissed')::boolean",
        "history": "true",
    },
)
"""Every prediction that was ever made."""

# Outer joins, which the planner drops where rows are only counted.
PREDICTIONS = replace(
    ISSUED_PREDICTIONS,
    source=f"""
        predict.current_prediction as c
        left join predict.prediction as p
            on p.workspace_id = c.workspace_id and p.prediction_id = c.prediction_id
        {JOIN_PATTERN_AND_DISMISSAL}
    """,
    key="c.prediction_id",
    sorts={
        **ISSUED_PREDICTIONS.sorts,
        "probability": Sort("c.probability", "probability", "double precision", nullable=True),
        "issued_at": Sort("c.issued_at", "issued_at", "timestamptz"),
    },
    filters={
        **ISSUED_PREDICTIONS.filters,
        "pattern_id": "c.pattern_id = ($1 ->> 'pattern_id')::uuid",
        "window_days": "c.window_days = ($1 ->> 'window_days')::integer",
        "impact": AnyOf("c.impact"),
        "min_probability": "c.probability >= ($1 ->> 'min_probability')::double precision",
    },
)
"""The latest prediction of each pattern and window."""

SELECT_PREDICTION = f"""
select row_to_json(prediction)
from (
    select {PREDICTION_COLUMNS}, d.dismissed_by,
        ({select_name("d.dismissed_by")}) as dismissed_by_name, d.reason as dismissal_reason, (
        select coalesce(json_agg(json_build_object(
            'outcome', o.outcome, 'decided_by', o.decided_by,
            'decided_by_name', ({select_name("o.decided_by")}), 'decided_at', o.decided_at,
            'reason', o.reason, 'counterfactual_rate', o.counterfactual_rate
        ) order by o.decided_by <> 'system', o.decided_at), '[]')
        from predict.outcome as o
        where o.workspace_id = p.workspace_id and o.prediction_id = p.prediction_id
    ) as outcomes
    from {PREDICTION_SOURCE}
    where p.prediction_id = ($1 ->> 'id')::uuid
) as prediction
"""

# The latest predictions of the patterns that are not resolved.
SELECT_CURRENT = """
    select
        c.pattern_id, c.probability, c.impact, n.risk_score,
        exists (
            select from predict.dismissal as d
            where d.workspace_id = c.workspace_id and d.prediction_id = c.prediction_id
        ) as dismissed
    from predict.current_prediction as c
    join detect.pattern as n on n.workspace_id = c.workspace_id and n.pattern_id = c.pattern_id
    where c.window_days = ($1 ->> 'window_days')::integer and n.status <> 'resolved'
"""

SELECT_SUMMARY = f"""
with current as ({SELECT_CURRENT}), not_dismissed as (
    select * from current where not dismissed
), graded as (
    select coalesce(sum(hits), 0) as hits, coalesce(sum(misses), 0) as misses,
        coalesce(sum(prevented), 0) as prevented
    from predict.outcome_count
    where window_days = ($1 ->> 'window_days')::integer
        and closed_on between (now() at time zone 'UTC')::date - 90 and (now() at time zone 'UTC')::date
), expected as (
    -- A forecast is at most a day old; one that ends well within the window does not cover the window.
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
    'high_risk', (select count(*) from not_dismissed where probability >= s.alert_probability_threshold),
    'critical', (
        select count(*) from not_dismissed
        where probability >= s.alert_probability_threshold and impact = 'critical'
    ),
    'mean_probability', (select avg(probability) from current),
    'expected_recurrences', (select sum(probability) from current),
    'expected_issues', (select issues from expected),
    'hits', (select hits from graded),
    'misses', (select misses from graded),
    'prevented', (select prevented from graded),
    'alert_probability_threshold', s.alert_probability_threshold
)
from app.workspace_settings as s
"""

SELECT_MATRIX = f"""
with current as ({SELECT_CURRENT}), placed as (
    select
        pattern_id, least(floor(probability * 5)::integer, 4) + 1 as likelihood,
        case
            when impact = '{Impact.LOW}' and risk_score < 20 then 1
            else {len(Impact) + 2} - array_position(array[{quote_values(Impact)}], impact)
        end as impact,
        probability
    from current
    where probability is not null and not dismissed
), ranked as (
    select
        *, row_number() over (
            partition by likelihood, impact order by probability desc, pattern_id
        ) as position
    from placed
)
select json_agg(cell order by cell.likelihood, cell.impact)
from (
    select
        l.likelihood, i.impact, count(r.pattern_id) as count,
        coalesce(
            json_agg(r.pattern_id order by r.position) filter (where r.position <= 20), '[]'
        ) as pattern_ids
    from generate_series(1, 5) as l (likelihood)
    cross join generate_series(1, 5) as i (impact)
    left join ranked as r on r.likelihood = l.likelihood and r.impact = i.impact
    group by l.likelihood, i.impact
) as cell
"""

UPSERT_OUTCOME = """
insert into predict.outcome (workspace_id, prediction_id, decided_by, outcome, reason)
select p.workspace_id, p.prediction_id, $2, $3, $4 from predict.prediction as p where p.prediction_id = $1
on conflict (workspace_id, prediction_id, decided_by) do update
    set outcome = excluded.outcome, reason = excluded.reason, decided_at = now()
returning true
"""

UPSERT_DISMISSAL = """
insert into predict.dismissal (workspace_id, prediction_id, dismissed_by, reason)
select p.workspace_id, p.prediction_id, $2, $3 from predict.prediction as p where p.prediction_id = $1
on conflict (workspace_id, prediction_id) do update set reason = coalesce(excluded.reason, dismissal.reason)
returning true
"""

DELETE_OUTCOME = "delete from predict.outcome where prediction_id = $1 and decided_by = $2"
DELETE_DISMISSAL = "delete from predict.dismissal where prediction_id = $1"


async def read_prediction(db: WorkspaceDatabase, prediction_id: UUID) -> str | None:
    """One prediction as JSON text."""
    return await db.read_text(SELECT_PREDICTION, id=str(prediction_id))


async def read_headline_window(db: WorkspaceDatabase) -> int:
    """The window that is shown first and ranked by, in days."""
    window: int = await db.read(f"select to_json({HEADLINE_WINDOW})")
    return window


async def read_summary(db: WorkspaceDatabase, window_days: int) -> str | None:
    """The figures of the overview, as JSON text."""
    return await db.read_text(SELECT_SUMMARY, window_days=window_days)


async def read_matrix(db: WorkspaceDatabase, window_days: int) -> Any:
    """All 25 cells, lowest likelihood and impact first."""
    return await db.read(SELECT_MATRIX, window_days=window_days)


async def record_outcome(
    db: WorkspaceDatabase, prediction_id: UUID, actor: str, outcome: str, reason: str
) -> bool:
    """Store a person's outcome of a prediction; False if there is no such prediction."""
    return bool(await db.transaction.fetchval(UPSERT_OUTCOME, prediction_id, actor, outcome, reason))


async def dismiss(db: WorkspaceDatabase, prediction_id: UUID, actor: str, reason: str | None) -> bool:
    """Dismiss a prediction; False if there is no such prediction."""
    return bool(await db.transaction.fetchval(UPSERT_DISMISSAL, prediction_id, actor, reason))


async def withdraw_outcome(db: WorkspaceDatabase, prediction_id: UUID, actor: str) -> None:
    """Delete a person's own outcome of a prediction, if there is one."""
    await db.transaction.execute(DELETE_OUTCOME, prediction_id, actor)


async def withdraw_dismissal(db: WorkspaceDatabase, prediction_id: UUID) -> None:
    """Let a dismissed prediction count again."""
    await db.transaction.execute(DELETE_DISMISSAL, prediction_id)
