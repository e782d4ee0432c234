"""Operational time: how far a pattern's exposure (executions, requests, deploys) has gone, instead of days.

What fails by the run has no rate by the day: with half the runs, half the failures are not success. Measured
in exposure, the usual tests compare rates by exposure. Sources: Cox & Lewis 1966, The Statistical Analysis of
Series of Events, §3 (a change of the time scale); Musa & Okumoto 1984, ICSE (execution time).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.before_after.baseline import LOOKBACK_DAYS, ObservationGaps

RECENT_DAYS = 28.0
MIN_COVERED_SHARE = 0.5  # of the active days before a fix, for a rate by exposure to be comparable


@dataclass(frozen=True, slots=True)
class OperationalTime:
    """A count of exposure that grows over days.

    edges: days since 1970, ascending; totals: the exposure until each; unit: an ExposureUnit.
    """

    edges: Floats
    totals: Floats
    unit: str

    @classmethod
    def from_spans(cls, spans: Sequence[tuple[float, float, float]], unit: str) -> "OperationalTime":
        """From disjoint spans as (start, end, count), in days since 1970; between them none passes."""
        ordered = np.array(sorted(spans), dtype=float).reshape(-1, 3)
        ends = np.cumsum(ordered[:, 2])
        edges = ordered[:, :2].ravel()
        return cls(edges, np.column_stack([ends - ordered[:, 2], ends]).ravel(), unit)

    def count_until(self, days: Floats) -> Floats:
        """The exposure until each of these days."""
        result: Floats = np.interp(days, self.edges, self.totals)
        return result

    def count_between(self, start: float, end: float) -> float:
        """The exposure between two days."""
        left, right = self.count_until(np.array([start, end]))
        return float(right - left)

    def covers(self, day: float) -> bool:
        """Whether exposure passed at this moment: what occurred is compared with it."""
        place = int(np.searchsorted(self.edges, day, side="right")) - 1
        return 0 <= place < len(self.edges) - 1 and self.totals[place + 1] > self.totals[place]

    def is_comparable(self, active_days: Sequence[float], fixed_at: float) -> bool:
        """Whether exposure is stated for most of the active days in the half year before a fix."""
        usual = [day for day in active_days if fixed_at - LOOKBACK_DAYS <= day < fixed_at]
        covered = sum(map(self.covers, usual))
        return covered > 0 and covered >= MIN_COVERED_SHARE * len(usual)

    def find_unused_days(self, start: float, end: float) -> list[tuple[float, float]]:
        """The days (UTC) from start to end in which no exposure passed."""
        days = np.arange(np.floor(start), np.ceil(end) + 1)
        used = np.diff(self.count_until(days)) > 0
        return [
            (max(float(day), start), min(float(day) + 1, end))
            for day, is_used in zip(days, used, strict=False)
            if not is_used and max(day, start) < min(day + 1, end)
        ]

    def measure_usual(self, fixed_at: float) -> float:
        """The exposure of a usual day in the half year before a fix; above 0."""
        start = max(float(self.edges[0]), fixed_at - LOOKBACK_DAYS)
        usual = self.count_between(start, fixed_at) / max(fixed_at - start, 1.0)
        return usual or 1.0

    def extend(self, now: float, days: float) -> "OperationalTime":
        """The same, going on for so many days after now as in the last four weeks."""
        start = max(float(self.edges[0]), now - RECENT_DAYS)
        pace = self.count_between(start, now) / max(now - start, 1.0)
        until = self.edges <= now
        at_now = float(self.count_until(np.array([now]))[0])
        edges = np.concatenate([self.edges[until], [now, now + days]])
        totals = np.concatenate([self.totals[until], [at_now, at_now + pace * days]])
        return replace(self, edges=edges, totals=totals)


@dataclass(frozen=True, slots=True)
class Clock:
    """What the tests of one fix take for days: usual days' worth of exposure, 0 being the first.

    time: the operational time; usual: the exposure of a usual day; fixed_at: days since 1970.
    """

    time: OperationalTime
    usual: float
    fixed_at: float

    def read(self, days: Floats) -> Floats:
        """Days since 1970 as usual days."""
        result: Floats = self.time.count_until(days) / self.usual
        return result

    def place_times(self, times: Sequence[float]) -> tuple[list[float], float, list[float]]:
        """The times before the fix, the fix, and the times since, as usual days.

        What occurred without exposure is nothing to compare with before the fix, but counts since.
        """
        fixed = float(self.read(np.array([self.fixed_at]))[0])
        before = [day for day in times if day < self.fixed_at and self.time.covers(day)]
        since = [day for day in times if day > self.fixed_at]
        after = self.read(np.array(since, dtype=float)).tolist()
        usual_before = [min(day, np.nextafter(fixed, 0)) for day in self.read(np.array(before, dtype=float))]
        return (
            [float(day) for day in usual_before],
            fixed,
            [max(day, fixed) for day in after],
        )

    def place_gaps(self, gaps: ObservationGaps) -> ObservationGaps:
        """Observation gaps as usual days: exposure in which a failure could not be seen."""
        spans = [tuple(self.read(np.array(span)).tolist()) for span in gaps.intervals]
        return ObservationGaps.merge([(left, right) for left, right in spans])
