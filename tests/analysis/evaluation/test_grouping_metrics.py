"""The figures of grouping quality, on cases small enough to count by hand."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.evaluation.grouping_metrics import (
    bootstrap,
    calibration_error,
    evaluate,
    group_scores,
    pair_scores,
    pattern_purity,
    recall_at,
    sure_precision,
)

PREDICTED = pl.Series(["p", "p", "p", "q", "q", "r"])
TRUE = pl.Series(["A", "A", "B", "C", "C", "B"])


def test_pairs_are_counted_by_hand() -> None:
    found = pair_scores(PREDICTED, TRUE)
    assert found["precision"] == pytest.approx(2 / 4)
    assert found["recall"] == pytest.approx(2 / 3)
    assert found["f1"] == pytest.approx(4 / 7)


def test_only_whole_groups_count_for_grouping_accuracy() -> None:
    assert group_scores(PREDICTED, TRUE) == {"ga": pytest.approx(2 / 6), "fga": pytest.approx(2 / 6)}


def test_recall_counts_only_issues_that_have_a_mate() -> None:
    found = {"a": ["x", "b"], "b": ["a"]}
    assert recall_at(found, {"a": "1", "b": "1", "x": "2"}, (1, 2)) == {"recall@1": 0.5, "recall@2": 1.0}


def test_calibration_error_weighs_every_pattern_alike() -> None:
    assert calibration_error(np.array([0.9, 0.9]), np.array([1.0, 0.8])) == pytest.approx(0.0)
    assert calibration_error(np.array([0.95, 0.15]), np.array([0.5, 0.15])) == pytest.approx(0.225)
    assert calibration_error(np.array([]), np.array([])) == 0.0


def test_sure_precision_looks_at_pairs_shown_with_high_confidence() -> None:
    confidence, pairs, right = (
        np.array([0.9, 0.9, 0.1]),
        np.array([1.0, 3.0, 9.0]),
        np.array([1.0, 1 / 3, 0.0]),
    )
    assert sure_precision(confidence, pairs, right) == pytest.approx(2 / 4)
    assert np.isnan(sure_precision(np.array([0.1]), np.array([1.0]), np.array([1.0])))


def test_an_issue_without_a_pattern_is_a_group_of_its_own() -> None:
    members = pl.DataFrame({"issue_id": ["a", "b"], "pattern_id": ["p", "p"]})
    patterns = pl.DataFrame({"pattern_id": ["p"], "confidence": [1.0]})
    found = evaluate(pl.Series(["a", "b", "c"]), pl.Series(["1", "1", "2"]), members, patterns)
    assert found["f1"] == found["ga"] == found["ari"] == 1.0
    assert found["ece"] == 0.0


LABELS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=14)


@settings(deadline=None)
@given(LABELS)
def test_intervals_hold_the_figure_itself_and_agree_with_the_plain_count(rows: list[tuple[int, int]]) -> None:
    predicted, labels = (pl.Series([row[side] for row in rows]).cast(pl.String) for side in (0, 1))
    plain = {**pair_scores(predicted, labels), **group_scores(predicted, labels)}
    for name, interval in bootstrap(predicted, labels, seed=1, draws=20).items():
        assert interval.value == pytest.approx(plain[name])
        assert 0.0 <= interval.low <= interval.high <= 1.0


@settings(deadline=None)
@given(LABELS)
def test_a_grouping_is_perfect_against_itself(rows: list[tuple[int, int]]) -> None:
    labels = pl.Series([row[0] for row in rows]).cast(pl.String)
    assert pair_scores(labels, labels)["ari"] == pytest.approx(1.0)
    assert group_scores(labels, labels) == {"ga": 1.0, "fga": 1.0}
    assert (pattern_purity(labels, labels)["right"] == 1.0).all()
