"""What one text is compared with, and the scores: its nearest by words and, if wanted, by meaning."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import Neighbours, find_nearest_texts
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus
from causeloop_pipeline.analysis.detect.similarity.frame_rarity import compare_stacks
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_score import (
    NearestCosines,
    TextPairs,
    build_candidates,
    collect_nearest_cosines,
    score_pairs,
)
from causeloop_pipeline.analysis.detect.similarity.semantic_score import SemanticList, adjust_scores
from causeloop_pipeline.analysis.detect.similarity.sparse_rows import sum_rows, take_rows


@dataclass(frozen=True, slots=True)
class QueryPairs:
    """One text and those of a corpus that it is compared with: `rows` of them, in the order of the pairs."""

    rows: Ints
    pairs: TextPairs


def compare_query(
    query: Corpus,
    corpus: Corpus,
    lexicon: Lexicon,
    postings: Any,
    *,
    limit: int,
    semantic: SemanticList | None = None,
) -> QueryPairs:
    """Finds and scores what one text is like.

    In: a corpus of one text; the corpus that is searched, their lexicon and its postings; how many of the
    nearest by words are compared; how near the texts are by meaning, None for words alone. Out: the pairs.
    What is near by meaning alone comes after the nearest by words, and by its score as everything else.
    """
    near = find_nearest_texts(query, postings, lexicon, limit=limit, for_new_texts=True)
    nearest = collect_nearest_cosines(near, 1)
    if semantic is not None:
        near = _add_by_meaning(near, query, corpus, lexicon, semantic)
    left = np.zeros(len(near.other), dtype=np.int64)
    of_corpus = NearestCosines(np.zeros(corpus.size), np.zeros(corpus.size))  # its own searches are not made
    candidates = build_candidates(left, near.other, near.rank, near.cosine, nearest, of_corpus)
    pairs = score_pairs(query, corpus, lexicon, candidates)
    if semantic is not None:
        _, both_stacks = compare_stacks(query.frames, corpus.frames, left, near.other)
        margin = np.where(both_stacks > 0, np.nan, semantic.margin[near.other])
        pairs = replace(pairs, score=adjust_scores(pairs.score, margin, semantic.rank[near.other]))
    return QueryPairs(near.other, pairs)


def _add_by_meaning(
    near: Neighbours, query: Corpus, corpus: Corpus, lexicon: Lexicon, semantic: SemanticList
) -> Neighbours:
    """The neighbours, and after them those by meaning alone; not where both texts have a stack."""
    added = np.setdiff1d(semantic.nearest, near.other)
    _, both_stacks = compare_stacks(query.frames, corpus.frames, np.zeros_like(added), added)
    added = added[both_stacks == 0]
    row, last = np.zeros_like(added), int(near.rank.max(initial=0))
    return Neighbours(
        np.concatenate([near.row, row]),
        np.concatenate([near.other, added]),
        np.concatenate([near.cosine, measure_cosines(query, corpus, lexicon, row, added)]),
        np.concatenate([near.rank, np.full(len(added), last + 1)]),
    )


def measure_cosines(ours: Corpus, theirs: Corpus, lexicon: Lexicon, left: Ints, right: Ints) -> Floats:
    """Measures how near texts are by words.

    In: two corpora and their lexicon; a row of each for every pair. Out: the cosine of each pair.
    """
    width = lexicon.size
    return sum_rows(take_rows(ours.whole, left, width).multiply(take_rows(theirs.whole, right, width)))
