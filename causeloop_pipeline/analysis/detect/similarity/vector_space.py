"""Where the vectors of a workspace lie: what they have in common, and the cells that they are searched by.

A few thousand vectors are compared one by one. More are split into cells around centres, and only the cells
nearest to a text are searched, so that a search reads about as much in a large workspace as in a small one.
"""

from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.text_vectors import (
    WIDTH,
    Vectors,
    compare_vectors,
    measure_common,
    read_vectors,
)

MAX_ONE_CELL = 20_000
TEXTS_PER_CELL, MAX_CELLS = 1_000, 1_024
SEARCHED_CELLS = 16
MAX_FITTED = 50_000
_ROUNDS, _SEED = 10, 0


@dataclass(frozen=True, slots=True)
class VectorSpace:
    """What is subtracted from each vector, and the centre of each cell; one cell has no centre."""

    common: Floats
    centres: Vectors

    @staticmethod
    def parse(common: bytes, centres: bytes) -> "VectorSpace":
        """Reads what `dump` wrote."""
        return VectorSpace(np.frombuffer(common, dtype="<f4").astype(np.float64), read_vectors(centres))

    def dump(self) -> tuple[bytes, bytes]:
        """The space as two texts of bytes: the common part, and the centres."""
        return self.common.astype("<f4").tobytes(), self.centres.tobytes()

    def assign_cells(self, vectors: Vectors) -> Ints:
        """Assigns vectors to cells. In: vectors. Out: the cell of each."""
        if len(self.centres) == 0:
            return np.zeros(len(vectors), dtype=np.int64)
        return np.asarray(compare_vectors(vectors, self.centres, self.common).argmax(axis=1))

    def choose_cells(self, vector: bytes) -> list[int]:
        """Chooses the cells to be searched. In: a compressed vector. Out: cells, the nearest first."""
        if len(self.centres) == 0:
            return [0]
        near = compare_vectors(read_vectors(vector), self.centres, self.common)[0]
        return [int(cell) for cell in np.argsort(-near, kind="stable")[:SEARCHED_CELLS]]


NO_SPACE = VectorSpace(np.zeros(WIDTH), np.empty((0, WIDTH), dtype=np.int8))
"""Before anything is measured: one cell, nothing in common."""


def fit_space(sample: Vectors, texts: int) -> VectorSpace:
    """Measures where vectors lie.

    In: vectors, at most `MAX_FITTED` of them drawn at random; how many there are in all. Out: the space.

    Method: centres by k-means on the sphere (Dhillon and Modha, 2001), from a fixed seed.
    """
    common = measure_common(sample)
    if texts <= MAX_ONE_CELL:
        return VectorSpace(common, NO_SPACE.centres)
    cells = min(texts // TEXTS_PER_CELL, MAX_CELLS, len(sample))
    chosen = np.random.default_rng(_SEED).permutation(len(sample))[:cells]
    space = VectorSpace(common, sample[np.sort(chosen)])
    for _ in range(_ROUNDS):
        space = VectorSpace(common, _move_centres(sample, space))
    return space


def _move_centres(sample: Vectors, space: VectorSpace) -> Vectors:
    """The mean of each cell; a cell that has become empty stays where it was."""
    cells = space.assign_cells(sample)
    sizes = np.bincount(cells, minlength=len(space.centres))
    sums = np.zeros(space.centres.shape)
    np.add.at(sums, cells, sample)
    means = np.rint(sums / np.maximum(sizes, 1)[:, None])
    return np.where(sizes[:, None] > 0, means, space.centres).clip(-127, 127).astype(np.int8)


def find_nearest_rows(vector: bytes, vectors: Vectors, common: Floats, limit: int) -> Ints:
    """Finds the vectors nearest to one.

    In: a compressed vector; those to be searched; what is subtracted from each; how many are wanted. Out:
    their rows, the nearest first; of equal ones the earlier row.
    """
    cosine = compare_vectors(read_vectors(vector), vectors, common)[0]
    if len(cosine) > 4 * limit:
        near = np.sort(np.argpartition(-cosine, limit)[: limit + 1])
        return np.asarray(near[np.argsort(-cosine[near], kind="stable")[:limit]])
    return np.asarray(np.argsort(-cosine, kind="stable")[:limit])
