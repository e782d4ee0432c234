"""Many vectors are searched by cells, which read a part of them and find nearly all that is near."""

import numpy as np

from causeloop_pipeline.analysis.detect.similarity.text_vectors import fit_projection
from causeloop_pipeline.analysis.detect.similarity.vector_cells import (
    MAX_ONE_CELL,
    ONE_CELL,
    SEARCHED_CELLS,
    assign_cells,
    choose_cells,
    find_nearest_rows,
    fit_centres,
)
from tests.analysis.detect.similarity.test_text_vectors import make_encoded

TEXTS = 40_000


def test_a_few_thousand_vectors_are_in_one_cell() -> None:
    encoded = make_encoded(200, 48)
    vectors = fit_projection(encoded).compress(encoded)

    centres = fit_centres(vectors, MAX_ONE_CELL)

    assert len(centres) == 0
    assert set(assign_cells(vectors, centres).tolist()) == {0}
    assert choose_cells(vectors[:1], ONE_CELL) == [0]


def test_the_searched_cells_hold_nearly_all_that_is_near() -> None:
    encoded = make_encoded(TEXTS // 4, 48)
    vectors = fit_projection(encoded).compress(encoded)
    centres = fit_centres(vectors, TEXTS)
    cells = assign_cells(vectors, centres)

    shares, read = [], []
    for row in range(0, 2_000, 50):
        chosen = choose_cells(vectors[row : row + 1], centres)
        exact = find_nearest_rows(vectors[row : row + 1], vectors, 40)
        shares.append(np.isin(cells[exact], chosen).mean())
        read.append(np.isin(cells, chosen).mean())

    assert len(centres) == TEXTS // 1_000
    assert len(choose_cells(vectors[:1], centres)) == SEARCHED_CELLS
    assert float(np.mean(shares)) > 0.95
    assert float(np.mean(read)) < 0.7
    assert fit_centres(vectors, TEXTS).tobytes() == centres.tobytes()


def test_the_nearest_come_first_and_equal_ones_by_row() -> None:
    encoded = make_encoded(300, 48)
    vectors = fit_projection(encoded).compress(encoded)
    vectors[250] = vectors[7]

    assert find_nearest_rows(vectors[7:8], vectors, 5).tolist()[:2] == [7, 250]
    assert len(find_nearest_rows(vectors[7:8], vectors[:3], 40)) == 3
    assert len(find_nearest_rows(vectors[7:8], vectors[:0], 40)) == 0
