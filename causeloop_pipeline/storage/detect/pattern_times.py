"""How often patterns occurred, when first and last, and how long it took until that was over."""

from collections.abc import Sequence
from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.session import Session

MAX_MEASURED = 5_000
"""Of a pattern with more occurrences, the median time to resolve waits for the next full grouping."""

UPDATE_TIMES = """
with counted as (
    select pattern_id, sum(count)::bigint as occurrences
    from detect.pattern_tally
    where workspace_id = %(workspace_id)s and pattern_id = any (%(pattern_ids)s::uuid[]) and kind = 'day'
    group by pattern_id
), measured as (
    select c.pattern_id, c.occurrences, t.*
    from counted as c
    cross join lateral (
        select min(o.started_at) as first_seen_at, max(o.started_at) as last_seen_at,
               round((percentile_cont(0.5) within group (
                   order by trunc(extract(epoch from o.ended_at - o.started_at))
               ) filter (where o.ended_at >= o.started_at))::numeric)::bigint as mttr_seconds
        from core.issue as i
        cross join lateral (  -- each by the index: a young table would be read whole for each pattern
            select started_at, ended_at from core.occurrence
            where workspace_id = i.workspace_id and issue_id = i.issue_id
            offset 0
        ) as o
        where i.workspace_id = %(workspace_id)s and i.pattern_id = c.pattern_id
    ) as t
    where c.occurrences <= %(max_measured)s and t.last_seen_at is not null
), recounted as (
    update detect.pattern as p
    set occurrence_count = c.occurrences
    from counted as c
    where p.workspace_id = %(workspace_id)s and p.pattern_id = c.pattern_id
      and p.occurrence_count <> c.occurrences and c.occurrences > %(max_measured)s
)
update detect.pattern as p
set occurrence_count = m.occurrences, first_seen_at = m.first_seen_at, last_seen_at = m.last_seen_at,
    mttr_seconds = m.mttr_seconds
from measured as m
where p.workspace_id = %(workspace_id)s and p.pattern_id = m.pattern_id
  and (p.occurrence_count, p.first_seen_at, p.last_seen_at, p.mttr_seconds)
      is distinct from (m.occurrences, m.first_seen_at, m.last_seen_at, m.mttr_seconds)
"""

# Of the others, what came can only widen the span.
UPDATE_SPANS = """
update detect.pattern as p
set first_seen_at = least(p.first_seen_at, t.first_at), last_seen_at = greatest(p.last_seen_at, t.last_at)
from unnest(%(pattern_ids)s::uuid[], %(first)s::timestamptz[], %(last)s::timestamptz[])
    as t (pattern_id, first_at, last_at)
where p.workspace_id = %(workspace_id)s and p.pattern_id = t.pattern_id
  and (t.first_at < p.first_seen_at or t.last_at > p.last_seen_at)
"""


def update_times(
    session: Session, workspace_id: UUID, pattern_ids: Sequence[str], touches: pl.DataFrame | None
) -> None:
    """Bring some patterns up to date, whose occurrences have changed by these touches if there are any."""
    parameters = {"workspace_id": workspace_id, "pattern_ids": list(pattern_ids)}
    session.execute(UPDATE_TIMES, {**parameters, "max_measured": MAX_MEASURED})
    if touches is None:
        return
    of_patterns = touches.filter(pl.col("pattern_id").is_in(list(pattern_ids)))
    net = of_patterns.group_by("pattern_id", "occurred_at").agg(pl.col("occurrences").sum())
    spans = (
        net.filter(pl.col("occurrences") > 0)
        .group_by("pattern_id")
        .agg(pl.col("occurred_at").min().alias("first"), pl.col("occurred_at").max().alias("last"))
    )
    widened = {name: spans[name].to_list() for name in ("first", "last")}
    ids = spans["pattern_id"].to_list()
    session.execute(UPDATE_SPANS, {**parameters, "pattern_ids": ids, **widened})
