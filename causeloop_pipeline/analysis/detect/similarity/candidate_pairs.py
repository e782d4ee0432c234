"""Which texts are worth comparing: the nearest neighbours of each text, by the rarer terms that both hold."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints, mark_numbers
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon

NEIGHBOURS = 15
MAX_BLOCK_TEXTS = 60_000
_TERMS_PER_TEXT = 48
_MAX_NARROWED_QUERIES = 64


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Directed: text `row` has `other` as its `rank`-th nearest (1 = nearest), at `cosine`."""

    row: Ints
    other: Ints
    cosine: Floats
    rank: Ints


def build_postings(
    corpus: Corpus, lexicon: Lexicon, *, for_new_texts: bool = False, queries: Corpus | None = None
) -> Any:
    """Builds the inverted index that `find_nearest_texts` searches: which texts hold which term.

    In: a corpus and its lexicon; `for_new_texts`: later texts will search it too, so terms that only one text
    holds are kept; `queries`: texts, if no others will search it, whose terms are enough. Out: a sparse
    matrix, terms by texts.
    """
    terms = _search_terms(corpus, lexicon, for_new_texts=for_new_texts)
    if queries is not None:
        terms = _keep_terms_of(terms, queries)
    return terms.T.tocsr()


def find_nearest_texts(
    queries: Corpus,
    postings: Any,
    lexicon: Lexicon,
    *,
    limit: int = NEIGHBOURS,
    is_self_search: bool = False,
    for_new_texts: bool = False,
) -> Neighbours:
    """Finds the nearest texts of each query by cosine.

    In: texts; the postings to search; `is_self_search`: the postings are of the same texts, and a text is no
    neighbour of itself; `for_new_texts`: as the postings were built. Out: up to `limit` neighbours of each
    text; ties go to the smaller row.

    Method: sparse top-n cosine (sparse_dot_topn) over informative terms, the heaviest ones of each text only,
    so that the cost of a text is bounded.
    """
    from sparse_dot_topn import sp_matmul_topn

    terms = _search_terms(queries, lexicon, for_new_texts=for_new_texts)
    if terms.shape[1] > postings.shape[0]:
        terms = terms[:, : postings.shape[0]]
    texts = None
    if queries.size <= _MAX_NARROWED_QUERIES and terms.nnz and not is_self_search:
        terms, postings, texts = _narrow_to_query_terms(terms, postings)

    products = sp_matmul_topn(terms, postings, top_n=limit + 1, sort=True, n_threads=1)
    near = _rank_neighbours(products, limit, is_self_search=is_self_search)
    return near if texts is None else replace(near, other=texts[near.other])


def find_nearest_by_all_terms(corpus: Corpus, rows: Ints, *, limit: int) -> Neighbours:
    """Finds the nearest texts of some texts of a corpus by cosine, over all of their terms.

    In: a corpus, the rows to search with, ascending; how many neighbours each gets. Out: the neighbours; a
    text is none of its own; ties go to the smaller row. The cost of a text grows with how common its terms
    are: for searches, not for a whole workspace.
    """
    from scipy.sparse import csr_matrix
    from sparse_dot_topn import sp_matmul_topn

    if len(rows) == 0 or corpus.whole.nnz == 0:
        none = np.empty(0, dtype=np.int64)
        return Neighbours(none, none, np.empty(0), none)
    texts = csr_matrix(corpus.whole)
    products = sp_matmul_topn(texts[rows], texts.T.tocsr(), top_n=limit + 1, sort=True, n_threads=1)
    row = rows[np.repeat(np.arange(len(rows)), np.diff(products.indptr))]
    other, cosine = products.indices.astype(np.int64), products.data.astype(np.float64)
    return _rank_cosines(row, other, cosine, limit, is_self_search=True)


def _search_terms(corpus: Corpus, lexicon: Lexicon, *, for_new_texts: bool) -> Any:
    """The terms of each text that a search compares."""
    if for_new_texts:
        return keep_heaviest_terms(corpus.whole, lexicon.is_searchable, 2 * _TERMS_PER_TEXT)
    return keep_heaviest_terms(corpus.whole, lexicon.is_informative, _TERMS_PER_TEXT)


def _keep_terms_of(terms: Any, queries: Corpus) -> Any:
    """Only the terms that the queries hold, which are few."""
    size, queried = terms.shape[1], queries.whole.indices
    is_queried = mark_numbers(queried[queried < size], size)
    return _keep_entries(terms, np.flatnonzero(is_queried[terms.indices]))


def _narrow_to_query_terms(query_terms: Any, postings: Any) -> tuple[Any, Any, Ints]:
    """Only the terms of the queries and the texts that hold one: a small search costs by its terms, not by
    the number of texts.
    """
    from scipy.sparse import csr_matrix

    terms = np.unique(query_terms.indices)
    part = postings[terms]
    texts, text_columns = np.unique(part.indices, return_inverse=True)
    term_columns = np.searchsorted(terms, query_terms.indices)
    return (
        csr_matrix(
            (query_terms.data, term_columns, query_terms.indptr), shape=(query_terms.shape[0], len(terms))
        ),
        csr_matrix((part.data, text_columns, part.indptr), shape=(len(terms), len(texts))),
        texts.astype(np.int64),
    )


def keep_heaviest_terms(matrix: Any, is_kept: Bools, limit: int) -> Any:
    """Drops all but the heaviest terms of each row.

    In: a sparse matrix, texts by terms; per term whether it may stay; how many may stay in a row. Out: the
    same without the other terms.
    """
    entries = np.flatnonzero(is_kept[matrix.indices])
    row_starts = np.searchsorted(entries, matrix.indptr)
    long_rows = np.flatnonzero(np.diff(row_starts) > limit)
    if len(long_rows):
        row, place = _list_places(row_starts, long_rows)
        of_long_rows = entries[place]
        order = np.lexsort((matrix.indices[of_long_rows], -matrix.data[of_long_rows], row))
        by_weight = row[order]
        position = np.arange(len(by_weight)) - np.searchsorted(by_weight, by_weight)
        entries = np.delete(entries, place[order[position >= limit]])
    return _keep_entries(matrix, entries)


def _list_places(row_starts: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """The entries of some rows: which of these rows each is of, and its place."""
    sizes = np.diff(row_starts)[rows]
    row = np.repeat(np.arange(len(rows)), sizes)
    before = np.cumsum(sizes) - sizes
    return row, np.arange(len(row)) + np.repeat(row_starts[rows] - before, sizes)


def _keep_entries(matrix: Any, entries: Ints) -> Any:
    """A sparse matrix of some of the entries, in order, of another."""
    from scipy.sparse import csr_matrix

    values = matrix.data[entries].astype(np.float32, copy=False)
    row_starts = np.searchsorted(entries, matrix.indptr)
    return csr_matrix((values, matrix.indices[entries], row_starts), shape=matrix.shape)


def _rank_neighbours(products: Any, limit: int, *, is_self_search: bool) -> Neighbours:
    row = np.repeat(np.arange(products.shape[0]), np.diff(products.indptr))
    other, cosine = products.indices.astype(np.int64), products.data.astype(np.float64)
    return _rank_cosines(row, other, cosine, limit, is_self_search=is_self_search)


def _rank_cosines(row: Ints, other: Ints, cosine: Floats, limit: int, *, is_self_search: bool) -> Neighbours:
    if is_self_search:
        is_other = row != other
        row, other, cosine = row[is_other], other[is_other], cosine[is_other]

    order = np.lexsort((other, -np.round(cosine, 6), row))
    row, other, cosine = row[order], other[order], cosine[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row) + 1
    is_near = rank <= limit
    return Neighbours(row[is_near], other[is_near], cosine[is_near], rank[is_near])


def split_blocks(place: Ints, created: Floats, *, max_texts: int = MAX_BLOCK_TEXTS) -> list[Ints]:
    """Splits texts into blocks that are compared within themselves.

    In: per text the code of its place (service) and its time. Out: arrays of rows that together hold every
    text, one if all fit. Small places share a block; a place with more than `max_texts` texts is cut by time
    into windows of that size, each half over the next, so that pairs farther apart than half a window are not
    compared.
    """
    if len(place) <= max_texts:
        return [np.arange(len(place), dtype=np.int64)]

    order = np.lexsort((np.arange(len(place)), np.nan_to_num(created, nan=np.inf), place))
    place_starts = np.flatnonzero(np.diff(place[order])) + 1
    blocks: list[Ints] = []
    small_places: list[Ints] = []
    for rows in np.split(order, place_starts):
        if len(rows) > max_texts:
            window_starts = range(0, max(len(rows) - max_texts // 2, 1), max_texts // 2)
            blocks += [np.sort(rows[start : start + max_texts]) for start in window_starts]
            continue
        if sum(map(len, small_places)) + len(rows) > max_texts:
            blocks.append(np.sort(np.concatenate(small_places)))
            small_places = []
        small_places.append(rows)
    if small_places:
        blocks.append(np.sort(np.concatenate(small_places)))
    return blocks
