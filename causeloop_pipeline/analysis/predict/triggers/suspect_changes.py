"""Ranks the changes before a failure by the chance that they broke it; silent where none stands out.

The weights are learned from failures whose change engineers named (`bench/training/suspect_weights.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.predict.triggers.suspect_pairs import (
    FEATURES,
    SuspectPairs,
    pair_failures_with_changes,
)

MIN_CHANCE = 0.2  # below it no change stands out
MAX_SUSPECTS = 5
RIDGE = 0.02
CHANCE_SCHEMA = pl.Schema(
    {"failure_id": pl.String, "change_id": pl.String, "chance": pl.Float64, "rank": pl.Int64}
)


@dataclass(frozen=True, slots=True)
class SuspectWeights:
    """Log-odds of each feature, and those of no change in sight having broken it."""

    by_feature: Mapping[str, float]
    none: float


def rank_changes(
    failures: pl.DataFrame,
    changes: pl.DataFrame,
    weights: SuspectWeights | None = None,
    *,
    min_chance: float = 0.0,
) -> pl.DataFrame:
    """Rank the changes of the 90 days before each failure by the chance that they broke it.

    In: two SUSPECT_SCHEMA frames; weights (default: those that ship); the least chance to list. Out:
    CHANCE_SCHEMA, every pair with that chance, by failure and rank; the chances of a failure add up to at
    most 1, the rest is that of no change in sight.
    """
    pairs = pair_failures_with_changes(failures, changes)
    chance = estimate_chances(pairs, weights or SHIPPED)
    listed = np.flatnonzero(chance >= min_chance)
    frame = pl.DataFrame(
        {
            "row": pairs.failure[listed],
            "failure_id": failures["id"].gather(pairs.failure[listed]),
            "change_id": changes["id"].gather(pairs.change[listed]),
            "chance": chance[listed],
        }
    )
    ranked = frame.sort("row", "chance", "change_id", descending=[False, True, False])
    rank = pl.int_range(1, pl.len() + 1).over("row").alias("rank")
    return ranked.with_columns(rank).select(CHANCE_SCHEMA.names()).cast(CHANCE_SCHEMA)


def select_suspects(ranked: pl.DataFrame) -> pl.DataFrame:
    """Select the changes worth showing. In: `rank_changes`. Out: at most five a failure, each with a chance
    of .2 or more.
    """
    return ranked.filter((pl.col("chance") >= MIN_CHANCE) & (pl.col("rank") <= MAX_SUSPECTS))


def estimate_chances(pairs: SuspectPairs, weights: SuspectWeights) -> Floats:
    """The chance of each pair that this change broke it. In: pairs, weights. Out: one chance per pair.

    Method: conditional logit (McFadden, 1974) with one more alternative, none of them.
    """
    score = pairs.features @ np.array([weights.by_feature.get(name, 0.0) for name in FEATURES])
    return _softmax(score, weights.none, _starts(pairs))[0]


def fit_weights(pairs: SuspectPairs, is_true: Bools, balance: Floats | None = None) -> SuspectWeights:
    """Fit the weights to failures whose change is known.

    In: pairs, whether each is the change that broke it (a failure may have none: it lies further back);
    `balance`: how much each pair's failure counts, default 1. Out: the weights. Method: penalized maximum
    likelihood; features that never vary get 0.
    """
    from scipy.optimize import minimize

    starts = _starts(pairs)
    spread = pairs.features.std(axis=0)
    usable = spread > 0
    features = np.where(usable, pairs.features / np.where(usable, spread, 1.0), 0.0)
    count = len(starts)
    weight = np.ones(count) if balance is None else balance[starts]
    has_true = np.add.reduceat(is_true.astype(float), starts) > 0

    def loss(values: Floats) -> tuple[float, Floats]:
        chance, none = _softmax(features @ values[:-1], values[-1], starts)
        per_failure = np.where(has_true, np.add.reduceat(np.where(is_true, chance, 0.0), starts), none)
        surplus = (chance - is_true) * np.repeat(weight, _lengths(starts, len(chance)))
        gradient = np.append(features.T @ surplus, float(weight @ (none - ~has_true))) / count
        penalty = np.append(values[:-1], 0.0)
        value = -float(weight @ np.log(np.maximum(per_failure, 1e-300))) / count
        return value + RIDGE * float(penalty @ penalty), gradient + 2 * RIDGE * penalty

    fitted = minimize(loss, np.zeros(len(FEATURES) + 1), jac=True, method="L-BFGS-B").x
    by_feature = np.where(usable, fitted[:-1] / np.where(usable, spread, 1.0), 0.0)
    return SuspectWeights(dict(zip(FEATURES, by_feature.tolist(), strict=True)), float(fitted[-1]))


def _starts(pairs: SuspectPairs) -> Ints:
    """The first pair of each failure."""
    return np.flatnonzero(np.diff(pairs.failure, prepend=-1))


def _lengths(starts: Ints, total: int) -> Ints:
    return np.diff(starts, append=total)


def _softmax(score: Floats, none: float, starts: Ints) -> tuple[Floats, Floats]:
    """Chances of the pairs, and of none of them for each failure."""
    if not len(score):
        return score, np.zeros(0)
    lengths = _lengths(starts, len(score))
    highest = np.maximum(np.maximum.reduceat(score, starts), none)
    exponent = np.exp(score - np.repeat(highest, lengths))
    without = np.exp(none - highest)
    total = np.add.reduceat(exponent, starts) + without
    return exponent / np.repeat(total, lengths), without / total


SHIPPED = SuspectWeights(
    {
        "text": 4.36,
        "failure_title": 5.51,
        "change_title": 2.62,
        "lead": -0.88,
        "place": 1.50,
        "components": 0.88,
        "versions": 2.64,
        "named": 9.25,
    },
    none=6.37,
)
