"""What was fitted on public trackers and holds in every workspace: weights, base rates, merge thresholds."""

from collections.abc import Mapping
from dataclasses import dataclass

MUTUAL_SHARES = (0.58, 0.66, 0.72, 0.78, 0.84, 0.92)
"""Of texts that are (nearly) each other's best candidate: where the curve of base rates has its knots."""

SLOPE_LOG_ODDS = (-2.7, 0.0)
"""Between these log odds of a mate the slope of the score rises: at the top of the ranking of natural
trackers stand series, so their scores tell less than those of exports of duplicates.
"""


@dataclass(frozen=True, slots=True)
class PairParameters:
    """What grouping knows of pairs before it has seen a workspace (`python -m bench.training.pairs`)."""

    weights: Mapping[str, tuple[float, float, float]]  # feature: weight, mean, standard deviation
    mate_log_odds: tuple[float, ...]  # that a text's best candidate is its mate, at MUTUAL_SHARES
    slopes: tuple[float, float]  # of the score, at SLOPE_LOG_ODDS
    threshold_of_f1: float  # the merge threshold is this share of the F1 to expect


SHIPPED = PairParameters(
    weights={
        "title_repeated": (0.695, 0.343, 0.175),
        "rival_margin": (0.560, -0.905, 0.491),
        "rare_terms": (0.274, 0.467, 0.149),
        "component": (0.240, 0.000, 1.000),
        "rank": (-0.337, 2.507, 0.525),
        "title_words": (-0.588, 0.218, 0.186),
        "title_spelling": (0.367, 0.292, 0.160),
        "same_stack": (0.261, 0.000, 0.200),
        "other_exception": (-0.185, 0.000, 0.200),
        "both_stacks": (-0.178, 0.000, 0.400),
        "slot_differs": (-0.028, 0.266, 0.201),
    },
    mate_log_odds=(-3.45, -1.73, 0.66, 1.78, 2.72, 3.98),
    slopes=(0.63, 1.19),
    threshold_of_f1=0.5,
)
