"""What each text of a corpus is compared with when all are searched for at once, by words and by meaning."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import Neighbours
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus
from causeloop_pipeline.analysis.detect.similarity.frame_rarity import compare_stacks
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.query_pairs import measure_cosines
from causeloop_pipeline.analysis.detect.similarity.semantic_score import SemanticList
from causeloop_pipeline.analysis.detect.similarity.text_vectors import Vectors, compare_vectors

_BLOCK = 500


@dataclass(frozen=True, slots=True)
class SemanticPairs:
    """Neighbours by words and by meaning, and per pair what `SemanticList` says of it: NaN where both have a
    stack.
    """

    neighbours: Neighbours
    margin: Floats
    rank: Floats


def add_neighbours_by_meaning(
    near: Neighbours, corpus: Corpus, lexicon: Lexicon, vectors: Vectors
) -> SemanticPairs:
    """Adds to the neighbours of each text those by meaning alone.

    In: the neighbours by words within a corpus, row by row; its lexicon; the vector of each text. Out: the
    pairs, those by meaning with a rank after the last.
    """
    last = int(near.rank.max(initial=0)) + 1
    starts = np.searchsorted(near.row, np.arange(corpus.size + 1))
    others, margins, ranks = [], [], []
    for text, cosines in enumerate(_compare_each(vectors)):
        listed = SemanticList.of(cosines)
        by_words = near.other[starts[text] : starts[text + 1]]
        both = np.concatenate([by_words, np.setdiff1d(listed.nearest, by_words)])
        others.append(both)
        margins.append(listed.margin[both])
        ranks.append(listed.rank[both])
    sizes = [len(each) for each in others]
    row, other = np.repeat(np.arange(corpus.size), sizes), np.concatenate(others)
    place = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    is_added = place >= np.diff(starts)[row]
    cosine, rank = np.zeros(len(row)), np.full(len(row), last)
    cosine[~is_added], rank[~is_added] = near.cosine, near.rank
    cosine[is_added] = measure_cosines(corpus, corpus, lexicon, row[is_added], other[is_added])
    _, both_stacks = compare_stacks(corpus.frames, corpus.frames, row, other)
    chosen = np.flatnonzero(~is_added | (both_stacks == 0))
    margin = np.where(both_stacks > 0, np.nan, np.concatenate(margins))
    return SemanticPairs(
        Neighbours(row[chosen], other[chosen], cosine[chosen], rank[chosen]),
        margin[chosen],
        np.concatenate(ranks)[chosen],
    )


def _compare_each(vectors: Vectors) -> Iterator[NDArray[np.float32]]:
    """The cosines of each text with all; none with itself."""
    for start in range(0, len(vectors), _BLOCK):
        block = compare_vectors(vectors[start : start + _BLOCK], vectors)
        for place, cosine in enumerate(block):
            cosine[start + place] = np.nan
            yield cosine
