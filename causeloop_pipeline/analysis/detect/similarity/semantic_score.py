"""What the meaning of two texts adds to the score of the pair: two features, beside the score by words.

The weights were fitted on public bug trackers (`python -m bench.training.semantic_weights`). Pairs that both
hold a stack keep their score: a trace says more than an encoder that was made for sentences reads of it. A
search for similar issues has weights of its own, for what comes first in a list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import Weight

SEMANTIC_NEIGHBOURS = 40
# feature: (weight, mean, standard deviation) over the pairs of the trackers it was fitted on
SEMANTIC_WEIGHTS = {
    "score": (0.727, 0.000, 1.000),
    "semantic_margin": (0.837, -0.937, 0.749),
    "semantic_rank": (-0.251, 3.242, 0.728),
}
SEMANTIC_SEARCH_WEIGHTS: Mapping[str, Weight] = {
    "title_repeated": (0.698, 0.263, 0.170),
    "rival_margin": (0.959, -1.439, 0.708),
    "rare_terms": (0.361, 0.406, 0.149),
    "component": (0.165, -0.214, 0.586),
    "rank": (-0.148, 3.414, 0.799),
    "title_words": (-0.444, 0.132, 0.160),
    "title_spelling": (0.260, 0.254, 0.148),
    "same_stack": (0.117, 0.040, 0.087),
    "other_exception": (-0.161, 0.080, 0.171),
    "both_stacks": (-0.015, 0.228, 0.194),
    "slot_differs": (-0.082, 0.188, 0.172),
    "other_platform": (-0.367, 0.076, 0.163),
    "days_apart": (-0.521, 5.564, 1.384),
    "gap_ratio": (0.435, -0.846, 0.891),
    "semantic_margin": (0.651, -1.058, 0.761),
    "semantic_rank": (-0.294, 3.312, 0.674),
}
"""Of the search for similar issues by meaning too (`PairParameters.search_weights`: by words alone)."""

SEMANTIC_SEARCH_RATE = (0.772, -8.549)
"""Slope and intercept: a score of that search becomes the log odds of one cause."""

_MIN_COSINE, _MIN_RIVAL = 0.05, 0.2
_MAX_CLOSE, _MIN_CLOSE = 10, 0.4


@dataclass(frozen=True, slots=True)
class SemanticList:
    """How near each searched text is to one text by meaning."""

    nearest: Ints  # rows, the nearest first
    close: Ints  # those of the first that are so near that people are shown it
    margin: Floats  # per text: log of its cosine over that of the nearest other one; NaN without a vector
    rank: Floats  # per text: log of its place, of all later ones that after the last; NaN without a vector

    @staticmethod
    def of(cosine: NDArray[Any]) -> "SemanticList":
        """Ranks texts by meaning.

        In: the cosine of each with the one text; NaN where there is no vector, and for the text itself. Out:
        the list; of equal ones the smaller row is the nearer.
        """
        values = np.where(np.isnan(cosine), -2.0, np.asarray(cosine, dtype=np.float64)).round(6)
        order = np.lexsort((np.arange(len(values)), -values))[: SEMANTIC_NEIGHBOURS + 1]
        order = order[values[order] > -2.0]
        nearest = order[:SEMANTIC_NEIGHBOURS].astype(np.int64)
        first, second = [*values[order].tolist(), _MIN_RIVAL, _MIN_RIVAL][:2]
        place = np.full(len(values), SEMANTIC_NEIGHBOURS + 1.0)
        place[nearest] = np.arange(1, len(nearest) + 1)
        rival = np.where(place == 1.0, max(second, _MIN_RIVAL), max(first, _MIN_RIVAL))
        has_vector = values > -2.0
        return SemanticList(
            nearest,
            nearest[:_MAX_CLOSE][values[nearest[:_MAX_CLOSE]] >= _MIN_CLOSE],
            np.where(has_vector, np.log(np.maximum(values, _MIN_COSINE) / rival), np.nan),
            np.where(has_vector, np.log1p(place), np.nan),
        )

    def select(self, rows: Ints) -> "SemanticList":
        """Selects some of the texts. In: their rows, ascending. Out: their list, by places of the rows."""
        places = np.full(len(self.margin), -1, dtype=np.int64)
        places[rows] = np.arange(len(rows))
        nearest, close = (places[each][places[each] >= 0] for each in (self.nearest, self.close))
        return SemanticList(nearest, close, self.margin[rows], self.rank[rows])


def adjust_scores(score: Floats, margin: Floats, rank: Floats) -> Floats:
    """Adds to the scores of pairs what their meaning says.

    In: scores by words; per pair the margin and rank of `SemanticList`, NaN where meaning does not count.
    Out: scores; those of the latter pairs stay.
    """
    features = {"score": score, "semantic_margin": margin, "semantic_rank": rank}
    return np.where(np.isnan(margin), score, combine_features(features))


def combine_features(features: dict[str, Floats]) -> Floats:
    """Combines the features of pairs. In: each by its name. Out: scores."""
    total = np.zeros(len(features["score"]))
    for name, (weight, mean, deviation) in SEMANTIC_WEIGHTS.items():
        total += weight * (features[name] - mean) / deviation
    return total
