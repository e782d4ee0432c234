"""Candidates are the nearest texts by cosine, and blocks bound how many texts are compared."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import (
    Neighbours,
    build_postings,
    find_nearest_texts,
    keep_heaviest_terms,
    split_blocks,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows
from tests.support.failure_texts import REPORTS, human_issues

WORDS = ("disk", "gateway", "invoice", "kernel", "login", "payment", "queue", "socket")
TITLES = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join), min_size=2, max_size=12
)


def build(titles: list[str]) -> tuple[Corpus, Lexicon]:
    texts = select_text_rows(canonical_issues(human_issues(titles)))
    lexicon, chunks = read_lexicon(texts)
    return build_corpus(texts, lexicon, chunks), lexicon


def search(titles: list[str], limit: int) -> Neighbours:
    corpus, lexicon = build(titles)
    return find_nearest_texts(
        corpus, build_postings(corpus, lexicon), lexicon, limit=limit, is_self_search=True
    )


def test_the_nearest_text_shares_the_rarest_terms() -> None:
    near = search(list(REPORTS), limit=1)
    nearest = dict(zip(near.row.tolist(), near.other.tolist(), strict=True))
    assert (nearest[0], nearest[2]) == (1, 3)


@settings(deadline=None)
@given(TITLES, st.integers(1, 4))
def test_neighbours_are_ranked_by_cosine_and_a_text_is_not_a_neighbour_of_itself(
    titles: list[str], limit: int
) -> None:
    near = search(titles, limit)
    assert (near.row != near.other).all()
    assert ((near.rank >= 1) & (near.rank <= limit)).all()
    for row in np.unique(near.row):
        own = near.row == row
        assert near.rank[own].tolist() == list(range(1, int(own.sum()) + 1))
        assert (np.diff(near.cosine[own]) <= 1e-6).all()


@settings(deadline=None)
@given(TITLES)
def test_a_small_search_finds_what_a_search_for_all_finds(titles: list[str]) -> None:
    corpus, lexicon = build(titles)
    postings = build_postings(corpus, lexicon, for_new_texts=True)
    for row in range(corpus.size):
        query = corpus.take(np.array([row]))
        near = find_nearest_texts(query, postings, lexicon, limit=len(titles), for_new_texts=True)
        expected = (corpus.whole[[row]] @ corpus.whole.T).toarray()[0]
        assert near.cosine == pytest.approx(expected[near.other], abs=1e-5)
        assert set(near.other.tolist()) == set(np.flatnonzero(expected > 1e-6).tolist())


@settings(deadline=None)
@given(TITLES, TITLES)
def test_postings_for_some_queries_give_them_the_neighbours_that_all_postings_give(
    titles: list[str], requested: list[str]
) -> None:
    everything, lexicon = build([*titles, *requested])
    texts, queries = (everything.take(rows) for rows in np.split(np.arange(everything.size), [len(titles)]))
    near, expected = (
        find_nearest_texts(
            queries,
            build_postings(texts, lexicon, for_new_texts=True, queries=chosen),
            lexicon,
            for_new_texts=True,
        )
        for chosen in (queries, None)
    )
    for name in ("row", "other", "cosine", "rank"):
        assert getattr(near, name).tolist() == getattr(expected, name).tolist()


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=6),
    st.lists(st.booleans(), min_size=6, max_size=6),
    st.integers(1, 6),
)
def test_the_heaviest_terms_are_those_of_a_plain_sort(
    weights: list[list[int]], is_kept: list[bool], limit: int
) -> None:
    from scipy.sparse import csr_matrix

    matrix = csr_matrix(np.array(weights, dtype=np.float32))
    heaviest = keep_heaviest_terms(matrix, np.array(is_kept), limit).toarray()
    for row, stays in zip(weights, heaviest.tolist(), strict=True):
        usable = [(-weight, term) for term, weight in enumerate(row) if weight and is_kept[term]]
        expected = {term for _, term in sorted(usable)[:limit]}
        assert {term for term, weight in enumerate(stays) if weight} == expected


def test_only_the_heaviest_kept_terms_of_each_row_stay() -> None:
    from scipy.sparse import csr_matrix

    matrix = csr_matrix(np.array([[3.0, 1.0, 2.0, 9.0], [0.0, 5.0, 0.0, 0.0]], dtype=np.float32))
    heaviest = keep_heaviest_terms(matrix, np.array([True, True, True, False]), 2)
    assert heaviest.toarray().tolist() == [[3.0, 0.0, 2.0, 0.0], [0.0, 5.0, 0.0, 0.0]]


PLACES = st.lists(st.tuples(st.integers(0, 4), st.floats(0, 100)), min_size=1, max_size=40)


def as_arrays(rows: list[tuple[int, float]]) -> tuple[Ints, Floats]:
    return np.array([place for place, _ in rows]), np.array([time for _, time in rows])


@given(PLACES, st.integers(2, 12))
def test_blocks_hold_every_text_and_none_is_too_large(rows: list[tuple[int, float]], limit: int) -> None:
    blocks = split_blocks(*as_arrays(rows), max_texts=limit)
    assert set(np.concatenate(blocks).tolist()) == set(range(len(rows)))
    assert max(map(len, blocks)) <= limit


@given(PLACES, st.integers(2, 12))
def test_neighbours_in_time_of_one_place_share_a_block(rows: list[tuple[int, float]], limit: int) -> None:
    place, created = as_arrays(rows)
    blocks = [set(block.tolist()) for block in split_blocks(place, created, max_texts=limit)]
    for code in np.unique(place):
        own = np.flatnonzero(place == code)
        by_time = own[np.lexsort((own, created[own]))].tolist()
        for earlier, later in pairwise(by_time):
            assert any({earlier, later} <= block for block in blocks)


def test_all_texts_are_one_block_where_they_fit() -> None:
    blocks = split_blocks(np.zeros(5, dtype=np.int64), np.zeros(5), max_texts=5)
    assert [block.tolist() for block in blocks] == [[0, 1, 2, 3, 4]]


def test_a_place_that_fits_into_a_block_is_not_cut() -> None:
    place, created = as_arrays([(0, 3.0), (1, 1.0), (0, 2.0)])
    blocks = split_blocks(place, created, max_texts=2)
    assert [place[block].tolist() for block in blocks] == [[0, 0], [1]]
