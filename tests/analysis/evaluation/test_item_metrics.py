"""B-cubed scores a grouping row by row."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.evaluation.item_metrics import score_bcubed


def test_each_row_counts_by_its_own_group() -> None:
    scores = score_bcubed(pl.Series([1, 1, 1, 2]), pl.Series(["a", "a", "b", "b"]))
    assert scores["bcubed_precision"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert scores["bcubed_recall"] == pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 4)


@given(st.lists(st.integers(0, 3), max_size=12))
def test_a_grouping_agrees_with_itself(raw: list[int]) -> None:
    labels = pl.Series(raw, dtype=pl.Int64)
    assert score_bcubed(labels, labels)["bcubed_f1"] == pytest.approx(1.0 if raw else 0.0)
