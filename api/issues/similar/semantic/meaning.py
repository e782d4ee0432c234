"""What a search by meaning has at hand when candidates are compared, beside the event loop."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID


class Meaning(NamedTuple):
    """The vector of what is searched for, what is subtracted from each, and the nearest issues."""

    vector: bytes
    common: bytes
    nearest: list[UUID]


def measure_cosines(meaning: Meaning, vectors: Mapping[str, str]) -> dict[str, float]:
    """How near each of some issues is, by id; runs beside the event loop."""
    import numpy as np

    from causeloop_pipeline.analysis.detect.similarity.text_vectors import compare_vectors, read_vectors

    if not vectors:
        return {}
    common = np.frombuffer(meaning.common, dtype="<f4").astype(np.float64)
    matrix = read_vectors(bytes.fromhex("".join(vectors.values())))
    cosines = compare_vectors(read_vectors(meaning.vector), matrix, common)[0]
    return dict(zip(vectors, cosines.tolist(), strict=True))
