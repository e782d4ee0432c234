"""The search for similar issues: what each text is compared with, and in which order.

A search compares one text, or the texts of one evaluation, where grouping compares all with all. So it can
look at every term, at more neighbours, and at how near the neighbours of those are; and its weights are
fitted to what comes first in a list, not to pairs alone. By meaning, further texts are compared, and how near
they are is two features more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import (
    Neighbours,
    find_nearest_by_all_terms,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import SHIPPED, PairParameters, Weight
from causeloop_pipeline.analysis.detect.similarity.pair_score import (
    CandidatePairs,
    NearestCosines,
    build_candidates,
    collect_nearest_cosines,
    compare_title_spelling,
    compute_pair_features,
    weigh_features,
)
from causeloop_pipeline.analysis.detect.similarity.platforms import compare_platforms
from causeloop_pipeline.analysis.detect.similarity.semantic_pairs import add_neighbours_by_meaning
from causeloop_pipeline.analysis.detect.similarity.semantic_score import (
    SEMANTIC_SEARCH_RATE,
    SEMANTIC_SEARCH_WEIGHTS,
    SemanticList,
)
from causeloop_pipeline.analysis.detect.similarity.time_ratio import estimate_time_ratio

LIST_LENGTH = 60
_CHUNK = 40_000


@dataclass(frozen=True, slots=True)
class SearchLists:
    """Pairs of a text that was searched with (`left`) and one that was found (`right`), list by list, by
    cosine and then those by meaning alone; and their features.
    """

    left: Ints
    right: Ints
    features: dict[str, Floats]

    @property
    def is_by_meaning(self) -> bool:
        """Whether meaning was searched too."""
        return "semantic_margin" in self.features

    def score(self, parameters: PairParameters = SHIPPED) -> Floats:
        """Scores the pairs: log odds, up to a constant, of being what is searched for."""
        return weigh_features(self.features, self._choose_weights(parameters))

    def _choose_weights(self, parameters: PairParameters) -> Mapping[str, Weight]:
        return SEMANTIC_SEARCH_WEIGHTS if self.is_by_meaning else parameters.search_weights

    @property
    def rate(self) -> tuple[float, float]:
        """Slope and intercept by which a score becomes the log odds of one cause."""
        return SEMANTIC_SEARCH_RATE if self.is_by_meaning else SHIPPED.search_rate


def search_texts(
    corpus: Corpus,
    lexicon: Lexicon,
    rows: Ints | None = None,
    *,
    limit: int = LIST_LENGTH,
    semantic: Iterable[SemanticList] | None = None,
) -> SearchLists:
    """Searches for the texts that are most similar to some.

    In: a corpus and its lexicon; which of its texts to search with, ascending, None for all; how long lists
    are, by words; how near all texts are to each of those by meaning, None for words alone. Out: the lists.
    """
    searched = np.arange(corpus.size) if rows is None else np.unique(rows)
    near = find_nearest_by_all_terms(corpus, searched, limit=limit)
    by_meaning: dict[str, Floats] = {}
    if semantic is not None:
        both = add_neighbours_by_meaning(near, corpus, lexicon, (searched, semantic), limit=limit)
        near = both.neighbours
        by_meaning = {"semantic_margin": both.margin, "semantic_rank": both.rank}
    nearest = _collect_nearest_cosines(corpus, near, searched)
    pairs = build_candidates(near.row, near.other, near.rank, near.cosine, nearest, nearest)
    parts = [
        _describe(corpus, lexicon, pairs, slice(start, start + _CHUNK))
        for start in range(0, max(len(near.row), 1), _CHUNK)
    ]
    features = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    titles = corpus.metadata["exact"]
    features["title_spelling"] = compare_title_spelling(corpus, corpus, pairs)
    features["other_platform"] = compare_platforms(titles, titles, pairs.left, pairs.right)
    features["gap_ratio"] = _measure_gaps(pairs.left, features["gap_days"])
    return SearchLists(pairs.left, pairs.right, features | by_meaning)


def _collect_nearest_cosines(corpus: Corpus, near: Neighbours, searched: Ints) -> NearestCosines:
    """The nearest cosines of the texts that were searched with, and of those that were found."""
    others = np.setdiff1d(near.other, searched)
    of_others = find_nearest_by_all_terms(corpus, others, limit=2)
    both = [
        np.concatenate([getattr(near, name), getattr(of_others, name)])
        for name in ("row", "other", "cosine", "rank")
    ]
    return collect_nearest_cosines(Neighbours(*both), corpus.size)


def _measure_gaps(left: Ints, gap_days: Floats) -> Floats:
    """How much likelier each gap is within one cause than in its list; 0 in lists of few dates."""
    ratio = np.zeros(len(left))
    for pairs in np.split(np.arange(len(left)), np.flatnonzero(np.diff(left)) + 1):
        ratio[pairs] = estimate_time_ratio(gap_days[pairs], np.zeros(len(pairs))).measure(gap_days[pairs])
    return ratio


def _describe(corpus: Corpus, lexicon: Lexicon, pairs: CandidatePairs, part: slice) -> dict[str, Floats]:
    features = compute_pair_features(corpus, corpus, lexicon, pairs, part)
    return {**features, "days_apart": np.log1p(features["gap_days"])}
