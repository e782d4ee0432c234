"""The rhythm of patterns: how long the gaps between the days on which they occur usually are."""

from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

MIN_DAYS_OF_RHYTHM = 5
USUAL_SHARE = 0.9
"""Of the gaps; longer ones are unusual."""

UPDATE_TYPICAL_GAPS = """
with occurrence as (
    select distinct m.pattern_id, (i.source_created_at at time zone w.timezone)::date as day
    from app.workspace as w
    join detect.pattern_member as m using (workspace_id)
    join core.issue as i using (workspace_id, issue_id)
    where w.workspace_id = %(workspace_id)s
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
from detect.pattern as q
left join rhythm as r on r.pattern_id = q.pattern_id
where q.workspace_id = %(workspace_id)s and p.workspace_id = q.workspace_id and p.pattern_id = q.pattern_id
  and p.typical_gap_days is distinct from r.typical_gap_days
"""


def update_typical_gaps(session: Session, workspace_id: UUID) -> int:
    """Store the usual gap of every pattern; how many have changed."""
    parameters = {"workspace_id": workspace_id, "usual_share": USUAL_SHARE, "min_days": MIN_DAYS_OF_RHYTHM}
    return session.execute(UPDATE_TYPICAL_GAPS, parameters)
