"""The rhythm of patterns: how long the gaps between the days on which they occur usually are."""

from collections.abc import Sequence
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

MIN_DAYS_OF_RHYTHM = 5
USUAL_SHARE = 0.9
"""Of the gaps; longer ones are unusual."""

UPDATE_TYPICAL_GAPS = """
with occurrence as (
    select pattern_id, value::date as day
    from detect.pattern_tally
    where workspace_id = %(workspace_id)s and kind = 'day' and pattern_id = any (%(pattern_ids)s::uuid[])
), gap as (
    select pattern_id, day - lag(day) over (partition by pattern_id order by day) as days from occurrence
), rhythm as (
    select pattern_id, percentile_cont(%(usual_share)s) within group (order by days) as typical_gap_days
    from gap
    group by pattern_id
    having count(*) >= %(min_days)s
)
update detect.pattern as p
set typical_gap_days = r.typical_gap_days
from unnest(%(pattern_ids)s::uuid[]) as q (pattern_id)
left join rhythm as r on r.pattern_id = q.pattern_id
where p.workspace_id = %(workspace_id)s and p.pattern_id = q.pattern_id
  and p.typical_gap_days is distinct from r.typical_gap_days
"""


def update_typical_gaps(session: Session, workspace_id: UUID, pattern_ids: Sequence[str]) -> int:
    """Store the usual gap of some patterns between days (in UTC) with an issue; how many have changed."""
    parameters = {
        "workspace_id": workspace_id,
        "pattern_ids": list(pattern_ids),
        "usual_share": USUAL_SHARE,
        "min_days": MIN_DAYS_OF_RHYTHM,
    }
    return session.execute(UPDATE_TYPICAL_GAPS, parameters)
