"""When each pattern was active, with the patterns without a fix as controls, to compare before and after."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from causeloop_pipeline.analysis.before_after.baseline import (
    LOOKBACK_DAYS,
    Clustering,
    Controls,
    ObservationGaps,
    pool_clustering,
)
from causeloop_pipeline.analysis.before_after.days import count_days
from causeloop_pipeline.analysis.before_after.exposure import choose_exposure
from causeloop_pipeline.analysis.before_after.operational_time import OperationalTime

MAX_CHANCE_OF_NEW_PATTERNS = 0.25


@dataclass(frozen=True, slots=True)
class ActivityHistory:
    """When each pattern occurred (days since 1970), and on which service.

    controls: sorted active days of the patterns without a fix. start: the first occurrence of all.
    fixed: patterns with a fix. clustering: of the active days of the whole workspace. exposure: of patterns
    for which it is stated.
    """

    times: Mapping[str, Sequence[float]]
    services: Mapping[str, str]
    controls: Sequence[float]
    start: float
    fixed: frozenset[str]
    clustering: Clustering
    exposure: Mapping[str, OperationalTime] = field(default_factory=dict)

    @classmethod
    def from_frames(
        cls, occurrences: pl.DataFrame, fixes: pl.DataFrame, exposure: pl.DataFrame | None = None
    ) -> "ActivityHistory":
        """From frames.OCCURRENCE_SCHEMA, frame(pattern_id, …) of fixes and EXPOSURE_SCHEMA."""
        at = count_days(occurrences["occurred_at"]).alias("at")
        ordered = occurrences.select("pattern_id", "service", at).sort("pattern_id", "at")
        times = {
            key: group.to_list()
            for key, group in ordered.group_by("pattern_id").agg("at").iter_rows()
            for group in [pl.Series(group)]
        }
        services = (
            ordered.drop_nulls("service").group_by("pattern_id").agg(pl.col("service").mode().sort().first())
        )
        fixed = frozenset(fixes["pattern_id"].to_list())
        controls = sorted(
            day for key in sorted(times) if key not in fixed for day in find_active_days(times[key])
        )
        start = min((group[0] for group in times.values()), default=0.0)
        pooled = pool_clustering(find_active_days(times[key]) for key in sorted(times))
        service_of = dict(services.iter_rows())
        exposed = {} if exposure is None else choose_exposure(exposure, sorted(fixed), service_of)
        return cls(times, service_of, controls, start, fixed, pooled, exposed)


def find_active_days(times: Iterable[float]) -> list[float]:
    """The first time of each day on which something occurred.

    In: times in days, ascending. Out: one time a day.
    """
    first_of_day: dict[int, float] = {}
    for time in times:
        first_of_day.setdefault(int(time // 1), time)
    return list(first_of_day.values())


def to_days(moment: datetime) -> float:
    """Days since 1970, UTC, of an aware instant."""
    return moment.astimezone(UTC).timestamp() / 86_400


def find_observation_gaps(
    exposure: pl.DataFrame | None, pattern_id: str, history: ActivityHistory
) -> ObservationGaps:
    """The time in which nothing of a pattern could be observed.

    In: frame(started_at, ended_at, and optionally pattern_id and service, null: all), or None. Out:
    ObservationGaps from the intervals that concern the pattern or its service.
    """
    if exposure is None or exposure.is_empty():
        return ObservationGaps()
    concerned = pl.lit(True)
    for column, own in (("pattern_id", pattern_id), ("service", history.services.get(pattern_id))):
        if column in exposure.columns:
            concerned = concerned & (
                pl.col(column).is_null() | (pl.col(column) == pl.lit(own, pl.String)).fill_null(False)
            )
    rows = exposure.filter(concerned).select("started_at", "ended_at").iter_rows()
    return ObservationGaps.merge([(to_days(start), to_days(end)) for start, end in rows])


def count_controls(history: ActivityHistory, fixed_at: float, now: float, gaps: ObservationGaps) -> Controls:
    """Count the active days of patterns without a fix before and after it.

    In: the history, the fix and the present in days, the observation gaps. Out: Controls of the 180 days
    before the fix and the time since, gaps left out.
    """
    start = max(history.start, fixed_at - LOOKBACK_DAYS)
    before = bisect_left(history.controls, fixed_at) - bisect_left(history.controls, start)
    after = bisect_right(history.controls, now) - bisect_right(history.controls, fixed_at)
    before -= _count_in_gaps(history.controls, start, fixed_at, gaps)
    after -= _count_in_gaps(history.controls, fixed_at, now, gaps)
    days_before = max(fixed_at - start - gaps.days_between(start, fixed_at), 0.0)
    days_after = max(now - fixed_at - gaps.days_between(fixed_at, now), 0.0)
    return Controls(float(before), days_before, float(after), days_after)


def _count_in_gaps(controls: Sequence[float], start: float, end: float, gaps: ObservationGaps) -> int:
    """How many active days of the controls lie in the observation gaps."""
    spans = [(max(left, start), min(right, end)) for left, right in gaps.intervals]
    return sum(
        bisect_left(controls, right) - bisect_right(controls, left) for left, right in spans if left < right
    )


@dataclass(frozen=True, slots=True)
class Spillover:
    """On how many days patterns occurred that are new since a fix on the same service, and their ids.

    The ids begin with the pattern of the most active days.
    """

    days: int = 0
    pattern_ids: Sequence[str] = ()


def find_spillover(pattern_id: str, history: ActivityHistory, fixed_at: float, now: float) -> Spillover:
    """Find the patterns that are new since the fix on the same service: the failure may have moved there.

    In: the fixed pattern, the history, the fix and the present in days. Out: the Spillover, an empty one
    where as many new patterns may be chance.
    """
    service = history.services.get(pattern_id)
    if service is None or not _has_unusually_many_new_patterns(history, service, fixed_at, now):
        return Spillover()
    days = {
        key: {int(time) for time in times if time <= now}
        for key, times in history.times.items()
        if fixed_at < times[0] <= now and key != pattern_id and history.services.get(key) == service
    }
    ordered = sorted(days, key=lambda key: (-len(days[key]), key))
    return Spillover(len(set().union(*days.values())), ordered)


def _has_unusually_many_new_patterns(
    history: ActivityHistory, service: str, fixed_at: float, now: float
) -> bool:
    """Whether more patterns began on the service since the fix than its earlier rate of new ones explains.

    They are counted until the last of them began: a pattern that began soon after the fix says the same
    however long ago that was.
    """
    from scipy.special import gammainc

    start = max(history.start, fixed_at - LOOKBACK_DAYS)
    first_times = [times[0] for key, times in history.times.items() if history.services.get(key) == service]
    after = [first for first in first_times if fixed_at < first <= now]
    earlier = sum(start < first <= fixed_at for first in first_times)
    expected = (earlier + 0.5) / max(fixed_at - start, 1.0) * (max(after, default=fixed_at) - fixed_at)
    return bool(after) and float(gammainc(len(after), expected)) <= MAX_CHANCE_OF_NEW_PATTERNS
