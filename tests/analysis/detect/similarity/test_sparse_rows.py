"""Sparse matrices, built cell by cell and compared row by row."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.detect.similarity.sparse_rows import (
    build_from_sorted_cells,
    compute_row_dots,
    sum_rarest,
    sum_rows,
)

MATRICES = arrays(np.float32, (4, 6), elements=st.sampled_from([0.0, 0.0, 0.5, 1.0, 2.0]))


@given(MATRICES)
def test_sorted_cells_make_the_matrix_that_holds_them(dense: Floats) -> None:
    row, column = np.nonzero(dense)
    matrix = build_from_sorted_cells(dense[row, column], row, column, dense.shape)
    assert np.array_equal(matrix.toarray(), dense)


@given(MATRICES, MATRICES)
def test_rows_are_multiplied_and_summed_one_by_one(left: Floats, right: Floats) -> None:
    a, b = csr_array(left), csr_array(right)
    assert np.array_equal(compute_row_dots(a, b), (left * right).sum(axis=1))
    assert np.array_equal(sum_rows(a, np.ones(a.nnz)), (left > 0).sum(axis=1))


@given(MATRICES)
def test_only_the_rarest_terms_of_a_row_count(dense: Floats) -> None:
    idf = np.array([1.0, 6.0, 2.0, 5.0, 3.0, 4.0])
    expected = [sum(sorted(idf[row > 0], reverse=True)[:3]) for row in dense]
    assert sum_rarest(csr_array(dense), idf).tolist() == expected
