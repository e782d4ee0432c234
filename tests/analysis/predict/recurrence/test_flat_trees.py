"""Trees as plain numbers predict what the library that grew them predicts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from causeloop_pipeline.analysis.predict.recurrence.flat_trees import FlatTrees, flatten_trees


def grow_trees(seed, leaves=10, rounds=12, features=5):
    rng = np.random.default_rng(seed)
    steps = rng.integers(0, 20, (600, features)).astype(np.float32)
    outcome = rng.random(600) < np.where(steps[:, 0] + steps[:, 1] > 20, 0.8, 0.2)
    model = HistGradientBoostingClassifier(
        max_iter=rounds, max_leaf_nodes=leaves, min_samples_leaf=5, early_stopping=False, random_state=seed
    )
    with threadpool_limits(1):
        return model.fit(steps, outcome)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), leaves=st.sampled_from([2, 10, 15, 16, 40, 60]))
def test_predictions_are_those_of_the_library(seed, leaves):
    model = grow_trees(seed, leaves)
    steps_of_rows = np.random.default_rng(seed + 1).integers(0, 25, (50, 5)).astype(np.float32)
    with threadpool_limits(1):
        theirs = model.decision_function(steps_of_rows)
    assert np.allclose(flatten_trees(model).decision_function(steps_of_rows), theirs, atol=1e-12)


def test_no_row_depends_on_the_rows_beside_it():
    trees = flatten_trees(grow_trees(3))
    steps_of_rows = np.random.default_rng(4).integers(0, 20, (3000, 5)).astype(np.float32)
    together = trees.decision_function(steps_of_rows)
    alone = np.concatenate([trees.decision_function(steps_of_rows[[row]]) for row in range(0, 3000, 100)])
    assert np.array_equal(together[::100], alone)


def test_no_rows_have_no_predictions():
    assert len(flatten_trees(grow_trees(3)).decision_function(np.zeros((0, 5), np.float32))) == 0


def test_a_tree_with_more_leaves_than_a_mask_has_bits_is_refused():
    with pytest.raises(ValueError, match="at most 63"):
        flatten_trees(grow_trees(1, leaves=100, rounds=3))


def test_a_single_node_separates_two_leaves():
    array = np.array
    trees = FlatTrees(array([0]), array([1]), array([4]), array([0]), array([1]), array([[-1.0, 2.0]]), 0.5)
    steps_of_rows = np.array([[9, 4], [0, 5]], np.float32)
    assert trees.decision_function(steps_of_rows).tolist() == [-0.5, 2.5]
