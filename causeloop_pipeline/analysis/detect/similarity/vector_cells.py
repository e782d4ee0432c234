"""The cells that the vectors of a large workspace are searched by.

A few thousand vectors are compared one by one. More are split into cells around centres, and only the cells
nearest to a text are searched, so that a search reads about as much in a large workspace as in a small one.
"""

import numpy as np

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.similarity.text_vectors import (
    WIDTH,
    Vectors,
    compare_vectors,
    normalize,
    round_vectors,
)

MAX_ONE_CELL = 20_000
TEXTS_PER_CELL, MAX_CELLS = 1_000, 1_024
SEARCHED_CELLS = 16
MAX_FITTED = 50_000
ONE_CELL = np.empty((0, WIDTH), dtype=np.int8)
"""The centres where all vectors are in one cell."""

_ROUNDS, _SEED = 10, 0


def fit_centres(sample: Vectors, texts: int) -> Vectors:
    """Finds the centres of cells.

    In: vectors, at most `MAX_FITTED` of them drawn at random; how many there are in all. Out: the centres,
    none for one cell.

    Method: k-means on the sphere (Dhillon and Modha, 2001), from a fixed seed.
    """
    if texts <= MAX_ONE_CELL:
        return ONE_CELL
    cells = min(texts // TEXTS_PER_CELL, MAX_CELLS, len(sample))
    chosen = np.random.default_rng(_SEED).permutation(len(sample))[:cells]
    centres = sample[np.sort(chosen)]
    for _ in range(_ROUNDS):
        centres = _move_centres(sample, centres)
    return centres


def _move_centres(sample: Vectors, centres: Vectors) -> Vectors:
    """The direction of each cell's mean; a cell that has become empty stays where it was."""
    cells = assign_cells(sample, centres)
    sums = np.zeros(centres.shape)
    np.add.at(sums, cells, normalize(sample))
    is_empty = ~np.abs(sums).any(axis=1, keepdims=True)
    return np.where(is_empty, centres, round_vectors(sums))


def assign_cells(vectors: Vectors, centres: Vectors) -> Ints:
    """Assigns vectors to cells. In: vectors; the centres. Out: the cell of each."""
    if len(centres) == 0:
        return np.zeros(len(vectors), dtype=np.int64)
    return np.asarray(compare_vectors(vectors, centres).argmax(axis=1))


def choose_cells(vector: Vectors, centres: Vectors) -> list[int]:
    """Chooses the cells to be searched. In: a row of one vector; the centres. Out: cells, nearest first."""
    if len(centres) == 0:
        return [0]
    near = compare_vectors(vector, centres)[0]
    return [int(cell) for cell in np.argsort(-near, kind="stable")[:SEARCHED_CELLS]]


def find_nearest_rows(vector: Vectors, vectors: Vectors, limit: int) -> Ints:
    """Finds the vectors nearest to one.

    In: a row of one vector; those to be searched; how many are wanted. Out: their rows, the nearest first; of
    equal ones the earlier row.
    """
    cosine = compare_vectors(vector, vectors)[0]
    if len(cosine) > 4 * limit:
        near = np.sort(np.argpartition(-cosine, limit)[: limit + 1])
        return np.asarray(near[np.argsort(-cosine[near], kind="stable")[:limit]])
    return np.asarray(np.argsort(-cosine, kind="stable")[:limit])
