"""How common duplicates are in a workspace (the base rate), estimated from the scores of its own pairs.

The ranking of pairs transfers from one tracker to another, the base rate does not: in one tracker every
second report is a duplicate, in the next nearly none is.
"""

from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats

LOWEST_INTERCEPT = -6.15
_PRIOR_UNRELATED_PAIRS = 4.0  # unrelated pairs that every workspace is taken to hold beside its own
_SCORE_SHIFT = -2.0  # log odds of one cause at a score of 0

# Workspaces of known duplicates: the most likely log odds of a pair at a score of 0, the intercept that forms
# the best groups, and the one at which probabilities are calibrated (`python -m bench.training.base_rates`).
_ODDS_OF_SCORES = (-14.0, -10.0, -7.6, -6.85, -5.9, -5.4, -4.5)
_MERGE_INTERCEPTS = (LOWEST_INTERCEPT, LOWEST_INTERCEPT, -5.6, -4.7, -3.6, -2.35, -1.6)
_DISPLAYED_INTERCEPTS = (-7.8, -7.1, -5.8, -5.0, -4.1, -3.3, -1.9)


@dataclass(frozen=True, slots=True)
class BaseRate:
    """The base rate of a workspace as log odds (intercepts of the pair score)."""

    merge_intercept: float  # forms the best groups
    displayed_intercept: float  # gives calibrated probabilities


def estimate_base_rate(score: Floats) -> BaseRate:
    """Estimates the base rate of a workspace.

    In: the scores of all its candidate pairs. Out: the two intercepts that workspaces of known duplicates had
    at the same most likely log odds (see `python -m bench.training.base_rates`).

    Method: the share of pairs of one cause under which the scores are most likely (Saerens, Latinne and
    Decaestecker, 2002: adjusting a classifier to new a priori probabilities). Where duplicates are rare, the
    merge intercept is higher than the displayed one: missing a rare duplicate costs more than a false alarm.
    """
    odds = most_likely_odds(score)
    return BaseRate(
        float(np.interp(odds, _ODDS_OF_SCORES, _MERGE_INTERCEPTS)),
        float(np.interp(odds, _ODDS_OF_SCORES, _DISPLAYED_INTERCEPTS)),
    )


def most_likely_odds(score: Floats) -> float:
    """Finds the log odds of one cause at a score of 0 under which the scores are most likely.

    In: scores of pairs. Out: log odds between the ends of the table; by bisection, for the likelihood is
    concave.
    """
    value, count = np.unique(np.round(score, 1), return_counts=True)
    low, high = _ODDS_OF_SCORES[0] - _SCORE_SHIFT, _ODDS_OF_SCORES[-1] - _SCORE_SHIFT
    gain = np.expm1(np.clip(value + _SCORE_SHIFT, -30.0, 30.0))
    for _ in range(40):
        middle = (low + high) / 2.0
        share = 1.0 / (1.0 + np.exp(-middle))
        slope = float((count * gain / (1.0 + share * gain)).sum())
        is_rising = slope > _PRIOR_UNRELATED_PAIRS / (1.0 - share)
        low, high = (middle, high) if is_rising else (low, middle)
    return low + _SCORE_SHIFT
