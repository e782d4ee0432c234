"""How common duplicates are in a workspace (the base rate), estimated from the scores of its own pairs.

The ranking of pairs transfers from one tracker to another, the base rate does not: in one tracker every
second report is a duplicate, in the next nearly none is. What tells them apart is how often two texts are
each other's best candidate, or nearly: unrelated points are so in about two thirds of the cases whatever the
tracker, and the share rises with the texts that have a mate. "Nearly", because among many copies of one text
chance decides which is the best.
"""

from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import (
    MUTUAL_SHARES,
    SHIPPED,
    SLOPE_LOG_ODDS,
    PairParameters,
)

_NEARLY, _NEARLY_SHARE = 0.6, 0.2  # of the score: a candidate so near to the best one is as good
_PRIOR_MUTUAL_SHARE, _PRIOR_TEXTS = 0.62, 60  # of unrelated texts; among few it is larger by chance
_MATE_GROWTH, _MATE_EXPONENT = 0.25 * 0.0084, 0.35  # of N consecutive reports .0084 N^.35 have a mate
_MIN_PAIRED, _MAX_MIN_PAIRED, _MAX_PAIRED = 0.02, 0.2, 0.95
# where pairs are rare, even the likeliest pairs are often a series: none is shown as sure
_CEILING_LOG_ODDS, _CEILINGS = (-0.5, 0.3), (0.75, 1.0)
_PRIOR_SOURCE_TEXTS = 50  # a source of few texts is taken to be like other trackers


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
    """Per text its best-scoring candidate (-1: none), and that score (-inf)."""

    partner: Ints
    best: Floats

    @property
    def is_mutual(self) -> Bools:
        """Per text, whether its best candidate has no candidate that is clearly better."""
        has_partner = self.partner >= 0
        best_of_partner = np.where(has_partner, self.best[self.partner], np.inf)
        # what is unlike all others has no copies: among low scores only the very best is mutual
        nearly = np.clip(_NEARLY_SHARE * self.best, 0.0, _NEARLY)
        return np.asarray(has_partner & (best_of_partner <= self.best + nearly))


def find_best_candidates(left: Ints, right: Ints, score: Floats, texts: int) -> BestCandidates:
    """Finds the best candidate of each text.

    In: pairs with their scores, the number of texts. Out: the best; ties go to the smaller row.
    """
    row, other = np.concatenate([left, right]), np.concatenate([right, left])
    value = np.round(np.concatenate([score, score]), 9)
    order = np.lexsort((other, -value, row))
    row, other, value = row[order], other[order], value[order]
    place = np.arange(len(row)) - np.searchsorted(row, row)

    partner = np.full(texts, -1, dtype=np.int64)
    best = np.full(texts, -np.inf)
    partner[row[place == 0]] = other[place == 0]
    best[row[place == 0]] = value[place == 0]
    return BestCandidates(partner, best)


def estimate_base_rate(
    candidates: BestCandidates,
    chosen: Bools,
    parameters: PairParameters = SHIPPED,
    duplicates_among_copies: float | None = None,
) -> BaseRate:
    """Estimates the base rate of a source.

    In: the best candidates of all texts of the workspace, which of the texts are the source's, what was
    fitted on other trackers, the share of texts with a mate before copies became one. Out: the rate at
    which as many best candidates are expected to be pairs as the share of mutual best candidates tells.
    """
    best = candidates.best[chosen]
    log_odds = _estimate_mate_log_odds(candidates.is_mutual[chosen], parameters, duplicates_among_copies)
    slope = choose_slope(log_odds, parameters)
    intercept = find_intercept(slope * best, float(sigmoid(np.array(log_odds))))
    prior, texts = CAREFUL_RATE.intercept, len(best)
    return BaseRate(
        slope,
        round((texts * intercept + _PRIOR_SOURCE_TEXTS * prior) / (texts + _PRIOR_SOURCE_TEXTS), 9),
        float(np.interp(log_odds, _CEILING_LOG_ODDS, _CEILINGS)),
    )


def choose_slope(log_odds: float, parameters: PairParameters = SHIPPED) -> float:
    """Chooses how much a score tells.

    In: the log odds that a best candidate is a mate. Out: the slope of the score.
    """
    return float(np.interp(log_odds, SLOPE_LOG_ODDS, parameters.slopes))


def _estimate_mate_log_odds(
    is_mutual: Bools, parameters: PairParameters, duplicates_among_copies: float | None = None
) -> float:
    """The log odds that the best candidate of a text shares its cause. What is left where copies became one
    has fewer duplicates than there were with them, and more than its mutual candidates show: half way.
    """
    log_odds = float(np.interp(shrink_share(is_mutual), MUTUAL_SHARES, parameters.mate_log_odds))
    if duplicates_among_copies is not None:
        log_odds = (log_odds + _log_odds(min(max(duplicates_among_copies, _MIN_PAIRED), _MAX_PAIRED))) / 2.0
    least = max(_MIN_PAIRED, min(_MATE_GROWTH * len(is_mutual) ** _MATE_EXPONENT, _MAX_MIN_PAIRED))
    low, high = (_log_odds(share) for share in (least, _MAX_PAIRED))
    return min(max(log_odds, low), high)


def _log_odds(share: float) -> float:
    return float(np.log(share / (1.0 - share)))


def estimate_first_intercept(candidates: BestCandidates, parameters: PairParameters = SHIPPED) -> float:
    """Guesses the base rate from text alone, for learning what time says.

    In: the best candidates by text. Out: an intercept of the pair score at slope 1.
    """
    share = sigmoid(np.array(_estimate_mate_log_odds(candidates.is_mutual, parameters)))
    return find_intercept(candidates.best, float(share))


def shrink_share(is_mutual: Bools) -> float:
    """The share of mutual best candidates, with unrelated texts added."""
    return float((is_mutual.sum() + _PRIOR_TEXTS * _PRIOR_MUTUAL_SHARE) / (len(is_mutual) + _PRIOR_TEXTS))


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
