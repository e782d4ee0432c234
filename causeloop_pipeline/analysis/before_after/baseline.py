"""The rate of a pattern before its fix, and what else makes silence look like success.

The burst that led to the fix is left out of the baseline (regression to the mean), and so is time in which
nothing could be observed. Patterns without a fix are the controls: they show whether the whole workspace
became quieter.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from causeloop_pipeline.analysis.arrays import Floats

LOOKBACK_DAYS = 180.0
TRIGGER_DAYS = 14.0
MIN_BASELINE_DAYS = 30.0
CLUSTERING_DAYS = 730.0
PRIOR_EVENTS = 0.5
CALM_QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)
_CONTROL_PRIOR = 20.0
_DISPERSION_PRIOR = 30.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """The time before a fix that it is compared with, in days since any date.

    active_days: from start to end; days: how many of them were observed; dispersion: of active days (1:
    none).
    """

    active_days: Sequence[float]
    start: float
    end: float
    days: float
    dispersion: float

    @property
    def events(self) -> int:
        """How many active days there are."""
        return len(self.active_days)


@dataclass(frozen=True, slots=True)
class Controls:
    """Active days of the patterns without a fix before and after it, and the days observed on either side."""

    before: float
    days_before: float
    after: float
    days_after: float


def estimate_baseline(
    active_days: Sequence[float],
    fixed_at: float,
    history_start: float,
    observation_gaps: "ObservationGaps",
    prior: "Clustering",
) -> Baseline:
    """Estimate the rate before a fix, without the burst that led to it.

    In: sorted distinct active days, the fix and the start of history as days since any date, the observation
    gaps, and the clustering of the whole workspace. Out: Baseline of the 180 days before the fix (or since
    the first active day, but 30 days at least where there is history), less the last burst if it ended within
    14 days before the fix. A burst is a run of at most 14 days whose gaps are under half of those of an even
    spread.
    """
    horizon = max(fixed_at - LOOKBACK_DAYS, history_start)
    before = [day for day in active_days if horizon <= day < fixed_at]
    if not before:
        return Baseline((), fixed_at, fixed_at, 0.0, 1.0)
    usual_days, end = _exclude_last_burst(before, fixed_at, (fixed_at - horizon) / len(before))
    has_older_days = any(day < before[0] for day in active_days)
    start = horizon if has_older_days else max(min(before[0], end - MIN_BASELINE_DAYS), horizon)
    days = end - start - observation_gaps.days_between(start, end)
    older = [day for day in active_days if fixed_at - CLUSTERING_DAYS <= day < fixed_at]
    dispersion = estimate_clustering(older).shrink_to(prior)
    return Baseline(tuple(usual_days), start, end, max(days, 0.0), dispersion)


def _exclude_last_burst(
    before: Sequence[float], fixed_at: float, even_gap: float
) -> tuple[Sequence[float], float]:
    """The days before the burst that led to the fix, and the day on which that burst began."""
    if fixed_at - before[-1] > TRIGGER_DAYS:
        return before, fixed_at
    max_gap = max(1.0, even_gap / 2) if even_gap > 2 else even_gap / 2
    first = len(before) - 1
    while first > 0 and _is_same_burst(before, first, max_gap):
        first -= 1
    return before[:first], before[first]


def _is_same_burst(days: Sequence[float], number: int, max_gap: float) -> bool:
    previous = days[number - 1]
    return days[number] - previous <= max_gap and days[-1] - previous <= TRIGGER_DAYS


@dataclass(frozen=True, slots=True)
class Clustering:
    """The dispersion of active days (variance over mean of counts), and from how many gaps it is known."""

    dispersion: float
    gaps: float

    def shrink_to(self, prior: "Clustering") -> float:
        """The dispersion, shrunk to a prior while the gaps are few; never below 1, that of chance."""
        weight = min(prior.gaps, _DISPERSION_PRIOR)
        return max(
            1.0, (self.dispersion * self.gaps + prior.dispersion * weight) / max(self.gaps + weight, 1.0)
        )


POISSON = Clustering(1.0, 10.0)


def estimate_clustering(days: Sequence[float]) -> Clustering:
    """Estimate the dispersion of active days.

    In: sorted active days. Out: Clustering; for a renewal process the variance of counts over their mean is
    the squared coefficient of variation of the gaps.
    """
    gaps = [right - left for left, right in pairwise(days)]
    if len(gaps) < 2:
        return Clustering(1.0, 0.0)
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1)
    return Clustering(variance / mean**2 * (len(gaps) + 1) / len(gaps), len(gaps) - 1.0)


def pool_clustering(histories: Iterable[Sequence[float]]) -> Clustering:
    """Estimate the dispersion of active days in the whole workspace: the prior for patterns with few of them.

    In: the sorted active days of each pattern. Out: Clustering, weighted by gaps, with ten gaps of a Poisson
    process as its own prior.
    """
    by_pattern = [estimate_clustering(days) for days in histories]
    gaps = math.fsum(clustering.gaps for clustering in by_pattern)
    total = math.fsum(clustering.dispersion * clustering.gaps for clustering in by_pattern)
    weight = POISSON.gaps
    return Clustering((total + POISSON.dispersion * weight) / (gaps + weight), gaps + weight)


@dataclass(frozen=True, slots=True)
class ObservationGaps:
    """Disjoint sorted intervals, as days, in which nothing could be observed."""

    intervals: tuple[tuple[float, float], ...] = ()

    def days_between(self, start: float, end: float) -> float:
        """How many days between two times could not be observed."""
        return sum(max(0.0, min(end, right) - max(start, left)) for left, right in self.intervals)

    @classmethod
    def merge(cls, intervals: Sequence[tuple[float, float]]) -> "ObservationGaps":
        """The gaps that cover these intervals, which may overlap."""
        result: list[tuple[float, float]] = []
        for left, right in sorted(interval for interval in intervals if interval[1] > interval[0]):
            if result and left <= result[-1][1]:
                result[-1] = (result[-1][0], max(result[-1][1], right))
            else:
                result.append((left, right))
        return cls(tuple(result))


def find_longest_quiet(active_days: Sequence[float], events: int, gaps: ObservationGaps) -> "Floats":
    """The longest stretches before a fix with no more than 0, 1, … active days.

    In: sorted active days before the fix, the largest number of days to allow, the observation gaps. Out:
    days, one for each number from 0 to events; 0 where there are no two days to measure between.
    """
    import numpy as np

    def measure(left: float, right: float) -> float:
        return right - left - gaps.days_between(left, right)

    return np.array(
        [
            max(
                (
                    measure(left, right)
                    for left, right in zip(active_days, active_days[count + 1 :], strict=False)
                ),
                default=0.0,
            )
            for count in range(events + 1)
        ]
    )


def draw_calm(controls: Sequence[Controls], dispersion: float) -> "Floats":
    """By which factor the patterns without a fix changed, at most 1: a louder workspace proves no fix.

    In: Controls of each look, the dispersion of their counts. Out: (look, quantile), equally likely values of
    the ratio of two Gamma rates, each with twenty active days of an unchanged workspace as its prior.
    """
    import numpy as np
    from scipy.special import betaincinv

    counts = np.array([(c.after, c.days_after, c.before, c.days_before) for c in controls], dtype=float)
    after, days_after, before, days_before = counts.T
    scale = np.maximum(days_after, 1e-3) / np.maximum(days_before, 1e-3)
    shapes = _CONTROL_PRIOR + after / dispersion, _CONTROL_PRIOR / scale + before / dispersion
    share = betaincinv(shapes[0][:, None], shapes[1][:, None], np.array(CALM_QUANTILES)[None, :])
    share = np.minimum(share, 1 - 1e-12)
    return np.asarray(np.minimum(share / (1 - share) / scale[:, None], 1.0), dtype=float)
