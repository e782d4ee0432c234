"""What a search by meaning has at hand when candidates are compared, beside the event loop."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID


class Meaning(NamedTuple):
    """The vector of what is searched for, and the nearest issues."""

    vector: bytes
    nearest: list[UUID]


def measure_cosines(meaning: Meaning, vectors: Mapping[str, str]) -> dict[str, float]:
    """How near each of some issues is, by id; runs beside the event loop."""
    from causeloop_pipeline.analysis.detect.similarity.text_vectors import compare_vectors, read_vectors

    if not vectors:
        return {}
    matrix = read_vectors(bytes.fromhex("".join(vectors.values())))
    cosines = compare_vectors(read_vectors(meaning.vector), matrix)[0]
    return dict(zip(vectors, cosines.tolist(), strict=True))
