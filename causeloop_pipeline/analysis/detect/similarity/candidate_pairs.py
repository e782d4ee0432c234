"""Which texts are worth comparing: for each, the most alike ones by the terms that few texts share."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, Lexicon

NEIGHBOURS = 15
BLOCK = 60_000
_TERMS_PER_TEXT = 48
_FEW_QUERIES = 64


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Directed: text `row` has `other` as its `rank`-th nearest (1 = nearest), at `cosine`."""

    row: Ints
    other: Ints
    cosine: Floats
    rank: Ints


def postings_of(corpus: Corpus, lexicon: Lexicon, *, lasting: bool = False) -> Any:
    """Which texts hold which term (terms by texts): what a search looks in.

    `lasting`: to be searched for texts that come later too, so that terms of one text count as well.
    """
    terms = lexicon.findable if lasting else lexicon.telling
    return heaviest_terms(corpus.whole, terms, 2 * _TERMS_PER_TEXT if lasting else _TERMS_PER_TEXT).T.tocsr()


def nearest_texts(
    queries: Corpus,
    postings: Any,
    lexicon: Lexicon,
    *,
    limit: int = NEIGHBOURS,
    same: bool = False,
    lasting: bool = False,
) -> Neighbours:
    """In, texts to ask for, postings to look in (`same`: of the same texts; a text does not find itself;
    `lasting`: as the postings were made); out, up to `limit` each.

    Sparse top-n cosine over telling terms (sparse_dot_topn), the heaviest terms of each text only, so that
    cost per text is bounded. Ties go to the smaller row.
    """
    from sparse_dot_topn import sp_matmul_topn

    terms = lexicon.findable if lasting else lexicon.telling
    asked = heaviest_terms(queries.whole, terms, 2 * _TERMS_PER_TEXT if lasting else _TERMS_PER_TEXT)
    asked = asked[:, : postings.shape[0]]
    texts = None
    if queries.size <= _FEW_QUERIES and asked.nnz and not same:
        asked, postings, texts = _narrowed(asked, postings)
    found = sp_matmul_topn(asked, postings, top_n=limit + 1, sort=True, n_threads=1)
    near = _ranked(found, limit, same=same)
    return near if texts is None else replace(near, other=texts[near.other])


def _narrowed(asked: Any, postings: Any) -> tuple[Any, Any, Ints]:
    """Only the terms asked for and the texts that hold one: a few questions cost by what they ask, not by
    history.
    """
    from scipy.sparse import csr_matrix

    terms = np.unique(asked.indices)
    part = postings[terms]
    texts, place = np.unique(part.indices, return_inverse=True)
    columns = np.searchsorted(terms, asked.indices)
    return (
        csr_matrix((asked.data, columns, asked.indptr), shape=(asked.shape[0], len(terms))),
        csr_matrix((part.data, place, part.indptr), shape=(len(terms), len(texts))),
        texts.astype(np.int64),
    )


def heaviest_terms(matrix: Any, telling: NDArray[np.bool_], most: int) -> Any:
    """The rows' telling terms, at most as many as given, those of most weight."""
    from scipy.sparse import csr_matrix

    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    keep = telling[matrix.indices]
    rows, columns, values = rows[keep], matrix.indices[keep], matrix.data[keep]
    if len(rows) and np.bincount(rows).max() > most:
        order = np.lexsort((columns, -values, rows))
        place = np.arange(len(rows)) - np.searchsorted(rows[order], rows[order])
        chosen = np.sort(order[place < most])
        rows, columns, values = rows[chosen], columns[chosen], values[chosen]
    return csr_matrix((values, (rows, columns)), shape=matrix.shape, dtype=np.float32)


def _ranked(found: Any, limit: int, *, same: bool) -> Neighbours:
    row = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
    other, cosine = found.indices.astype(np.int64), found.data.astype(np.float64)
    if same:
        kept = row != other
        row, other, cosine = row[kept], other[kept], cosine[kept]
    order = np.lexsort((other, -np.round(cosine, 6), row))
    row, other, cosine = row[order], other[order], cosine[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row) + 1
    kept = rank <= limit
    return Neighbours(row[kept], other[kept], cosine[kept], rank[kept])


def split_blocks(place: Ints, created: Floats, *, block: int = BLOCK) -> list[Ints]:
    """Rows in blocks of at most `block`: by place (service), large places by time, neighbouring windows half
    over.

    In, per text the code of its service and its time; out, arrays of rows that together hold every text.
    One block if all fit. A pair farther apart than half a window of its service's texts is not compared.
    """
    if len(place) <= block:
        return [np.arange(len(place), dtype=np.int64)]
    order = np.lexsort((np.arange(len(place)), np.nan_to_num(created, nan=np.inf), place))
    edges = np.flatnonzero(np.diff(place[order])) + 1
    blocks: list[Ints] = []
    waiting: list[Ints] = []
    for run in np.split(order, edges):
        if len(run) > block:
            blocks += [
                np.sort(run[at : at + block]) for at in range(0, max(len(run) - block // 2, 1), block // 2)
            ]
            continue
        if sum(map(len, waiting)) + len(run) > block:
            blocks.append(np.sort(np.concatenate(waiting)))
            waiting = []
        waiting.append(run)
    return blocks + ([np.sort(np.concatenate(waiting))] if waiting else [])
