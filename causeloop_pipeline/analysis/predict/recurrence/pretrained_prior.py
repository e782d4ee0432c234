"""The pretrained prior: a small model of what failures of other organizations have in common, which predicts
before a workspace has a past.

The numbers stand in `pretrained_prior.json`, made by `python -m bench.training.recurrence_prior` from public
failure histories. It is half additive (splines) and half boosted trees; the local learners correct its level.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.predict.recurrence.features import FEATURES
from causeloop_pipeline.analysis.predict.recurrence.flat_trees import FlatTrees, Node, pack_trees

CHUNK = 8192


@dataclass(frozen=True)
class RecurrencePrior:
    """Additive part (mean, scale, knots per feature, weights) and trees as nested [feature, threshold, left,
    right].
    """

    version: str
    mean: Floats
    scale: Floats
    knots: Floats
    weights: Floats
    trees: tuple[Any, ...]
    base: float

    @cached_property
    def thresholds(self) -> tuple[Floats, ...]:
        """Per feature the thresholds of the trees, ascending: its steps."""
        comparisons = [(node[0], node[1]) for tree in self.trees for node in _inner_nodes(tree)]
        return tuple(
            np.unique([threshold for feature, threshold in comparisons if feature == place])
            for place in range(len(FEATURES))
        )

    @cached_property
    def flat_trees(self) -> FlatTrees:
        """The same trees over steps, evaluated for all rows at once."""
        return pack_trees([_flatten_node(tree, 0, self.thresholds) for tree in self.trees], self.base)


def parse_prior(text: str) -> RecurrencePrior:
    """Parse the data file of the prior.

    In: its JSON text. Out: RecurrencePrior. Raises ValueError when it was made for other features.
    """
    data = json.loads(text)
    if tuple(data["features"]) != FEATURES:
        raise ValueError(
            "pretrained_prior.json: made for other features; run `python -m bench.training.recurrence_prior`"
        )
    numbers = {name: np.array(data[name], dtype=float) for name in ("mean", "scale", "knots", "weights")}
    return RecurrencePrior(
        version=data["version"], trees=tuple(data["trees"]), base=float(data["base"]), **numbers
    )


@cache
def load_pretrained_prior() -> RecurrencePrior:
    """Load the prior that ships with the product.

    Out: RecurrencePrior.
    """
    return parse_prior(
        files("causeloop_pipeline.analysis.predict.recurrence")
        .joinpath("pretrained_prior.json")
        .read_text("utf-8")
    )


def build_spline_design(columns: Floats, mean: Floats, scale: Floats, knots: Floats) -> Floats:
    """Build the design matrix of the additive half: intercept, scaled features, hinges at the knots and
    products with the window.

    In: rows x FEATURES, mean and scale per feature, knots. Out: rows x columns.
    """
    scaled = np.clip((columns - mean) / scale, -4, 4)
    hinges = [np.maximum(scaled - knot, 0.0) for knot in knots]
    window = scaled[:, [FEATURES.index("log_window")]]
    return np.column_stack([np.ones(len(scaled)), scaled, *hinges, scaled * window])


def predict_prior_log_odds(prior: RecurrencePrior, columns: Floats) -> tuple[Floats, Floats]:
    """Log odds of the additive half and of the tree half.

    In: the prior and rows x FEATURES. Out: two numbers per row, within ±7.
    """
    linear, trees = np.empty(len(columns)), np.empty(len(columns))
    for start in range(0, len(columns), CHUNK):
        part = slice(start, start + CHUNK)
        chunk = columns[part]
        linear[part] = build_spline_design(chunk, prior.mean, prior.scale, prior.knots) @ prior.weights
        by_feature = zip(prior.thresholds, chunk.T, strict=True)
        steps = [np.searchsorted(thresholds, column) for thresholds, column in by_feature]
        trees[part] = prior.flat_trees.decision_function(np.column_stack(steps))
    return np.clip(linear, -7, 7), np.clip(trees, -7, 7)


def _inner_nodes(node: Any) -> Iterator[list[Any]]:
    if isinstance(node, list):
        yield node
        yield from _inner_nodes(node[2])
        yield from _inner_nodes(node[3])


def _flatten_node(node: Any, low: int, thresholds: tuple[Floats, ...]) -> tuple[list[Node], list[float]]:
    """Inner nodes and leaf values below a node whose leftmost leaf has the number
    `low`.
    """
    if not isinstance(node, list):
        return [], [float(node)]
    feature, threshold, below, beyond = node
    left_nodes, left = _flatten_node(below, low, thresholds)
    right_nodes, right = _flatten_node(beyond, low + len(left), thresholds)
    cut = int(np.searchsorted(thresholds[feature], threshold))
    return [*left_nodes, (feature, cut, low, low + len(left)), *right_nodes], left + right
