"""Local learners move the prior only as far as the data supports it."""

import numpy as np

from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.features import FEATURES
from causeloop_pipeline.analysis.predict.recurrence.local_learners import (
    fit_level,
    fit_logistic,
    fit_reference,
    fit_ridge,
    fit_trees,
    predict_reference_log_odds,
    predict_ridge_log_odds,
    predict_tree_log_odds,
)


def rows(size, shift=0.0, seed=0):
    rng = np.random.default_rng(seed)
    columns = rng.normal(0, 1, (size, len(FEATURES)))
    prior = columns[:, 0] * -1.2
    outcome = (rng.random(size) < expit(prior + shift)).astype(float)
    return columns, prior, outcome


def test_logistic_regression_recovers_the_coefficients_of_its_data():
    rng = np.random.default_rng(0)
    design = np.column_stack([np.ones(20_000), rng.normal(0, 1, 20_000)])
    outcome = (rng.random(20_000) < expit(design @ np.array([-1.0, 0.7]))).astype(float)
    theta = fit_logistic(design, outcome, np.ones(20_000), np.full(2, 1e-6), np.zeros(20_000))
    assert np.allclose(theta, [-1.0, 0.7], atol=0.06)


def test_the_ridge_finds_the_level_of_a_workspace_and_leaves_a_right_prior_alone():
    columns, prior, outcome = rows(4000, shift=1.0)
    forms, weight = prior[:, None], np.ones(4000)
    model = fit_ridge(columns, prior, prior, forms, outcome, weight)
    moved = predict_ridge_log_odds(model, columns, prior, prior, forms)
    assert 0.8 < np.mean(moved - prior) < 1.2
    columns, prior, outcome = rows(4000)
    forms = prior[:, None]
    model = fit_ridge(columns, prior, prior, forms, outcome, weight)
    unmoved = predict_ridge_log_odds(model, columns, prior, prior, forms)
    assert np.mean(np.abs(expit(unmoved) - expit(prior))) < 0.05


def test_the_ridge_follows_a_closed_form_that_knows_more_than_the_prior():
    rng = np.random.default_rng(3)
    columns, prior, _ = rows(6000)
    truth = prior + rng.normal(0, 1.5, len(prior))
    outcome = (rng.random(len(prior)) < expit(truth)).astype(float)
    model = fit_ridge(columns, prior, prior, truth[:, None], outcome, np.ones(len(prior)))
    log_odds = predict_ridge_log_odds(model, columns, prior, prior, truth[:, None])
    assert np.mean((log_odds - truth) ** 2) < 0.3 * np.mean((prior - truth) ** 2)


def test_a_handful_of_rows_hardly_moves_the_level():
    few = fit_level(np.zeros(6), np.ones(6), np.full(6, 0.1))
    many = fit_level(np.zeros(600), np.ones(600), np.ones(600))
    assert few[0] < many[0]


def test_trees_wait_for_enough_weight():
    columns, _, outcome = rows(400)
    assert fit_trees(columns, outcome, np.ones(400), 0) is None


def test_trees_are_the_same_for_the_same_seed():
    columns, prior, outcome = rows(3000)
    trees = [fit_trees(columns, outcome, np.ones(3000), 1) for _ in range(2)]
    first, second = (predict_tree_log_odds(fitted, columns) for fitted in trees if fitted)
    assert np.array_equal(first, second)
    assert np.corrcoef(first, prior)[0, 1] > 0.7


def test_the_reference_ranks_by_recency():
    columns, prior, outcome = rows(3000)
    log_odds = predict_reference_log_odds(fit_reference(columns, outcome, np.ones(3000)), columns)
    assert np.corrcoef(log_odds, prior)[0, 1] > 0.9
