"""How likely a failure repeats each group of stored issues, and how likely it is new."""

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats

# feature: weight (`python -m bench.training.seen_before`)
WEIGHTS = {
    "bias": -0.823,
    "text": 0.023,
    "support": 1.205,
    "margin": 0.044,
    "same_title": -0.155,
    "same_trace": -0.002,
    "size": 0.327,
}
OTHER_TEMPLATE_ODDS = -3.0
"""What counts against a group of machines' messages with another template: grouping keeps those apart."""


def collect_features(evidence: pl.DataFrame) -> Floats:
    """Collects the features of each group. In: `EVIDENCE_SCHEMA`. Out: a matrix, columns as in `WEIGHTS`."""
    columns = [np.ones(evidence.height), *(evidence[name].to_numpy() for name in list(WEIGHTS)[1:])]
    return np.stack(columns, axis=1)


def estimate_utilities(evidence: pl.DataFrame, weights: Floats | None = None) -> Floats:
    """Estimates the log odds of each group against a new cause.

    In: `EVIDENCE_SCHEMA`; other weights than the product's. Out: one per group. A machine's message with the
    same template has the odds that grouping measured of that template; all else is weighed.
    """
    used = np.array(list(WEIGHTS.values())) if weights is None else weights
    weighed = collect_features(evidence) @ used + OTHER_TEMPLATE_ODDS * evidence["other_template"].to_numpy()
    has_template = evidence["same_template"].to_numpy() > 0
    return np.asarray(np.where(has_template, evidence["template_odds"].to_numpy(), weighed))


def estimate_probabilities(evidence: pl.DataFrame, weights: Floats | None = None) -> tuple[Floats, float]:
    """Estimates which group a failure belongs to.

    In: as `estimate_utilities`. Out: the probability of each group, and that of a new cause; they add up to
    one.

    Method: multinomial logit (McFadden, 1974) in which a new cause is the alternative with utility 0.
    """
    utilities = estimate_utilities(evidence, weights)
    highest = max(0.0, float(utilities.max(initial=0.0)))
    odds, new = np.exp(utilities - highest), float(np.exp(-highest))
    total = float(odds.sum()) + new
    return odds / total, new / total
