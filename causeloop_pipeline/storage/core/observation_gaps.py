"""Observation gaps: when occurrences of a pattern could not be seen, derived from its connectors' syncs.

A poll resumes from its cursor: once it succeeds again, what was missed is fetched, so an outage that is over
leaves no gap. A gap is only the time since the last success of a connector that fails or is paused (a webhook
that still arrived counts as a success), and the time before the days that a connector was configured to fetch
at first. What arrives only by webhook, by the ingest API or by hand has no gaps.
"""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import OBSERVATION_GAP_SCHEMA
from causeloop_pipeline.storage.database.session import Session

# `seen_until` is null while a connector succeeds; three missed polls or six hours are no outage yet.
# Record ids grow with time: to find one from a webhook, those since the last success are enough.
# A pattern is unobserved while the connectors of more than half of its occurrences are; those of a deleted
# connector count as those of the other connectors of its tool.
WITH_CONNECTORS = """
with polled as (
    select c.connector_id, coalesce(c.source, c.type) as source, tolerance,
           c.created_at - make_interval(days => c.backfill_days) as seen_from,
           case when %(as_of)s - last_sync.started_at > tolerance
               then greatest(last_sync.started_at, last_webhook.received_at)
           end as last_seen_at
    from app.connector as c
    cross join lateral (
        select greatest(3 * make_interval(secs => c.poll_interval_seconds), interval '6 hours') as tolerance
    ) as allowed
    cross join lateral (
        select coalesce(max(newest.started_at), c.created_at) as started_at
        from (
            select s.started_at from app.sync_run as s
            where s.workspace_id = c.workspace_id and s.connector_id = c.connector_id
                and s.status = 'succeeded'
            order by s.started_at desc
            limit 1
        ) as newest
    ) as last_sync
    left join lateral (
        select max(r.received_at) as received_at from raw.record as r
        where %(as_of)s - last_sync.started_at > tolerance and r.workspace_id = c.workspace_id
            and r.record_id > (
                select (lpad(to_hex((seconds * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
                from extract(epoch from last_sync.started_at - interval '1 minute') as seconds
            )
            and r.connector_id = c.connector_id and r.channel = 'webhook'
    ) as last_webhook on true
    where c.workspace_id = %(workspace_id)s
        and exists (
            select from app.sync_run as s
            where s.workspace_id = c.workspace_id and s.connector_id = c.connector_id and s.pages > 0
        )
), connectors as (
    select connector_id, source, seen_from,
           case when %(as_of)s - last_seen_at > tolerance then last_seen_at end as seen_until
    from polled
)
"""

SELECT_HAS_OUTAGE = f"""{WITH_CONNECTORS}
select exists (select from connectors where seen_until is not null) as has_outage
"""

SELECT_OBSERVATION_GAPS = f"""{WITH_CONNECTORS}, tools as (
    select source, min(seen_from) as seen_from,
           case when bool_and(seen_until is not null) then max(seen_until) end as seen_until
    from connectors
    group by source
), occurrence_counts as (
    select i.pattern_id, i.connector_id, i.source, count(*) as occurrences, min(o.started_at) as first_at
    from core.issue as i
    join core.occurrence as o using (workspace_id, issue_id)
    where i.workspace_id = %(workspace_id)s and i.pattern_id is not null
    group by i.pattern_id, i.connector_id, i.source
), observed as (
    select n.pattern_id, n.occurrences, min(n.first_at) over of_pattern as first_at,
           coalesce(c.seen_from, t.seen_from, '-infinity') as seen_from,
           coalesce(c.seen_until, t.seen_until, 'infinity') as seen_until
    from occurrence_counts as n
    left join connectors as c on c.connector_id = n.connector_id
    left join tools as t
        on t.source = n.source and n.connector_id is not null
        and not exists (
            select from app.connector as existing
            where existing.workspace_id = %(workspace_id)s and existing.connector_id = n.connector_id
        )
    window of_pattern as (partition by n.pattern_id)
), weighted as (
    select *, 2 * sum(occurrences) over (partition by pattern_id order by seen_until)
              > sum(occurrences) over (partition by pattern_id) as is_majority_until,
           2 * sum(occurrences) over (partition by pattern_id order by seen_from desc)
              > sum(occurrences) over (partition by pattern_id) as is_majority_from
    from observed
)
select pattern_id, min(seen_until) as started_at, %(as_of)s::timestamptz as ended_at
from weighted
where is_majority_until
group by pattern_id
having min(seen_until) < %(as_of)s
union all
select pattern_id, 'epoch', least(max(seen_from), min(first_at))
from weighted
where is_majority_from
group by pattern_id
having max(seen_from) > 'epoch'
order by pattern_id, started_at
"""


def read_observation_gaps(
    session: Session, workspace_id: UUID, as_of: datetime, columns: pl.Schema = OBSERVATION_GAP_SCHEMA
) -> pl.DataFrame:
    """The spans of time in which the issues of a pattern could not be seen."""
    parameters = {"workspace_id": workspace_id, "as_of": as_of}
    return session.read(SELECT_OBSERVATION_GAPS, parameters, schema=columns)


def read_current_observation_gaps(
    session: Session, workspace_id: UUID, as_of: datetime, columns: pl.Schema = OBSERVATION_GAP_SCHEMA
) -> pl.DataFrame:
    """The gaps that last until now: most workspaces have none, and then no issues are read."""
    row = session.row(SELECT_HAS_OUTAGE, {"workspace_id": workspace_id, "as_of": as_of})
    if row is None or not row["has_outage"]:
        return columns.to_frame()
    gaps = read_observation_gaps(session, workspace_id, as_of, columns)
    return gaps.filter(pl.col("ended_at") == as_of)
