"""How common duplicates are in a workspace, read from the scores of its own pairs.

The ranking of pairs transfers from one tracker to another, the base rate does not: one tracker links every
second report to another one, the next is all one-off tasks.
"""

from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats

LOWEST_INTERCEPT = -6.15
_DOUBT = 4.0  # pairs of strangers that every workspace is taken to hold beyond its own
_SHIFT = -2.0  # log odds that a score of 0 speaks for one cause
_ODDS = (-14.0, -10.0, -7.6, -6.85, -5.9, -5.4, -4.5)  # most likely log odds of a pair without its score …
_JOINING = (LOWEST_INTERCEPT, LOWEST_INTERCEPT, -5.6, -4.7, -3.6, -2.35, -1.6)  # … best for groups
_SHOWN = (-7.8, -7.1, -5.8, -5.0, -4.1, -3.3, -1.9)  # … and true


@dataclass(frozen=True, slots=True)
class BaseRate:
    """Log odds of a workspace's base rate: as groups are best formed with it, and as it is most likely to be
    (shown).
    """

    joining: float
    shown: float


def base_rate_from(score: Floats) -> BaseRate:
    """The base rate of a workspace, from the scores of all its candidate pairs.

    Method: the share of pairs of one cause under which the scores are most likely (Saerens, Latinne and
    Decaestecker, 2002: adjusting a classifier to new a priori probabilities; here by bisection, for the
    likelihood is concave), then the log odds that workspaces of known duplicates had there (see
    `python -m bench.base_rates`). Few duplicates are worth finding at more false alarms than their odds:
    where duplicates are rare, groups are formed more boldly than confidence says.
    """
    found = most_likely_odds(score)
    return BaseRate(float(np.interp(found, _ODDS, _JOINING)), float(np.interp(found, _ODDS, _SHOWN)))


def most_likely_odds(score: Floats) -> float:
    """In, scores of pairs; out, the log odds of one cause at a score of 0 under which they are most likely,
    between the ends of the table.
    """
    value, count = np.unique(np.round(score, 1), return_counts=True)
    low, high = _ODDS[0] - _SHIFT, _ODDS[-1] - _SHIFT
    gain = np.expm1(np.clip(value + _SHIFT, -30.0, 30.0))
    for _ in range(40):
        middle = (low + high) / 2.0
        share = 1.0 / (1.0 + np.exp(-middle))
        rising = float((count * gain / (1.0 + share * gain)).sum()) > _DOUBT / (1.0 - share)
        low, high = (middle, high) if rising else (low, middle)
    return low + _SHIFT
