"""The shipped prior predicts as the learner that made it, and is refused for other features."""

import json

import numpy as np
import pytest

from causeloop_pipeline.analysis.predict.recurrence.features import FEATURES
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import (
    RecurrencePrior,
    load_pretrained_prior,
    parse_prior,
    predict_prior_log_odds,
)


def test_the_shipped_prior_is_small_and_fits_the_features():
    prior = load_pretrained_prior()
    assert len(prior.mean) == len(FEATURES)
    assert len(prior.trees) == 200


def test_rows_do_not_depend_on_one_another():
    columns = np.random.default_rng(0).normal(0, 1, (50, len(FEATURES)))
    together = predict_prior_log_odds(load_pretrained_prior(), columns)
    alone = predict_prior_log_odds(load_pretrained_prior(), columns[7:8])
    assert np.allclose([half[7] for half in together], [half[0] for half in alone])


def test_a_tree_sends_a_row_left_when_it_does_not_exceed_the_threshold():
    size = len(FEATURES)
    tree = [2, 1.0, -0.5, [0, 0.0, 0.25, 0.75]]
    zeros = np.zeros(size)
    prior = RecurrencePrior("1", zeros, np.ones(size), np.zeros(1), np.zeros(1 + 3 * size), (tree,), 0.1)
    columns = np.zeros((3, size))
    columns[1, 2], columns[2, 2], columns[2, 0] = 2.0, 2.0, 1.0
    assert np.allclose(predict_prior_log_odds(prior, columns)[1], [-0.4, 0.35, 0.85])


def test_a_prior_for_other_features_is_refused():
    with pytest.raises(ValueError, match="other features"):
        parse_prior(json.dumps({"features": ["age"]}))
