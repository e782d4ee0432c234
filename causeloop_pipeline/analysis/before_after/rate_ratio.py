"""What proves a fix: rates before and after it, with the traps taken out that make silence look like success.

The burst that made somebody act is no part of the baseline (regression to the mean); time in which
nothing could be seen counts for nothing; untouched patterns tell whether the whole workspace fell silent.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from causeloop_pipeline.analysis.arrays import Floats

LOOKBACK_DAYS = 180.0
TRIGGER_DAYS = 14.0
LEAST_DAYS = 30.0
LONGEST_PROOF_DAYS = 3_650.0
PRIOR_EVENTS = 0.5
STRATA = 512
DRAWS = 8 * STRATA
_CONTROL_PRIOR = 20.0
_DISPERSION_PRIOR = 30.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """Active days before the fix, the days in which they were seen, and how much they cluster (1: none)."""

    events: int
    days: float
    dispersion: float


@dataclass(frozen=True, slots=True)
class Controls:
    """Active days of untouched patterns before and after the fix, and the days observed on either side."""

    before: float
    days_before: float
    after: float
    days_after: float


def baseline(
    active_days: Sequence[float], fixed_at: float, history_start: float, blind: "Blind", prior: "Clustering"
) -> Baseline:
    """The rate before a fix, without the burst that led to it.

    In: sorted distinct active days, the fix and the start of history as days since any date, the blind
    time, and how much the workspace clusters. Out: active days in the 180 days before the fix (or since the
    first, but 30 days at least where there is history), less the last burst if it ended within 14 days before
    the fix. A burst is a run of at most 14 days whose gaps are under half of those of an even spread.
    """
    horizon = max(fixed_at - LOOKBACK_DAYS, history_start)
    before = [day for day in active_days if horizon <= day < fixed_at]
    if not before:
        return Baseline(0, 0.0, 1.0)
    kept, end = _without_trigger(before, fixed_at, (fixed_at - horizon) / len(before))
    is_old = any(day < before[0] for day in active_days)
    start = horizon if is_old else max(min(before[0], end - LEAST_DAYS), horizon)
    days = end - start - blind.within(start, end)
    return Baseline(len(kept), max(days, 0.0), clustering(before).toward(prior))


def _without_trigger(
    before: Sequence[float], fixed_at: float, even_gap: float
) -> tuple[Sequence[float], float]:
    """The days before the triggering burst, and the day on which that burst began."""
    if fixed_at - before[-1] > TRIGGER_DAYS:
        return before, fixed_at
    near = max(1.0, even_gap / 2) if even_gap > 2 else even_gap / 2
    place = len(before) - 1
    while place > 0 and _is_same_burst(before, place, near):
        place -= 1
    return before[:place], before[place]


def _is_same_burst(days: Sequence[float], place: int, near: float) -> bool:
    return days[place] - days[place - 1] <= near and days[-1] - days[place - 1] <= TRIGGER_DAYS


@dataclass(frozen=True, slots=True)
class Clustering:
    """How much active days cluster, and how many gaps between them tell so."""

    dispersion: float
    gaps: float

    def toward(self, prior: "Clustering") -> float:
        """The dispersion, drawn toward a prior while the gaps are few; never below 1, that of chance."""
        weight = min(prior.gaps, _DISPERSION_PRIOR)
        return max(
            1.0, (self.dispersion * self.gaps + prior.dispersion * weight) / max(self.gaps + weight, 1.0)
        )


POISSON = Clustering(1.0, 10.0)


def clustering(days: Sequence[float]) -> Clustering:
    """Variance of counts over mean: for a renewal process the gaps' squared coefficient of variation."""
    gaps = [right - left for left, right in pairwise(days)]
    if len(gaps) < 2:
        return Clustering(1.0, 0.0)
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1)
    return Clustering(variance / mean**2 * (len(gaps) + 1) / len(gaps), len(gaps) - 1.0)


def pooled_clustering(histories: Iterable[Sequence[float]]) -> Clustering:
    """How much active days cluster in the whole workspace: the prior for patterns with few of them."""
    found = [clustering(days) for days in histories]
    gaps = math.fsum(one.gaps for one in found)
    total = math.fsum(one.dispersion * one.gaps for one in found)
    weight = POISSON.gaps
    return Clustering((total + POISSON.dispersion * weight) / (gaps + weight), gaps + weight)


@dataclass(frozen=True, slots=True)
class Blind:
    """Intervals, as days, in which nothing could have been observed: disjoint and sorted."""

    intervals: tuple[tuple[float, float], ...] = ()

    def within(self, start: float, end: float) -> float:
        """How many blind days lie between two times."""
        return sum(max(0.0, min(end, right) - max(start, left)) for left, right in self.intervals)

    @classmethod
    def merged(cls, intervals: Sequence[tuple[float, float]]) -> "Blind":
        """From intervals that may overlap."""
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
    questions are answered from one fixed set of draws (stratified, seeded), so that answers for different
    lengths of silence agree with one another.
    """

    def __init__(
        self, before: Baseline, events_after: int, controls: Controls | None, seed: Sequence[int]
    ) -> None:
        import numpy as np
        from scipy.special import gammaincinv

        chance = np.random.default_rng(list(seed))
        strata = (np.arange(STRATA) + 0.5) / STRATA

        def gamma(shape: float) -> "Floats":
            quantiles = np.tile(gammaincinv(shape, strata), DRAWS // STRATA)
            return np.asarray(chance.permutation(quantiles), dtype=float)

        self._deflation = before.dispersion
        self._events = events_after / before.dispersion
        rate_before = gamma(PRIOR_EVENTS + before.events / before.dispersion)
        self._rate_before = rate_before / max(before.days / before.dispersion, 1e-9)
        self._count_after = gamma(PRIOR_EVENTS + self._events)
        self.control_factor = _control_factor(controls, gamma) if controls else np.ones(DRAWS)

    def ratios(self, days: float) -> "Floats":
        """Draws of the ratio when the events after the fix fell in this many observed days."""
        after = self._count_after / max(days / self._deflation, 1e-9)
        return after / (self._rate_before * self.control_factor)

    def probability_below(self, ratio: float, days: float) -> float:
        """P(rate after <= ratio * rate before)."""
        return float((self.ratios(days) <= ratio).mean())

    def chance_unfixed(self, days: float) -> float:
        """P(so few events in so many days, had nothing changed)."""
        from scipy.special import gammaincc

        mean = self._rate_before * self.control_factor * days / self._deflation
        return float(gammaincc(self._events + 1.0, mean).mean())


def _control_factor(controls: Controls, gamma: "Callable[[float], Floats]") -> "Floats":
    """How the untouched patterns' rate changed, never above 1: a louder workspace proves no fix."""
    import numpy as np

    scale = controls.days_after / max(controls.days_before, 1e-9)
    after = gamma(controls.after + _CONTROL_PRIOR)
    before = gamma(controls.before * scale + _CONTROL_PRIOR)
    return np.asarray(np.minimum(after / before, 1.0), dtype=float)
