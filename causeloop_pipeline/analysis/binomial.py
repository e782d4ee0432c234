"""Tails and quantiles of the binomial distribution, without scipy.stats: importing that takes a second."""

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats


def compute_binomial_tail(count: Floats, of: Floats, chance: Floats) -> Floats:
    """P(at least `count` of `of`) when each occurs with probability `chance`.

    In: three arrays of equal length. Out: one probability per entry.
    """
    from scipy.special import bdtrc

    tail: Floats = np.where(
        count > 0, bdtrc(np.maximum(count - 1, 0), of.astype(np.int64), np.clip(chance, 0, 1)), 1.0
    )
    return tail


def compute_binomial_quantile(share: float, of: Floats, chance: Floats) -> Floats:
    """The fewest occurrences that are not exceeded with probability `share`.

    In: a probability; two arrays of equal length: how many may occur, each with which probability. Out: a
    whole number per entry.
    """
    from scipy.special import bdtr, bdtrik

    upper = np.nan_to_num(np.ceil(bdtrik(share, of, chance)))  # not a number where the chance is 0
    lower = np.maximum(upper - 1, 0)
    quantile: Floats = np.where(bdtr(lower, of.astype(np.int64), chance) >= share, lower, upper)
    return quantile
