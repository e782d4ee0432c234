"""What the time between two issues says about one cause, learned from each workspace.

How fast duplicates follow one another differs from tracker to tracker, and an export that was filtered by
some label has dates that say nothing. So the distribution of gaps within one cause is a prior that the
workspace's own likely pairs move, and it is compared with the gaps of all of its candidate pairs.
"""

from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats

WEIGHT = 1.0  # of the log ratio in the pair score
GAP_EDGES = (1.0, 7.0, 30.0, 90.0, 365.0, 730.0)  # days
GAP_CENTERS = (0.5, 3.0, 15.0, 55.0, 200.0, 520.0, 1_500.0)
_PRIOR_SHARES = (0.199, 0.158, 0.183, 0.182, 0.200, 0.054, 0.023)  # gaps within one cause, nine trackers
_PRIOR_PAIRS = 150.0
_MIN_DATED_PAIRS = 50
_MIN_SHARE = 0.004
_MAX_LOG_RATIO = 3.0


@dataclass(frozen=True, slots=True)
class TimeRatio:
    """The log likelihood ratio of one cause at each of `GAP_CENTERS`; between them it is linear in
    ln(1 + days).
    """

    log_ratios: tuple[float, ...] = (0.0,) * len(GAP_CENTERS)

    def measure(self, gap_days: Floats) -> Floats:
        """Measures the evidence of gaps.

        In: days between the issues of pairs, NaN without a date. Out: log likelihood ratios; 0 without one.
        """
        days = np.nan_to_num(gap_days, nan=0.0)
        ratio = np.interp(np.log1p(days), np.log1p(GAP_CENTERS), self.log_ratios)
        return np.asarray(np.where(np.isnan(gap_days), 0.0, ratio), dtype=np.float64)


def estimate_time_ratio(gap_days: Floats, probability: Floats) -> TimeRatio:
    """Learns what gaps say in one workspace.

    In: per candidate pair the days between both issues (NaN without a date) and the probability of one cause
    by text alone. Out: the ratio; it says nothing with fewer than 50 dated pairs.
    """
    is_dated = ~np.isnan(gap_days)
    if int(is_dated.sum()) < _MIN_DATED_PAIRS:
        return TimeRatio()
    bins = np.searchsorted(GAP_EDGES, gap_days[is_dated], side="right")
    count = np.bincount(bins, minlength=len(GAP_CENTERS)) + 1.0
    likely = np.bincount(bins, probability[is_dated], minlength=len(GAP_CENTERS))
    within = (_PRIOR_PAIRS * np.array(_PRIOR_SHARES) + likely) / (_PRIOR_PAIRS + likely.sum())
    among_all = count / count.sum()
    ratio = np.log(np.maximum(within, _MIN_SHARE) / np.maximum(among_all, _MIN_SHARE))
    return TimeRatio(tuple(np.clip(ratio, -_MAX_LOG_RATIO, _MAX_LOG_RATIO).round(6).tolist()))
