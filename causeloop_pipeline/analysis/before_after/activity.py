"""When everything occurred, as a proof needs it: pattern by pattern, untouched ones as controls."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from causeloop_pipeline.analysis.before_after.rate_ratio import (
    LOOKBACK_DAYS,
    Blind,
    Clustering,
    Controls,
    pooled_clustering,
)

BIRTH_CHANCE = 0.25


@dataclass(frozen=True, slots=True)
class History:
    """When each pattern was active (days since 1970), and where; controls are patterns without a fix."""

    times: Mapping[str, Sequence[float]]
    services: Mapping[str, str]
    controls: Sequence[float]
    start: float
    fixed: frozenset[str]
    clustering: Clustering

    @classmethod
    def read(cls, occurrences: pl.DataFrame, fixes: pl.DataFrame) -> "History":
        """From OCCURRENCES and frame(pattern_id, …) of fixes."""
        at = pl.col("occurred_at").dt.epoch("us") / 86_400_000_000
        ordered = occurrences.select("pattern_id", "service", at.alias("at")).sort("pattern_id", "at")
        times = {
            key: group.to_list()
            for key, group in ordered.group_by("pattern_id").agg("at").iter_rows()
            for group in [pl.Series(group)]
        }
        services = (
            ordered.drop_nulls("service").group_by("pattern_id").agg(pl.col("service").mode().sort().first())
        )
        fixed = frozenset(fixes["pattern_id"].to_list())
        controls = sorted(day for key in sorted(times) if key not in fixed for day in active_days(times[key]))
        start = min((group[0] for group in times.values()), default=0.0)
        pooled = pooled_clustering(active_days(times[key]) for key in sorted(times))
        return cls(times, dict(services.iter_rows()), controls, start, fixed, pooled)


def active_days(times: Iterable[float]) -> list[float]:
    """The first moment of each day on which something occurred."""
    first: dict[int, float] = {}
    for time in times:
        first.setdefault(int(time // 1), time)
    return list(first.values())


def as_days(moment: datetime) -> float:
    """Days since 1970, UTC."""
    return moment.astimezone(UTC).timestamp() / 86_400


def blind_time(exposure: pl.DataFrame | None, pattern_id: str, history: History) -> Blind:
    """The time in which nothing of a pattern could be seen, from the intervals that concern it."""
    if exposure is None or exposure.is_empty():
        return Blind()
    concerned = pl.lit(True)
    for column, own in (("pattern_id", pattern_id), ("service", history.services.get(pattern_id))):
        if column in exposure.columns:
            concerned = concerned & (
                pl.col(column).is_null() | (pl.col(column) == pl.lit(own, pl.String)).fill_null(False)
            )
    rows = exposure.filter(concerned).select("started_at", "ended_at").iter_rows()
    return Blind.merged([(as_days(start), as_days(end)) for start, end in rows])


def untouched_patterns(history: History, fixed_at: float, now: float, blind: Blind) -> Controls:
    """How often patterns without a fix were active before and after it, in the time that counts."""
    start = max(history.start, fixed_at - LOOKBACK_DAYS)
    before = bisect_left(history.controls, fixed_at) - bisect_left(history.controls, start)
    after = bisect_right(history.controls, now) - bisect_right(history.controls, fixed_at)
    before -= _seen_meanwhile(history.controls, start, fixed_at, blind)
    after -= _seen_meanwhile(history.controls, fixed_at, now, blind)
    days_before = max(fixed_at - start - blind.within(start, fixed_at), 0.0)
    days_after = max(now - fixed_at - blind.within(fixed_at, now), 0.0)
    return Controls(float(before), days_before, float(after), days_after)


def _seen_meanwhile(controls: Sequence[float], start: float, end: float, blind: Blind) -> int:
    """What was seen of others in the time that does not count."""
    spans = [(max(left, start), min(right, end)) for left, right in blind.intervals]
    return sum(
        bisect_left(controls, right) - bisect_right(controls, left) for left, right in spans if left < right
    )


def newborn_events(pattern_id: str, history: History, fixed_at: float, now: float) -> int:
    """Active days of patterns born after the fix on the same service, if so many births are no chance."""
    service = history.services.get(pattern_id)
    if service is None or not _are_births_unusual(history, service, fixed_at, now):
        return 0
    born = (key for key, times in history.times.items() if times[0] > fixed_at and key != pattern_id)
    days = {int(time) for key in born if history.services.get(key) == service for time in history.times[key]}
    return len(days)


def _are_births_unusual(history: History, service: str, fixed_at: float, now: float) -> bool:
    """Whether more patterns were born on the service since the fix than its earlier births explain."""
    from scipy.special import gammainc

    start = max(history.start, fixed_at - LOOKBACK_DAYS)
    births = [times[0] for key, times in history.times.items() if history.services.get(key) == service]
    after = sum(birth > fixed_at for birth in births)
    earlier = sum(start < birth <= fixed_at for birth in births)
    expected = (earlier + 0.5) / max(fixed_at - start, 1.0) * max(now - fixed_at, 0.0)
    return after > 0 and float(gammainc(after, expected)) <= BIRTH_CHANCE
