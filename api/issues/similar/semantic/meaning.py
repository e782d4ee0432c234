"""What a search by meaning has at hand when candidates are compared, beside the event loop."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID


class Meaning(NamedTuple):
    """The vector of what is searched for, and the nearest issues."""

    vector: bytes
    nearest: list[UUID]


def measure_cosines(meaning: Meaning, issues: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """How near each of the issues is that have a vector, by id; runs beside the event loop."""
    from causeloop_pipeline.analysis.detect.similarity.text_vectors import compare_vectors, read_vectors

    vectors = {issue["issue_id"]: issue["vector"] for issue in issues if issue["vector"]}
    if not vectors:
        return {}
    matrix = read_vectors(bytes.fromhex("".join(vectors.values())))
    cosines = compare_vectors(read_vectors(meaning.vector), matrix)[0]
    return dict(zip(vectors, cosines.tolist(), strict=True))
