"""The figures of grouping quality, on cases small enough to count by hand."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.evaluation.grouping_metrics import (
    PatternPurity,
    bootstrap,
    calibration_error,
    calibration_errors_after_feedback,
    evaluate,
    group_scores,
    high_confidence_precision,
    measure_reliability,
    pair_scores,
    pattern_purity,
    recall_at,
)

PREDICTED = pl.Series(["p", "p", "p", "q", "q", "r"])
TRUE = pl.Series(["A", "A", "B", "C", "C", "B"])


def test_pairs_are_counted_by_hand() -> None:
    scores = pair_scores(PREDICTED, TRUE)
    assert scores["precision"] == pytest.approx(2 / 4)
    assert scores["recall"] == pytest.approx(2 / 3)
    assert scores["f1"] == pytest.approx(4 / 7)


def test_only_whole_groups_count_for_grouping_accuracy() -> None:
    assert group_scores(PREDICTED, TRUE) == {"ga": pytest.approx(2 / 6), "fga": pytest.approx(2 / 6)}


def test_recall_counts_only_issues_that_share_their_label() -> None:
    similar = {"a": ["x", "b"], "b": ["a"]}
    assert recall_at(similar, {"a": "1", "b": "1", "x": "2"}, (1, 2)) == {"recall@1": 0.5, "recall@2": 1.0}


def test_calibration_error_weighs_every_pattern_alike() -> None:
    assert calibration_error(np.array([0.9, 0.9]), np.array([1.0, 0.8])) == pytest.approx(0.0)
    assert calibration_error(np.array([0.95, 0.15]), np.array([0.5, 0.15])) == pytest.approx(0.225)
    assert calibration_error(np.array([]), np.array([])) == 0.0


def test_high_confidence_precision_counts_the_pairs_of_confident_patterns_only() -> None:
    purity = PatternPurity(
        confidence=np.array([0.9, 0.9, 0.1]),
        right=np.array([1.0, 1 / 3, 0.0]),
        pairs=np.array([1.0, 3.0, 9.0]),
    )
    assert high_confidence_precision(purity) == pytest.approx(2 / 4)
    unsure = PatternPurity(np.array([0.1]), right=np.array([1.0]), pairs=np.array([1.0]))
    assert np.isnan(high_confidence_precision(unsure))


def test_feedback_on_wrong_patterns_lowers_their_calibration_error() -> None:
    purity = PatternPurity(np.full(20, 0.95), right=np.full(20, 0.4), pairs=np.full(20, 10.0))
    errors = calibration_errors_after_feedback(purity, draws=20)
    assert len(errors) == 20
    assert errors.mean() < 0.5 * calibration_error(purity.confidence, purity.right)
    assert len(calibration_errors_after_feedback(PatternPurity(*(np.empty(0),) * 3))) == 0


def test_an_issue_without_a_pattern_is_a_group_of_its_own() -> None:
    members = pl.DataFrame({"issue_id": ["a", "b"], "pattern_id": ["p", "p"]})
    patterns = pl.DataFrame({"pattern_id": ["p"], "confidence": [1.0]})
    figures = evaluate(pl.Series(["a", "b", "c"]), pl.Series(["1", "1", "2"]), members, patterns)
    assert figures["f1"] == figures["ga"] == figures["ari"] == 1.0
    assert figures["ece"] == 0.0


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


def test_reliability_says_for_each_decile_what_was_predicted_and_what_was_observed() -> None:
    purity = PatternPurity(np.array([0.62, 0.68, 1.0]), np.array([0.0, 1.0, 1.0]), np.ones(3))
    assert measure_reliability(purity) == {
        "predicted@0.6": pytest.approx(0.65),
        "observed@0.6": 0.5,
        "patterns@0.6": 2.0,
        "predicted@0.9": 1.0,
        "observed@0.9": 1.0,
        "patterns@0.9": 1.0,
    }
