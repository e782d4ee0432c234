"""The vectors of issues of a file, as the search by meaning stores those of a workspace."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.detect.similarity.semantic_score import SemanticList
from causeloop_pipeline.analysis.detect.similarity.text_vectors import (
    MAX_PROJECTED,
    Projection,
    compare_vectors,
    fit_projection,
    join_text,
    read_vectors,
)

Encode = Callable[[str], NDArray[np.float32]]
"""Makes a vector of a text."""

_SEED = 0


@dataclass(frozen=True, slots=True)
class EncodedIssues:
    """The vector of each issue by its id, and how another one is made."""

    projection: Projection
    vector_of: dict[str, bytes]
    encode: Encode

    def compare(self, title: str | None, body: str | None, issue_ids: Sequence[str]) -> SemanticList:
        """Compares a text with issues. In: title and body; ids. Out: how near each issue is."""
        vector = self.projection.compress(self.encode(join_text(title, body))[None, :])
        return self._compare(vector.tobytes(), issue_ids)

    def compare_issue(self, issue_id: str, issue_ids: Sequence[str]) -> SemanticList:
        """Compares one of the issues with others. In: its id; theirs. Out: how near each is."""
        return self._compare(self.vector_of[issue_id], issue_ids)

    def _compare(self, vector: bytes, issue_ids: Sequence[str]) -> SemanticList:
        vectors = read_vectors(b"".join(self.vector_of[issue_id] for issue_id in issue_ids))
        return SemanticList.of(compare_vectors(read_vectors(vector), vectors)[0])


def encode_issues(issues: pl.DataFrame, encode: Encode) -> EncodedIssues:
    """Encodes issues. In: `issue_id`, `title` and `body`; what encodes a text. Out: their vectors."""
    rows: list[tuple[Any, ...]] = issues.select("issue_id", "title", "body").rows()
    encoded = np.stack([encode(join_text(title, body)) for _, title, body in rows])
    chosen = np.random.default_rng(_SEED).permutation(len(rows))[:MAX_PROJECTED]
    projection = fit_projection(encoded[chosen])
    vectors = projection.compress(encoded)
    vector_of = {row[0]: vector.tobytes() for row, vector in zip(rows, vectors, strict=True)}
    return EncodedIssues(projection, vector_of, encode)
