"""The rhythm of patterns: the usual gap between the days on which they occur."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil, floor
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

MIN_DAYS_OF_RHYTHM = 5
USUAL_SHARE = 0.9
"""The quantile of gaps; longer ones are unusual."""

UPDATE_TYPICAL_GAPS = """
update detect.pattern as p
set typical_gap_days = r.days
from unnest(%(pattern_ids)s::uuid[], %(gaps)s::double precision[]) as r (pattern_id, days)
where p.workspace_id = %(workspace_id)s and p.pattern_id = r.pattern_id
  and p.typical_gap_days is distinct from r.days
"""


def measure_typical_gap(days: Sequence[int]) -> float | None:
    """The usual gap between sorted days; None for too few days."""
    if len(days) < MIN_DAYS_OF_RHYTHM:
        return None
    gaps = sorted(later - earlier for earlier, later in pairwise(days))
    place = USUAL_SHARE * (len(gaps) - 1)
    low, high = gaps[floor(place)], gaps[ceil(place)]
    return low + (place - floor(place)) * (high - low)


def update_typical_gaps(session: Session, workspace_id: UUID, days: Mapping[str, Sequence[int]]) -> int:
    """Store some patterns' usual gap between the days (in UTC) with an issue; returns how many changed."""
    parameters = {
        "workspace_id": workspace_id,
        "pattern_ids": list(days),
        "gaps": [measure_typical_gap(of_pattern) for of_pattern in days.values()],
    }
    return session.execute(UPDATE_TYPICAL_GAPS, parameters)
