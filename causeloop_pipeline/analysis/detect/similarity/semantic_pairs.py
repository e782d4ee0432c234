"""What texts are compared with when a search goes by words and by meaning."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats, Ints
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
    near: Neighbours,
    corpus: Corpus,
    lexicon: Lexicon,
    searches: tuple[Ints, Iterable[SemanticList]],
    *,
    limit: int,
) -> SemanticPairs:
    """Adds to the neighbours of texts those by meaning alone.

    In: the neighbours by words within a corpus, row by row; its lexicon; the rows that were searched with,
    ascending, and how near all texts are to each; how many neighbours a text may have by words. Out: the
    pairs, row by row, those by meaning with a rank after the last of those.
    """
    rows, lists = searches
    starts, ends = np.searchsorted(near.row, rows), np.searchsorted(near.row, rows, side="right")
    others, margins, ranks = ([np.empty(0, dtype=np.int64)], [np.empty(0)], [np.empty(0)])
    for start, end, listed in zip(starts.tolist(), ends.tolist(), lists, strict=True):
        by_words = near.other[start:end]
        both = np.concatenate([by_words, np.setdiff1d(listed.nearest, by_words)])
        others.append(both)
        margins.append(listed.margin[both])
        ranks.append(listed.rank[both])
    sizes = np.array([len(each) for each in others[1:]], dtype=np.int64)
    row, other = np.repeat(rows, sizes), np.concatenate(others)
    place = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    is_added = place >= np.repeat(ends - starts, sizes)
    cosine, rank = np.zeros(len(row)), np.full(len(row), limit + 1)
    cosine[~is_added], rank[~is_added] = near.cosine, near.rank
    cosine[is_added] = measure_cosines(corpus, corpus, lexicon, row[is_added], other[is_added])
    _, both_stacks = compare_stacks(corpus.frames, corpus.frames, row, other)
    chosen = np.flatnonzero(~is_added | (both_stacks == 0))
    margin, semantic_rank = (
        np.where(both_stacks > 0, np.nan, np.concatenate(each))[chosen] for each in (margins, ranks)
    )
    return SemanticPairs(
        Neighbours(row[chosen], other[chosen], cosine[chosen], rank[chosen]), margin, semantic_rank
    )


def list_by_meaning(vectors: Vectors, rows: Ints) -> Iterator[SemanticList]:
    """Lists how near all texts are to each of some. In: the vector of each text; rows. Out: a list a row."""
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        for row, cosine in zip(block.tolist(), compare_vectors(vectors[block], vectors), strict=True):
            cosine[row] = np.nan  # none with itself
            yield SemanticList.of(cosine)
