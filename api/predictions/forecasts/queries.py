"""Reads the forecast of a pattern or of the workspace, with the actual occurrences of the last 90 days."""

from uuid import UUID

from api.http.database import WorkspaceDatabase

# Without a forecast (too little data) the actual days are returned all the same.
SELECT_FORECAST = """
with target as (
    select
        ($1 ->> 'pattern_id')::uuid as pattern_id, f.days, f.yhat, f.yhat_lower, f.yhat_upper, f.computed_at,
        w.timezone, (now() at time zone w.timezone)::date as today
    from app.workspace as w
    left join predict.forecast as f
        on f.workspace_id = w.workspace_id and f.pattern_id is not distinct from ($1 ->> 'pattern_id')::uuid
    where ($1 ->> 'pattern_id') is null
        or exists (select from detect.pattern as p where p.pattern_id = ($1 ->> 'pattern_id')::uuid)
), counted as (
    -- By the local date of each occurrence: on some days midnight comes twice, and an instant has two sides.
    select (o.started_at at time zone o.timezone)::date as day, count(*) as count
    from (
        select t.timezone, o.started_at
        from target as t
        join core.occurrence as o
            on t.pattern_id is null and o.started_at >= (t.today - 90)::timestamp at time zone t.timezone
        union all
        select t.timezone, o.started_at
        from target as t
        join core.issue as i on i.pattern_id = t.pattern_id
        join core.occurrence as o
            on o.workspace_id = i.workspace_id and o.issue_id = i.issue_id
            and o.started_at >= (t.today - 90)::timestamp at time zone t.timezone
    ) as o
    group by 1
), actual as (
    select s.day::date as day, coalesce(c.count, 0) as count
    from target as t
    cross join generate_series(t.today - 89, t.today, interval '1 day') as s (day)
    left join counted as c on c.day = s.day::date
), expected as (
    select d.day, d.yhat, d.yhat_lower, d.yhat_upper
    from target as t,
    unnest(t.days, t.yhat, t.yhat_lower, t.yhat_upper) as d (day, yhat, yhat_lower, yhat_upper)
), breach as (
    select coalesce(
        ($1 ->> 'threshold')::double precision,
        greatest(1, (select percentile_cont(0.95) within group (order by count) from actual))
    ) as threshold
)
select json_build_object(
    'pattern_id', t.pattern_id,
    'timezone', t.timezone,
    'computed_at', t.computed_at,
    'threshold', b.threshold,
    'breach', json_build_object(
        'expected_on', (select min(day) from expected where day >= t.today and yhat >= b.threshold),
        'possible_on', (select min(day) from expected where day >= t.today and yhat_upper >= b.threshold)
    ),
    'actual', (select json_agg(actual order by day) from actual),
    'forecast', (select coalesce(json_agg(expected order by day), '[]') from expected)
)
from target as t, breach as b
"""


async def read_forecast(
    db: WorkspaceDatabase, pattern_id: UUID | None, threshold: float | None
) -> str | None:
    """The forecast as JSON text; None if there is no such pattern."""
    pattern = None if pattern_id is None else str(pattern_id)
    return await db.read_text(SELECT_FORECAST, pattern_id=pattern, threshold=threshold)
