"""The spelling of titles sees what words hide: compounds, endings, typing errors."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.similarity.spelling import compare_spelling


def alike(left: str, right: str) -> float:
    first = np.array([0])
    return float(compare_spelling(pl.Series([left]), pl.Series([right]), first, first)[0])


def test_equal_titles_are_spelled_alike_and_titles_without_a_common_triple_are_not() -> None:
    assert alike("datanode cannot start", "datanode cannot start") == pytest.approx(1.0)
    assert alike("datanode", "kiosk") == 0.0


@pytest.mark.parametrize("other", ["data node", "datanodes", "datanoed"])
def test_a_compound_an_ending_and_a_typing_error_leave_most_of_the_spelling(other: str) -> None:
    assert alike("datanode", other) > 0.5


def test_the_order_of_words_does_not_count() -> None:
    assert alike("checkout fails", "fails checkout") == pytest.approx(1.0)


def test_a_title_without_words_is_like_nothing() -> None:
    assert alike("", "datanode") == 0.0
    assert alike("", "") == 0.0


def test_without_pairs_nothing_is_compared() -> None:
    nothing = np.empty(0, dtype=np.int64)
    assert len(compare_spelling(pl.Series(["a"]), pl.Series(["b"]), nothing, nothing)) == 0


@given(st.lists(st.text("abé 7", max_size=12), min_size=2, max_size=6))
def test_similarity_is_symmetric_bounded_and_does_not_depend_on_the_other_titles(titles: list[str]) -> None:
    series = pl.Series([" ".join(title.split()) for title in titles])
    left, right = np.zeros(len(titles), dtype=np.int64), np.arange(len(titles))
    together = compare_spelling(series, series, left, right)
    assert np.array_equal(together, compare_spelling(series, series, right, left))
    assert ((together >= 0.0) & (together <= 1.0 + 1e-6)).all()
    assert together.tolist() == [alike(series[0], other) for other in series]
