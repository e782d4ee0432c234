"""The vectors of labelled issues, as the search by meaning stores them."""

from collections.abc import Callable
from typing import Any

import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.detect.similarity.text_vectors import compress, join_text

Encode = Callable[[str], NDArray[Any]]
"""Makes a vector of a text."""


def encode_issues(issues: pl.DataFrame, encode: Encode) -> dict[str, bytes]:
    """Encodes issues. In: `issue_id`, `title` and `body`; what encodes a text. Out: by id a stored vector."""
    columns = issues.select("issue_id", "title", "body").iter_rows()
    return {issue_id: compress(encode(join_text(title, body))) for issue_id, title, body in columns}
