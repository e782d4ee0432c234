"""What was fitted on public trackers and holds in every workspace: weights, base rates, merge thresholds."""

from collections.abc import Mapping
from dataclasses import dataclass

MUTUAL_SHARES = (0.49, 0.53, 0.56, 0.59, 0.65, 0.70, 0.85)
"""Of texts that are each other's best candidate: where the table of base rates has its rows."""

SLOPE_LOG_ODDS = (-2.0, 0.3)
"""Between these log odds of a mate the slope of the score rises: at the top of the ranking of natural
trackers stand series, so their scores tell less than those of exports of duplicates.
"""


Weight = tuple[float, float, float]
"""Of a feature: its weight, its mean, its standard deviation."""


@dataclass(frozen=True, slots=True)
class PairParameters:
    """What grouping knows of pairs before it has seen a workspace (`python -m bench.training.pairs`)."""

    weights: Mapping[str, Weight]
    mate_log_odds: tuple[float, ...]  # that a text's best candidate is its mate, at MUTUAL_SHARES
    slopes: tuple[float, float]  # of the score, at SLOPE_LOG_ODDS
    threshold_of_f1: float  # the merge threshold is this share of the F1 to expect
    search_weights: Mapping[str, Weight]  # of the search for similar issues
    search_rate: tuple[float, float]  # slope and intercept: its score becomes the log odds of one cause


# weights and rate as fitted to all trackers; table, slopes and share were chosen by hand, near what is fitted
SHIPPED = PairParameters(
    weights={
        "title_repeated": (0.685, 0.343, 0.175),
        "rival_margin": (0.557, -0.905, 0.491),
        "rare_terms": (0.292, 0.467, 0.149),
        "component": (0.246, 0.000, 1.000),
        "rank": (-0.344, 2.507, 0.525),
        "title_words": (-0.587, 0.218, 0.186),
        "title_spelling": (0.381, 0.292, 0.160),
        "same_stack": (0.255, 0.000, 0.200),
        "other_exception": (-0.189, 0.000, 0.200),
        "both_stacks": (-0.177, 0.000, 0.400),
        "slot_differs": (-0.029, 0.266, 0.201),
    },
    mate_log_odds=(-3.40, -2.75, -2.45, -1.20, 0.45, 0.90, 2.30),
    slopes=(0.65, 1.15),
    threshold_of_f1=0.45,
    search_weights={
        "title_repeated": (0.844, 0.293, 0.169),
        "rival_margin": (0.989, -1.212, 0.538),
        "rare_terms": (0.365, 0.437, 0.140),
        "component": (0.184, -0.221, 0.586),
        "rank": (-0.236, 3.212, 0.803),
        "title_words": (-0.649, 0.156, 0.167),
        "title_spelling": (0.475, 0.267, 0.153),
        "same_stack": (0.064, 0.044, 0.092),
        "other_exception": (-0.155, 0.083, 0.175),
        "both_stacks": (-0.148, 0.252, 0.198),
        "slot_differs": (-0.024, 0.213, 0.178),
        "other_platform": (-0.392, 0.085, 0.166),
        "days_apart": (-0.571, 5.511, 1.418),
        "gap_ratio": (0.408, -0.822, 0.871),
    },
    search_rate=(0.761, -8.142),
)
