"""Compares a pattern's rate after a fix with its rate before, corrected for what makes silence look like
success.

The burst that led to the fix is no part of the baseline (regression to the mean). Time in which nothing could
be observed is left out. Patterns without a fix are the controls: they show whether the whole workspace became
quieter.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from causeloop_pipeline.analysis.arrays import Floats

LOOKBACK_DAYS = 180.0
TRIGGER_DAYS = 14.0
MIN_BASELINE_DAYS = 30.0
MAX_PROOF_DAYS = 3_650.0
PRIOR_EVENTS = 0.5
STRATA = 512
DRAWS = 8 * STRATA
_CONTROL_PRIOR = 20.0
_DISPERSION_PRIOR = 30.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """Active days before a fix, how many days were observed, and the dispersion of active days (1: none)."""

    events: int
    days: float
    dispersion: float


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
        return Baseline(0, 0.0, 1.0)
    usual_days, end = _exclude_last_burst(before, fixed_at, (fixed_at - horizon) / len(before))
    has_older_days = any(day < before[0] for day in active_days)
    start = horizon if has_older_days else max(min(before[0], end - MIN_BASELINE_DAYS), horizon)
    days = end - start - observation_gaps.days_between(start, end)
    return Baseline(len(usual_days), max(days, 0.0), estimate_clustering(before).shrink_to(prior))


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


class RateRatio:
    """The posterior of rate after / rate before, corrected by controls: Gamma-Poisson with Jeffreys priors.

    Both counts and both times are divided by the dispersion, so that clustered events count as fewer. All
    probabilities come from one fixed set of draws (stratified, seeded), so that those for different lengths
    of silence agree with one another.
    """

    def __init__(
        self, before: Baseline, events_after: int, controls: Controls | None, seed: Sequence[int]
    ) -> None:
        import numpy as np
        from scipy.special import gammaincinv

        rng = np.random.default_rng(list(seed))
        strata = (np.arange(STRATA) + 0.5) / STRATA

        def draw_gamma(shape: float) -> "Floats":
            quantiles = np.tile(gammaincinv(shape, strata), DRAWS // STRATA)
            return np.asarray(rng.permutation(quantiles), dtype=float)

        self._deflation = before.dispersion
        self._events = events_after / before.dispersion
        rate_before = draw_gamma(PRIOR_EVENTS + before.events / before.dispersion)
        self._rate_before = rate_before / max(before.days / before.dispersion, 1e-9)
        self._count_after = draw_gamma(PRIOR_EVENTS + self._events)
        self.control_factor = _draw_control_factor(controls, draw_gamma) if controls else np.ones(DRAWS)

    def ratios(self, days: float) -> "Floats":
        """Draws of the ratio when the events after the fix fell in this many observed days."""
        after = self._count_after / max(days / self._deflation, 1e-9)
        return after / (self._rate_before * self.control_factor)

    def probability_below(self, ratio: float, days: float) -> float:
        """P(rate after <= ratio * rate before)."""
        return float((self.ratios(days) <= ratio).mean())

    def probability_unchanged(self, days: float) -> float:
        """P(so few events in so many days, had nothing changed)."""
        from scipy.special import gammaincc

        mean = self._rate_before * self.control_factor * days / self._deflation
        return float(gammaincc(self._events + 1.0, mean).mean())


def _draw_control_factor(controls: Controls, draw_gamma: "Callable[[float], Floats]") -> "Floats":
    """Draws of the controls' rate after over before, at most 1: a louder workspace proves no fix."""
    import numpy as np

    scale = controls.days_after / max(controls.days_before, 1e-9)
    after = draw_gamma(controls.after + _CONTROL_PRIOR)
    before = draw_gamma(controls.before * scale + _CONTROL_PRIOR)
    return np.asarray(np.minimum(after / before, 1.0), dtype=float)
