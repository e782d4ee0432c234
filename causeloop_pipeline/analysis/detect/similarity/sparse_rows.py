"""Sparse matrices of texts by terms, compared row by row."""

from typing import Any

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats, Ints


def build_from_sorted_cells(values: Any, row: Ints, column: Ints, shape: tuple[int, int]) -> Any:
    """Makes a sparse matrix of cells.

    In: the value, row and column of each cell, by row and column; the shape. Out: the matrix.
    """
    from scipy.sparse import csr_array

    row_starts = np.searchsorted(row, np.arange(shape[0] + 1)).astype(np.int32)
    return csr_array((values.astype(np.float32), column.astype(np.int32), row_starts), shape=shape)


def take_rows(matrix: Any, rows: Ints, width: int) -> Any:
    """Takes rows of a sparse matrix, as wide as a lexicon that may have grown since."""
    taken = matrix[rows]
    if taken.shape[1] != width:
        taken.resize(len(rows), width)
    return taken


def compute_row_dots(a: Any, b: Any) -> Floats:
    """The dot product of each row of one matrix with the same row of the other."""
    return sum_rows(a.multiply(b))


def sum_rows(matrix: Any, values: Floats | None = None) -> Floats:
    """Sums each row.

    In: a sparse matrix; the values to sum in place of its own, one for each of its cells. Out: a sum per row.
    """
    cells = matrix.data if values is None else values
    sums = np.zeros(matrix.shape[0])
    filled = np.flatnonzero(np.diff(matrix.indptr))
    if len(filled):
        sums[filled] = np.add.reduceat(cells, matrix.indptr[filled])
    return sums


def sum_rarest(shared: Any, idf: Floats, *, limit: int = 3) -> Floats:
    """Sums the rarity of the rarest shared terms.

    In: the product of two matrices, rows by terms; the idf of each term; how many terms count. Out: per row
    the summed idf of the rarest terms that it holds.
    """
    rarity = idf[shared.indices]
    rows = np.repeat(np.arange(shared.shape[0]), np.diff(shared.indptr))
    order = np.lexsort((-rarity, rows))
    position = np.arange(len(rows)) - np.repeat(shared.indptr[:-1], np.diff(shared.indptr))
    rarest = order[position < limit]
    return np.bincount(rows[rarest], rarity[rarest], minlength=shared.shape[0]).astype(np.float64)


def replace_by_ones(matrix: Any) -> Any:
    """Replaces the values of a matrix by ones.

    In: a sparse matrix. Out: one with 1 in each of its cells.
    """
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(matrix.indices)), matrix.indices, matrix.indptr), shape=matrix.shape)
