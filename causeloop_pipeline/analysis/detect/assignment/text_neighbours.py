"""Finds and scores the texts, of the index and among the new ones, that are nearest to each new text."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import (
    NEIGHBOURS,
    Neighbours,
    build_postings,
    find_nearest_texts,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_score import (
    NearestCosines,
    build_candidates,
    collect_nearest_cosines,
    score_pairs,
)

NEW_TEXTS = -1  # stands for the new texts where a segment's number is expected


@dataclass(frozen=True, slots=True)
class _SearchedTexts:
    """Texts to search: a segment of the index, or the new texts themselves."""

    segment: int
    corpus: Corpus
    postings: Any
    nearest_cosines: NearestCosines | None  # None: of the new texts, not known yet


@dataclass(frozen=True, slots=True)
class _TextNeighbours:
    """The nearest texts of each new text, best first."""

    row: Ints  # of the new corpus
    segment: Ints
    other: Ints  # row of the segment's corpus
    cosine: Floats
    rank: Ints

    def filter(self, chosen: Bools) -> "_TextNeighbours":
        return _TextNeighbours(
            self.row[chosen], self.segment[chosen], self.other[chosen], self.cosine[chosen], self.rank[chosen]
        )


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """A new text (`row` of the new corpus) and a text of `segment`, with their scores."""

    row: Ints
    segment: Ints
    other: Ints
    node: Ints  # of the other text: its group, or -1 - its row for a new text
    probability: Floats
    cosine: Floats


@dataclass(frozen=True, slots=True)
class NewTexts:
    """New texts, the source of each, and the lexicon of the index with their terms added."""

    sources: list[str]
    corpus: Corpus
    lexicon: Lexicon


def score_neighbours(new: NewTexts, index: PatternIndex) -> tuple[ScoredPairs, NearestCosines]:
    """Scores each new text with its nearest texts.

    In: new texts, the index. Out: scored pairs, and how near the nearest texts of each new text are.
    """
    searched = [
        _SearchedTexts(number, segment.corpus, segment.list_postings(new.corpus), segment.nearest_cosines)
        for number, segment in enumerate(index.segments)
    ]
    if new.corpus.size > 1 or not searched:
        own_postings = build_postings(new.corpus, new.lexicon, for_new_texts=True)
        searched.append(_SearchedTexts(NEW_TEXTS, new.corpus, own_postings, None))
    neighbours = _find_neighbours(new, searched)
    own_cosines = collect_nearest_cosines(
        Neighbours(neighbours.row, neighbours.other, neighbours.cosine, neighbours.rank), new.corpus.size
    )

    parts = []
    for part in searched:
        near = neighbours.filter(neighbours.segment == part.segment)
        their_cosines = part.nearest_cosines or own_cosines
        candidates = build_candidates(
            near.row, near.other, near.rank, near.cosine, own_cosines, their_cosines
        )
        scored = score_pairs(new.corpus, part.corpus, new.lexicon, candidates)
        is_new = part.segment == NEW_TEXTS
        node = -1 - near.other if is_new else index.segments[part.segment].group[near.other]
        parts.append(
            (
                near.row,
                near.segment,
                near.other,
                node,
                index.model.probability(scored, new.sources, []),
                scored.cosine,
            )
        )
    return ScoredPairs(*(np.concatenate(column) for column in zip(*parts, strict=True))), own_cosines


def _find_neighbours(new: NewTexts, searched: list[_SearchedTexts]) -> _TextNeighbours:
    """The nearest texts of each new text in all searched texts together."""
    nearest_in_part = [
        find_nearest_texts(
            new.corpus,
            part.postings,
            new.lexicon,
            is_self_search=part.segment == NEW_TEXTS,
            for_new_texts=True,
        )
        for part in searched
    ]
    row, other, cosine = (
        np.concatenate([getattr(near, name) for near in nearest_in_part])
        for name in ("row", "other", "cosine")
    )
    segment = np.concatenate(
        [np.full(len(near.row), part.segment) for part, near in zip(searched, nearest_in_part, strict=True)]
    )
    order = np.lexsort((other, segment, -np.round(cosine, 6), row))
    row = row[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row) + 1
    neighbours = _TextNeighbours(row, segment[order], other[order], cosine[order], rank)
    return neighbours.filter(rank <= NEIGHBOURS)
