"""Vectors of texts as they are stored, 128 numbers of 8 bits, and how near two of them are.

A sentence encoder makes longer ones of 32 bits. What all texts of a workspace have in common is subtracted,
for it tells nothing; the rest is reduced to the directions in which its texts differ most, and rounded.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH = 128
MAX_PROJECTED = 1_000
"""Of so many texts the directions are as good as of all."""

_MAX_BODY = 2_000
_SEED = 20_261_130
_FEW_TEXTS = 50  # of so many texts half of their mean is subtracted
_FILL = 1e-4

Encoded = NDArray[np.float32]
"""What an encoder made of texts: a row of length 1 for each."""

Vectors = NDArray[np.int8]
"""A row of 128 for each text."""


def join_text(title: str | None, body: str | None) -> str:
    """Joins what is encoded of an issue. In: title and body. Out: one text."""
    return f"{(title or '').strip()}\n{(body or '')[:_MAX_BODY].strip()}".strip()


@dataclass(frozen=True, slots=True)
class Projection:
    """What is subtracted from what an encoder makes, and the 128 directions that remain."""

    mean: NDArray[np.float32]
    directions: NDArray[np.float32]  # numbers of the encoder by 128

    def compress(self, encoded: Encoded) -> Vectors:
        """Compresses what an encoder made. In: a row for each text. Out: the same, as they are stored."""
        return round_vectors((encoded - self.mean) @ self.directions)

    def dump(self) -> bytes:
        """The projection as it is stored: the mean, then each direction, of 16 bits."""
        return np.vstack([self.mean, self.directions.T]).astype("<f2").tobytes()

    @staticmethod
    def parse(content: bytes) -> "Projection":
        """Reads what `dump` wrote."""
        rows = np.frombuffer(content, dtype="<f2").reshape(WIDTH + 1, -1).astype(np.float32)
        return Projection(rows[0], rows[1:].T)


def fit_projection(encoded: Encoded) -> Projection:
    """Finds the directions in which texts differ most.

    In: what an encoder made of texts, `MAX_PROJECTED` of them or all. Out: the projection, as it is read.

    Method: principal components; where there are fewer texts than directions, directions of chance complete
    them, which keep angles nearly as they are (Johnson and Lindenstrauss, 1984).
    """
    texts, width = encoded.shape
    mean = encoded.mean(axis=0) * (texts / (texts + _FEW_TEXTS)) if texts else np.zeros(width)
    fill = np.random.default_rng(_SEED).standard_normal((max(WIDTH, width), width)) * _FILL
    _, _, rows = np.linalg.svd(np.vstack([encoded - mean, fill]), full_matrices=False)
    directions = np.zeros((width, WIDTH))
    directions[:, : len(rows[:WIDTH])] = rows[:WIDTH].T
    fitted = Projection(np.asarray(mean, dtype=np.float32), np.asarray(directions, dtype=np.float32))
    return Projection.parse(fitted.dump())


def round_vectors(numbers: NDArray[Any]) -> Vectors:
    """Rounds vectors to 8 bits. In: a row each. Out: the same directions: the largest number becomes 127."""
    largest = np.maximum(np.abs(numbers).max(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.rint(numbers / largest * 127), dtype=np.int8)


def read_vectors(content: bytes) -> Vectors:
    """Reads compressed vectors. In: their bytes, one after the other. Out: a row each."""
    return np.frombuffer(content, dtype=np.int8).reshape(-1, WIDTH)


def compare_vectors(queries: Vectors, vectors: Vectors) -> NDArray[np.float32]:
    """Compares texts by meaning. In: two lists of vectors. Out: the cosine of each with each."""
    ours, theirs = normalize(queries), normalize(vectors)
    return np.asarray(ours @ theirs.T, dtype=np.float32)


def normalize(vectors: Vectors) -> NDArray[np.float32]:
    """Scales vectors to length 1. In: vectors. Out: the same, one of nothing but zeros stays."""
    numbers = vectors.astype(np.float32)
    return np.asarray(numbers / np.maximum(np.linalg.norm(numbers, axis=1, keepdims=True), 1e-6))
