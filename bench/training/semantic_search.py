"""Fits the search for similar issues by meaning, and compares it with that by words alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import Weight
from causeloop_pipeline.analysis.detect.similarity.pair_score import weigh_features
from causeloop_pipeline.analysis.detect.similarity.text_vectors import read_vectors
from causeloop_pipeline.analysis.evaluation.pair_training.labelled_searches import (
    SearchedTracker,
    number_labels,
    search_tracker,
)
from causeloop_pipeline.analysis.evaluation.pair_training.search_weights import (
    SEMANTIC_SEARCH_FEATURES,
    fit_search_rate,
    fit_search_weights,
)

SEED = 0
RANKS = (1, 10)


@dataclass(frozen=True, slots=True)
class TrackerSearchedTwice:
    """The lists of a tracker by words and by meaning too, and which of its texts have a mate."""

    by_words: SearchedTracker
    by_meaning: SearchedTracker
    has_mate: Bools


def search_twice(table: pl.DataFrame, vector_of: Mapping[str, bytes]) -> TrackerSearchedTwice:
    """Searches with the same texts of a labelled set, by words and by meaning too."""
    vectors = read_vectors(b"".join(vector_of[issue_id] for issue_id in table["issue_id"]))
    label = number_labels(table)
    return TrackerSearchedTwice(
        search_tracker(table, SEED),
        search_tracker(table, SEED, vectors),
        (label > 0) & (np.bincount(label)[label] > 1),
    )


def print_search_weights(trackers: Sequence[SearchedTracker]) -> None:
    """Prints the weights and the rate of all trackers."""
    weights = fit_search_weights(trackers, SEMANTIC_SEARCH_FEATURES)
    for name, values in weights.items():
        print(f'    "{name}": ({", ".join(f"{value:.3f}" for value in values)}),')
    print(f"SEMANTIC_SEARCH_RATE = {fit_search_rate(trackers, weights)}")


def print_recalls(searches: Mapping[str, TrackerSearchedTwice], families: Mapping[str, str]) -> None:
    """Prints Recall@1 and @10 by words and by meaning, both with weights that were fitted to other
    families.
    """
    rows = []
    for family in dict.fromkeys(families.get(name) for name in searches):
        own = [name for name in searches if families.get(name) == family]
        others = [each for name, each in searches.items() if name in families and name not in own]
        by_words = fit_search_weights([each.by_words for each in others])
        by_meaning = fit_search_weights([each.by_meaning for each in others], SEMANTIC_SEARCH_FEATURES)
        for name in own:
            searched = searches[name]
            before = measure_recalls(searched.by_words, searched.has_mate, by_words)
            rows.append([*before, *measure_recalls(searched.by_meaning, searched.has_mate, by_meaning)])
            _print_recalls(name, rows[-1])
    _print_recalls("mean", np.mean(rows, axis=0).tolist())


def measure_recalls(tracker: SearchedTracker, has_mate: Bools, weights: Mapping[str, Weight]) -> list[float]:
    """How often a mate stands first, and among the first ten, of the issues that have one."""
    lists = tracker.lists
    score: Floats = np.round(weigh_features(lists.features, weights), 9)
    order = np.lexsort((lists.right, -score, lists.left))
    left = lists.left[order]
    place = np.arange(len(order)) - np.searchsorted(left, left)
    searched = np.unique(lists.left)
    queried = searched[has_mate[searched]]
    hits = [np.unique(left[(place < rank) & tracker.is_mate[order]]) for rank in RANKS]
    return [float(np.isin(queried, hit).mean()) for hit in hits]


def _print_recalls(name: str, row: Sequence[float]) -> None:
    print(f"{name:>28}: R@1 {row[0]:.3f} → {row[2]:.3f}, R@10 {row[1]:.3f} → {row[3]:.3f}", flush=True)
