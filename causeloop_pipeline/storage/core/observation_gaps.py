"""When patterns could not be observed, as the connectors that bring their issues tell by their syncs.

A poll resumes from its cursor: once it succeeds again, what happened meanwhile is fetched, and no past outage
is blind. So blind is only what lies behind the last success of a connector that fails or is paused (a webhook
that still came counts as sight), and what lies before the days that a connector was told to fetch at first.
What comes by webhook alone, by the ingest API or by hand has no such spans.
"""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.session import Session

# `seen_until` is null while a connector succeeds; three missed polls or six hours are no outage yet.
# Records are numbered in time: to find one that a webhook brought, those since the last success are enough.
# A pattern is as blind as the larger half of its issues' ways in; issues of a connector that is gone count as
# those of the others of its tool.
WATCHED = """
with polled as (
    select c.connector_id, c.type as source, patience,
           c.created_at - make_interval(days => c.backfill_days) as seen_from,
           case when %(as_of)s - last.sight > patience
               then greatest(last.sight, pushed.received_at)
           end as sight
    from app.connector as c
    cross join lateral (
        select greatest(3 * make_interval(secs => c.poll_interval_seconds), interval '6 hours') as patience
    ) as allowed
    cross join lateral (
        select coalesce(max(newest.started_at), c.created_at) as sight
        from (
            select s.started_at from app.sync_run as s
            where s.workspace_id = c.workspace_id and s.connector_id = c.connector_id
                and s.status = 'succeeded'
            order by s.started_at desc
            limit 1
        ) as newest
    ) as last
    left join lateral (
        select max(r.received_at) as received_at from raw.record as r
        where %(as_of)s - last.sight > patience and r.workspace_id = c.workspace_id
            and r.record_id > (select uuidv7(last.sight - now() - interval '1 minute'))
            and r.connector_id = c.connector_id and r.door = 'webhook'
    ) as pushed on true
    where c.workspace_id = %(workspace_id)s
        and exists (
            select from app.sync_run as s
            where s.workspace_id = c.workspace_id and s.connector_id = c.connector_id and s.pages > 0
        )
), watched as (
    select connector_id, source, seen_from,
           case when %(as_of)s - sight > patience then sight end as seen_until
    from polled
)
"""

IS_BLIND = f"{WATCHED} select exists (select from watched where seen_until is not null) as blind"

SPANS = f"""{WATCHED}, of_tool as (
    select source, min(seen_from) as seen_from,
           case when bool_and(seen_until is not null) then max(seen_until) end as seen_until
    from watched
    group by source
), ways as (
    select pattern_id, connector_id, source, count(*) as issues, min(source_created_at) as first_at
    from core.issue
    where workspace_id = %(workspace_id)s and pattern_id is not null
    group by pattern_id, connector_id, source
), sights as (
    select w.pattern_id, w.issues, min(w.first_at) over of_pattern as first_at,
           coalesce(p.seen_from, t.seen_from, '-infinity') as seen_from,
           coalesce(p.seen_until, t.seen_until, 'infinity') as seen_until
    from ways as w
    left join watched as p on p.connector_id = w.connector_id
    left join of_tool as t
        on t.source = w.source and w.connector_id is not null
        and not exists (
            select from app.connector as c
            where c.workspace_id = %(workspace_id)s and c.connector_id = w.connector_id
        )
    window of_pattern as (partition by w.pattern_id)
), weighed as (
    select *, 2 * sum(issues) over (partition by pattern_id order by seen_until)
              > sum(issues) over (partition by pattern_id) as is_most_by_then,
           2 * sum(issues) over (partition by pattern_id order by seen_from desc)
              > sum(issues) over (partition by pattern_id) as is_most_from_then
    from sights
)
select pattern_id, min(seen_until) as started_at, %(as_of)s::timestamptz as ended_at
from weighed
where is_most_by_then
group by pattern_id
having min(seen_until) < %(as_of)s
union all
select pattern_id, 'epoch', least(max(seen_from), min(first_at))
from weighed
where is_most_from_then
group by pattern_id
having max(seen_from) > 'epoch'
order by pattern_id, started_at
"""


def read_blind_spans(
    session: Session, workspace_id: UUID, as_of: datetime, schema: pl.Schema
) -> pl.DataFrame:
    """frame(pattern_id, started_at, ended_at) of the patterns that could not be observed for a time."""
    return session.read(SPANS, {"workspace_id": workspace_id, "as_of": as_of}, schema=schema)


def read_present_blindness(
    session: Session, workspace_id: UUID, as_of: datetime, schema: pl.Schema
) -> pl.DataFrame:
    """The spans that last until now: of most workspaces none, which costs no look at their issues."""
    row = session.row(IS_BLIND, {"workspace_id": workspace_id, "as_of": as_of})
    if row is None or not row["blind"]:
        return schema.to_frame()
    return read_blind_spans(session, workspace_id, as_of, schema).filter(pl.col("ended_at") == as_of)
