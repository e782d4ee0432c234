"""Running statistics over the gaps between active days, for a few searches per pair whatever its history."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.history import OccurrenceHistory

HALF_LIVES = (1.0, 3.0, 7.0, 15.0, 30.0, 60.0, 120.0, 365.0)
GAP_EDGES = np.array(
    [1.5, 2.5, 3.5, 5.5, 7.5, 10.5, 14.5, 21.5, 30.5, 45.5, 60.5, 90.5, 120.5, 180.5, 270.5, 365.5, np.inf]
)


@dataclass(frozen=True)
class RunningGaps:
    """Sums over the gaps of a pattern up to each active day (in days), for O(1) statistics at any origin."""

    gap: Floats
    total: Floats
    squares: Floats
    logs: Floats
    longest: Floats
    episodes: Floats
    decayed: Floats


def accumulate_gaps(history: OccurrenceHistory) -> RunningGaps:
    """Accumulate the gap statistics and the decayed counts once for a whole history.

    In: the history. Out: RunningGaps, one entry per active day.
    """
    days = history.days
    gap = np.zeros(len(days.at))
    has_previous = np.zeros(len(days.at), bool)
    has_previous[1:] = days.pattern_idx[1:] == days.pattern_idx[:-1]
    gap[1:] = np.where(has_previous[1:], np.diff(days.at) / DAY_MS, 0.0)
    logs = np.log(np.maximum(gap, 0.02)) * has_previous
    stride = (gap.max(initial=0.0) + 1.0) * 2
    longest = np.maximum.accumulate(gap + days.pattern_idx * stride) - days.pattern_idx * stride
    episodes = np.where(has_previous, gap > 1.5, True).astype(float)
    return RunningGaps(
        gap,
        np.cumsum(gap),
        np.cumsum(gap * gap),
        np.cumsum(logs),
        longest,
        np.cumsum(episodes),
        _count_with_decay(history),
    )


def _count_with_decay(history: OccurrenceHistory) -> Floats:
    """Exponentially decayed count of active days at (and including) each of them, in log space so that
    nothing overflows.
    """
    days = history.days
    if not len(days.at):
        return np.zeros((0, len(HALF_LIVES)))
    at = (days.at - days.start) / DAY_MS
    result = np.empty((len(at), len(HALF_LIVES)))
    for column, half_life in enumerate(HALF_LIVES):
        rate = np.log(2.0) / half_life
        stride = days.span / DAY_MS + 60 * half_life
        clock = rate * (at + days.pattern_idx * stride)
        result[:, column] = np.exp(np.logaddexp.accumulate(clock) - clock)
    return result


def count_gaps(gaps: RunningGaps, start: Ints, last: Ints) -> npt.NDArray[np.int32]:
    """Count the past gaps of each pair between neighbouring GAP_EDGES.

    In: gap sums, position of the first and of the last active day of each pair. Out: edges x pairs.
    """
    codes = np.searchsorted(GAP_EDGES, gaps.gap)
    counts = np.empty((len(GAP_EDGES), len(start)), np.int32)
    for code in range(len(GAP_EDGES)):
        counted = np.cumsum((codes == code) & (gaps.gap > 0), dtype=np.int32)
        counts[code] = counted[last] - counted[start]
    return counts
