"""Sparse matrices of texts by terms, compared row by row."""

from typing import Any

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats, Ints


def rows_of(matrix: Any, rows: Ints, width: int) -> Any:
    """Takes rows of a sparse matrix, as wide as a lexicon that may have grown since."""
    taken = matrix[rows]
    if taken.shape[1] != width:
        taken.resize(len(rows), width)
    return taken


def row_dots(a: Any, b: Any) -> Floats:
    """The dot product of each row of one matrix with the same row of the other."""
    return np.asarray(a.multiply(b).sum(axis=1), dtype=np.float64).ravel()


def rarest_shared(a: Any, b: Any, idf: Floats, *, limit: int = 3) -> Floats:
    """Sums the rarity of the rarest shared terms.

    In: two matrices, rows by terms; the idf of each term; how many terms count. Out: per pair of rows the
    summed idf of the rarest terms that both hold.
    """
    shared = with_weights(a, idf).multiply(with_weights(b, None)).tocsr()
    rows = np.repeat(np.arange(shared.shape[0]), np.diff(shared.indptr))
    order = np.lexsort((-shared.data, rows))
    position = np.arange(len(rows)) - np.repeat(shared.indptr[:-1], np.diff(shared.indptr))
    rarest = order[position < limit]
    return np.bincount(rows[rarest], shared.data[rarest], minlength=shared.shape[0]).astype(np.float64)


def with_weights(matrix: Any, weights: Floats | None) -> Any:
    """Replaces the values of a matrix.

    In: a matrix, rows by terms; a weight for each term, or None. Out: the same pattern with the weight of the
    term in each place, 1 without weights.
    """
    from scipy.sparse import csr_array

    data = np.ones(len(matrix.indices)) if weights is None else weights[matrix.indices]
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
