"""Vectors of texts as they are stored, 128 numbers of 8 bits, and how near two of them are.

A sentence encoder makes longer ones of 32 bits. They are turned onto 128 fixed directions, which keeps angles
nearly as they are, and rounded. What all texts of a workspace have in common is subtracted when they are
compared: it tells nothing.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Floats, Ints

WIDTH = 128
_MAX_BODY = 2_000
_SCALE = 320.0  # a number of a vector of length 1 is about .09, hardly ever above .4
_SEED = 20_261_130
_COMMON_TEXTS = 50  # after so many texts half of their mean is subtracted

Vectors = NDArray[np.int8]
"""A row of 128 for each text."""


def join_text(title: str | None, body: str | None) -> str:
    """Joins what is encoded of an issue. In: title and body. Out: one text."""
    return f"{(title or '').strip()}\n{(body or '')[:_MAX_BODY].strip()}".strip()


def compress(vector: NDArray[np.float32]) -> bytes:
    """Compresses what an encoder made of a text.

    In: a vector of length 1. Out: 128 bytes, the same for the same vector.
    """
    turned = (
        vector @ _make_directions(len(vector))
        if len(vector) > WIDTH
        else np.pad(vector, (0, WIDTH - len(vector)))
    )
    scaled = np.rint(turned / max(float(np.linalg.norm(turned)), 1e-9) * _SCALE)
    return np.clip(scaled, -127, 127).astype(np.int8).tobytes()


def read_vectors(content: bytes) -> Vectors:
    """Reads compressed vectors. In: their bytes, one after the other. Out: a row each."""
    return np.frombuffer(content, dtype=np.int8).reshape(-1, WIDTH)


@cache
def _make_directions(width: int) -> NDArray[np.float32]:
    """Fixed directions at right angles to each other (Johnson and Lindenstrauss, 1984)."""
    drawn = np.random.default_rng(_SEED).standard_normal((width, WIDTH))
    return np.linalg.qr(drawn)[0].astype(np.float32)


def measure_common(vectors: Vectors) -> Floats:
    """Measures what texts have in common: their mean, less of it where they are few.

    In: vectors. Out: 128 numbers, to be subtracted from each.
    """
    if len(vectors) == 0:
        return np.zeros(WIDTH)
    mean = vectors.mean(axis=0, dtype=np.float64)
    return np.asarray(mean * (len(vectors) / (len(vectors) + _COMMON_TEXTS)))


def compare_vectors(queries: Vectors, vectors: Vectors, common: Floats) -> NDArray[np.float32]:
    """Compares texts by meaning. In: two lists of vectors, what to subtract from all. Out: the cosine of each
    query with each of the others.
    """
    ours, theirs = (_normalize(each, common) for each in (queries, vectors))
    return np.asarray(ours @ theirs.T, dtype=np.float32)


def _normalize(vectors: Vectors, common: Floats) -> NDArray[np.float32]:
    centred = vectors.astype(np.float32) - common.astype(np.float32)
    return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6))


@dataclass(frozen=True, slots=True)
class TextVectors:
    """The vectors of some texts of a table, and what to subtract from each before they are compared."""

    rows: Ints
    vectors: Vectors
    common: Floats

    def compare(self, query: bytes, texts: int) -> NDArray[np.float32]:
        """Compares a text with those of the table.

        In: its compressed vector; how many texts the table has. Out: a cosine for each, NaN without a vector.
        """
        cosine = np.full(texts, np.nan, dtype=np.float32)
        cosine[self.rows] = compare_vectors(read_vectors(query), self.vectors, self.common)[0]
        return cosine
