"""How common duplicates are in a workspace (the base rate), estimated from the scores of its own pairs.

The ranking of pairs transfers from one tracker to another, the base rate does not: in one tracker every
second report is a duplicate, in the next nearly none is. What tells them apart is how often two texts are
each other's best candidate: unrelated points are so in about half of the cases whatever the tracker, and the
share rises with the texts that have a mate.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import (
    MUTUAL_SHARES,
    SHIPPED,
    SLOPE_LOG_ODDS,
    PairParameters,
)

_PRIOR_MUTUAL_SHARE, _PRIOR_TEXTS = 0.53, 30
_LARGE_GROUPS_SCORE, _LARGE_GROUPS_WEIGHT = 1.6, 4.0  # members of large groups are mutual best by chance
_LARGE_GROUPS_MUTUAL = (0.50, 0.55)  # below chance it is one wording that makes all texts look alike
_MATE_GROWTH, _MATE_EXPONENT = 0.25 * 0.0084, 0.35  # of N consecutive reports .0084 N^.35 have a mate
_MIN_PAIRED, _MAX_MIN_PAIRED, _MAX_PAIRED = 0.02, 0.2, 0.95
# where pairs are rare, even the likeliest pairs are often a series: none is shown as sure
_CEILING_LOG_ODDS, _CEILINGS = (-0.5, 0.3), (0.75, 1.0)
_SERIES_SLOPES = (0.85, 1.15)  # of trackers full of series, and of exports of duplicates, which hold none
_PRIOR_SOURCE_TEXTS = 50  # a source of few texts is taken to be like other trackers
_FIRST_PRIOR_TEXTS, _FILTERED_MUTUAL_SHARE = 100, 0.57
_FIRST_SHARES = 0.12, 0.6  # of texts with a mate: in a natural tracker, in an export of duplicates


@dataclass(frozen=True, slots=True)
class BaseRate:
    """The log odds of one cause are `slope` times the pair score plus `intercept`, up to a ceiling."""

    slope: float
    intercept: float
    ceiling: float = 1.0

    def probability(self, score: Floats) -> Floats:
        """Pair scores → probabilities of one cause."""
        return np.minimum(sigmoid(self.slope * score + self.intercept), self.ceiling)


CAREFUL_RATE = BaseRate(0.8, -5.0, 0.75)  # of trackers full of singletons; for sources that are not known yet


@dataclass(frozen=True, slots=True)
class BestCandidates:
    """Per text its best-scoring candidate (-1: none), that score (-inf), and the third-best one (NaN);
    `series` is what is added to the log odds of the best one where both are of a series.
    """

    partner: Ints
    best: Floats
    third: Floats
    series: Floats

    @property
    def is_mutual(self) -> Bools:
        """Per text, whether it is the best candidate of its best candidate."""
        has_partner = self.partner >= 0
        return np.asarray(has_partner & (self.partner[self.partner] == np.arange(len(self.partner))))


def find_best_candidates(
    left: Ints, right: Ints, score: Floats, texts: int, series: Floats | None = None
) -> BestCandidates:
    """Finds the best candidate of each text.

    In: pairs with their scores, the number of texts; what series add to the pairs' log odds, None for
    nothing. Out: the best by score; ties go to the smaller row.
    """
    row, other = np.concatenate([left, right]), np.concatenate([right, left])
    value = np.round(np.concatenate([score, score]), 9)
    order = np.lexsort((other, -value, row))
    row, other, value = row[order], other[order], value[order]
    place = np.arange(len(row)) - np.searchsorted(row, row)

    partner = np.full(texts, -1, dtype=np.int64)
    best, third, of_series = np.full(texts, -np.inf), np.full(texts, np.nan), np.zeros(texts)
    partner[row[place == 0]] = other[place == 0]
    best[row[place == 0]] = value[place == 0]
    third[row[place == 2]] = value[place == 2]
    if series is not None:
        of_series[row[place == 0]] = series[order[place == 0] % len(series)]
    return BestCandidates(partner, best, third, of_series)


def estimate_base_rate(
    candidates: BestCandidates, chosen: Bools, parameters: PairParameters = SHIPPED
) -> BaseRate:
    """Estimates the base rate of a source.

    In: the best candidates of all texts of the workspace, which of the texts are the source's, what was
    fitted on other trackers. Out: the rate at which as many best candidates are expected to be pairs as the
    share of mutual best candidates tells.
    """
    best = candidates.best[chosen]
    log_odds = _estimate_mate_log_odds(candidates.is_mutual[chosen], candidates.third[chosen], parameters)
    slope = float(np.interp(log_odds, SLOPE_LOG_ODDS, parameters.slopes))
    series = measure_trust(slope) * candidates.series[chosen]
    intercept = find_intercept(slope * best + series, float(sigmoid(np.array(log_odds))))
    prior, texts = CAREFUL_RATE.intercept, len(best)
    return BaseRate(
        slope,
        round((texts * intercept + _PRIOR_SOURCE_TEXTS * prior) / (texts + _PRIOR_SOURCE_TEXTS), 9),
        float(np.interp(log_odds, _CEILING_LOG_ODDS, _CEILINGS)),
    )


def measure_trust(slope: float | Floats) -> Any:
    """Measures how far series are believed in, which exports of duplicates do not hold.

    In: slopes of the score. Out: 0 to 1 for each.
    """
    return np.interp(slope, _SERIES_SLOPES, (1.0, 0.0))


def _estimate_mate_log_odds(is_mutual: Bools, third: Floats, parameters: PairParameters) -> float:
    """The log odds that the best candidate of a text shares its cause."""
    texts, mutual = len(is_mutual), measure_mutual_share(is_mutual)
    log_odds = float(np.interp(mutual, MUTUAL_SHARES, parameters.mate_log_odds))
    log_odds += measure_large_groups(mutual, third)
    least = max(_MIN_PAIRED, min(_MATE_GROWTH * texts**_MATE_EXPONENT, _MAX_MIN_PAIRED))
    low, high = (float(np.log(share / (1.0 - share))) for share in (least, _MAX_PAIRED))
    return min(max(log_odds, low), high)


def measure_mutual_share(is_mutual: Bools) -> float:
    """Measures the share of mutual best candidates. In: which are. Out: a share, shrunk to the usual one."""
    return shrink_share(is_mutual, _PRIOR_TEXTS)


def measure_large_groups(mutual_share: float, third: Floats) -> float:
    """Measures how much likelier duplicates are than the share of mutual best candidates tells.

    In: that share; per text the score of its third-best candidate. Out: log odds to add, 0 without groups.
    """
    has_third = np.isfinite(third)
    if not has_third.any():
        return 0.0
    excess = float(third[has_third].mean()) - _LARGE_GROUPS_SCORE
    trust = float(np.interp(mutual_share, _LARGE_GROUPS_MUTUAL, (0.0, 1.0)))
    return trust * _LARGE_GROUPS_WEIGHT * max(0.0, excess)


def estimate_first_intercept(candidates: BestCandidates) -> float:
    """Guesses the base rate from text alone, for learning what time says.

    In: the best candidates by text. Out: an intercept of the pair score at slope 1.
    """
    is_filtered = shrink_share(candidates.is_mutual, _FIRST_PRIOR_TEXTS) >= _FILTERED_MUTUAL_SHARE
    return find_intercept(candidates.best, _FIRST_SHARES[int(is_filtered)])


def shrink_share(is_mutual: Bools, prior_texts: int) -> float:
    """The share of mutual best candidates, with unrelated texts added."""
    return float((is_mutual.sum() + prior_texts * _PRIOR_MUTUAL_SHARE) / (len(is_mutual) + prior_texts))


def find_intercept(best: Floats, share: float) -> float:
    """Finds the intercept at which the best candidates have a mean probability; by bisection."""
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2.0
        is_too_low = float(sigmoid(best + middle).mean()) < share if len(best) else False
        low, high = (middle, high) if is_too_low else (low, middle)
    return round(low, 9)


def sigmoid(log_odds: Floats) -> Floats:
    """Log odds → probability."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -60.0, 60.0))))
