"""Labelled sets as the fit of the search sees them: lists of what was found, and which of it is a mate."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Ints
from causeloop_pipeline.analysis.detect.similarity.corpus import build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows
from causeloop_pipeline.analysis.detect.similarity.search_lists import SearchLists, search_texts
from causeloop_pipeline.analysis.detect.similarity.semantic_pairs import list_by_meaning
from causeloop_pipeline.analysis.detect.similarity.text_vectors import Vectors

MAX_LISTS = 400
"""Of one set, of texts with a mate; and as many of any texts."""


@dataclass(frozen=True, slots=True)
class SearchedTracker:
    """The lists of some texts of a set, and per pair whether it has one cause; which lists were drawn among
    those of texts with a mate, and which among all.
    """

    lists: SearchLists
    is_mate: Bools
    has_mate: Bools  # per pair, whether its list was drawn for its duplicates, and holds one
    is_random: Bools  # per pair, whether its list was drawn from all
    mate_share: float  # of all texts


def search_tracker(table: pl.DataFrame, seed: int, vectors: Vectors | None = None) -> SearchedTracker:
    """Searches with some texts of a labelled set.

    In: canonical issues with their `label`, null where it is unknown; the seed of the choice; the vector of
    each issue, None to search by words alone. Out: the lists.
    """
    texts = select_text_rows(table)
    lexicon, counts = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, counts)
    label = number_labels(table)
    has_mate = (label > 0) & (np.bincount(label)[label] > 1)
    generator = np.random.default_rng(seed)
    with_duplicates = generator.permutation(np.flatnonzero(has_mate))[:MAX_LISTS]
    at_random = generator.permutation(np.flatnonzero(label > 0))[:MAX_LISTS]
    rows = np.unique(np.concatenate([with_duplicates, at_random]))
    semantic = None if vectors is None else list_by_meaning(vectors, rows)
    lists = search_texts(corpus, lexicon, rows, semantic=semantic)
    is_mate = (label[lists.left] > 0) & (label[lists.left] == label[lists.right])
    holds_mate = np.isin(lists.left, lists.left[is_mate]) & np.isin(lists.left, with_duplicates)
    is_random = np.isin(lists.left, at_random)
    return SearchedTracker(lists, is_mate, holds_mate, is_random, float(has_mate.mean()))


def number_labels(table: pl.DataFrame) -> Ints:
    """Numbers the labels of issues, from 1; 0 where the label is unknown."""
    return table["label"].rank("dense").fill_null(0).to_numpy().astype(np.int64)
