"""How likely a failure repeats each group of stored issues, and how likely it is new."""

from collections.abc import Mapping

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

# feature: weight (`python -m bench.training.retold_messages`)
REPORT_WEIGHTS = {"bias": -5.732, "score": 1.442, "size": 0.420}
"""For a person's report of a group of machines' messages: how alike the texts are, and how many issues."""
REPORT_SHARE = 0.75
"""Assumed, of reports among texts of no source that fit no template; the rest are messages of a new one."""


def collect_features(evidence: pl.DataFrame, weights: Mapping[str, float] = WEIGHTS) -> Floats:
    """Collects the features of each group.

    In: `EVIDENCE_SCHEMA`; the weights by feature, of which the first is the bias. Out: a matrix, columns as
    the features.
    """
    columns = [np.ones(evidence.height), *(evidence[name].to_numpy() for name in list(weights)[1:])]
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


def estimate_probabilities(
    evidence: pl.DataFrame, weights: Floats | None = None, *, report_share: float = 0.0
) -> tuple[Floats, float]:
    """Estimates which group a failure belongs to.

    In: as `estimate_utilities`; the probability that a person wrote the text, in words of their own, and no
    machine. Out: the probability of each group, and that of a new cause; they add up to one.

    Method: multinomial logit (McFadden, 1974) in which a new cause is the alternative with utility 0; the
    mean over both kinds of text where it is not certain which it is.
    """
    utilities = estimate_utilities(evidence, weights)
    probability, new = _choose(utilities)
    if not report_share:
        return probability, new
    is_message = evidence["other_template"].to_numpy() > 0
    of_reports = collect_features(evidence, REPORT_WEIGHTS) @ np.array(list(REPORT_WEIGHTS.values()))
    as_report, new_as_report = _choose(np.where(is_message, of_reports, utilities))
    return (
        probability + report_share * (as_report - probability),
        new + report_share * (new_as_report - new),
    )


def _choose(utilities: Floats) -> tuple[Floats, float]:
    highest = max(0.0, float(utilities.max(initial=0.0)))
    odds, new = np.exp(utilities - highest), float(np.exp(-highest))
    total = float(odds.sum()) + new
    return odds / total, new / total
