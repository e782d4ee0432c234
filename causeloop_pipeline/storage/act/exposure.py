"""How often what may fail was used: daily counts that were attached, and stored runs of jobs."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import polars as pl

from causeloop_pipeline.connectors.machine_sources import list_watched_sources
from causeloop_pipeline.model.proof_frames import EXPOSURE_SCHEMA
from causeloop_pipeline.storage.database.session import Session

SELECT_ATTACHED = """
select e.pattern_id, e.service, e.unit, e.day::timestamp at time zone 'UTC' as started_at,
       (e.day + 1)::timestamp at time zone 'UTC' as ended_at, e.count, true as is_attached
from core.exposure as e
where e.workspace_id = %(workspace_id)s
  and (e.pattern_id = any (%(pattern_ids)s::uuid[]) or e.pattern_id is null)
order by e.pattern_id, e.service, e.unit, e.day
"""

# Only of a pattern whose occurrences are runs of jobs. From the first success on that is stored: where a
# connector reads failures alone, how many runs there were is not known.
SELECT_RUNS = """
with occurrences as (
    select i.pattern_id, m.source, m.site, m.job
    from core.issue as i
    join core.occurrence as o using (workspace_id, issue_id)
    left join raw.mapped_record as m
        on m.workspace_id = i.workspace_id and m.record_id = o.record_id and m.job is not null
        and not m.source = any (%(watched_sources)s::text[])
    where i.workspace_id = %(workspace_id)s and i.pattern_id = any (%(pattern_ids)s::uuid[])
), jobs as (
    select distinct o.pattern_id, o.source, o.site, o.job
    from occurrences as o
    where o.job is not null and o.pattern_id in (
        select pattern_id from occurrences group by pattern_id having count(job) >= 0.9 * count(*)
    )
), runs as (
    select m.source, m.site, m.job, m.external_id,
           case when m.identifies <> 'event' then m.record_id end as state,
           min(coalesce(m.source_created_at, m.source_updated_at)) as ran_at,
           bool_or(m.is_success) as is_success
    from raw.mapped_record as m
    join (select distinct source, site, job from jobs) as j using (source, site, job)
    where m.workspace_id = %(workspace_id)s and m.unmappable_reason is null
    group by 1, 2, 3, 4, 5
), counted as (
    select source, site, job, ran_at,
           min(ran_at) filter (where is_success) over (partition by source, site, job) as success_at
    from runs
)
select j.pattern_id, null::text as service, 'executions' as unit,
       date_trunc('hour', c.ran_at, 'UTC') as started_at,
       date_trunc('hour', c.ran_at, 'UTC') + interval '1 hour' as ended_at,
       count(*) as count, false as is_attached
from jobs as j
join counted as c using (source, site, job)
where c.ran_at >= c.success_at
group by 1, 4
order by 1, 4
"""

UPSERT_EXPOSURE = """
insert into core.exposure as e (workspace_id, unit, service, pattern_id, day, count, attached_by)
select %s, %s, %s, %s, c.day, c.count, %s
from unnest(%s::date[], %s::bigint[]) as c (day, count)
on conflict on constraint exposure_key do update
    set count = excluded.count, attached_by = excluded.attached_by, attached_at = now()
    where e.count <> excluded.count
"""


def attach_exposure(
    session: Session,
    workspace_id: UUID,
    scope: tuple[str, str | None, UUID | None],
    counts: Sequence[tuple[date, int]],
    actor: str,
) -> int:
    """Store the counts of days, of a unit and of a service or pattern, as the owner; how many are new or
    have changed."""
    days, uses = zip(*counts, strict=True)
    return session.execute(UPSERT_EXPOSURE, (workspace_id, *scope, actor, list(days), list(uses)))


def read_exposure(session: Session, workspace_id: UUID, pattern_ids: pl.Series) -> pl.DataFrame:
    """What was attached to these patterns or to any service, and the runs of the jobs that they fail in."""
    parameters = {
        "workspace_id": workspace_id,
        "pattern_ids": pattern_ids.unique().sort().to_list(),
        "watched_sources": list(list_watched_sources()),
    }
    return pl.concat(
        [
            session.read(statement, parameters, schema=EXPOSURE_SCHEMA)
            for statement in (SELECT_ATTACHED, SELECT_RUNS)
        ]
    )
