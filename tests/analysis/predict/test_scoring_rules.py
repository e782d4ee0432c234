"""Scores are those of their definitions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from causeloop_pipeline.analysis.predict.scoring_rules import (
    area_under_curve,
    brier_gain,
    brier_skill,
    calibration_error,
    log_loss,
    skill_over,
)

outcomes = st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=4, max_size=60)


@given(outcomes)
def test_the_area_under_the_curve_is_that_of_scikit_learn(rows):
    probability, outcome = np.array([p for p, _ in rows]), np.array([float(y) for _, y in rows])
    if 0 < outcome.sum() < len(outcome):
        expected = roc_auc_score(outcome, probability)
        assert np.isclose(area_under_curve(probability, outcome), expected)
    else:
        assert np.isnan(area_under_curve(probability, outcome))


@given(outcomes)
def test_calibration_error_lies_between_zero_and_one(rows):
    assert 0 <= calibration_error(np.array([p for p, _ in rows]), np.array([float(y) for _, y in rows])) <= 1


def test_the_base_rate_has_no_skill_and_certainty_has_all():
    outcome = np.array([1.0, 0, 0, 0])
    assert abs(brier_skill(np.full(4, 0.25), outcome)) < 1e-12
    assert brier_skill(outcome, outcome) == 1
    assert brier_gain(outcome, np.full(4, 0.25), outcome) > 0
    assert log_loss(np.full(4, 0.5), outcome) == np.log(2)


def test_skill_is_measured_against_the_base_rate_as_it_was_known():
    outcome = np.array([0, 0, 0, 1.0])
    base_rate = np.array([0.5, 0.4, 0.3, 0.25])
    assert abs(skill_over(base_rate, base_rate, outcome)) < 1e-12
    assert skill_over(base_rate, outcome, outcome) == 1
    assert skill_over(base_rate, np.array([0.2, 0.2, 0.2, 0.4]), outcome) > 0
    assert skill_over(base_rate, np.array([0.6, 0.4, 0.3, 0.25]), outcome) < 0
