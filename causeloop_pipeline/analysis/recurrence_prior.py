"""What failures of other organizations have in common: a small pretrained model that ranks before a workspace
has a past.

The numbers live in `recurrence_prior.json`, made by `python -m bench.recurrence_prior` from public failure
histories. It is half additive (splines) and half boosted trees; the local learners correct its level.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from causeloop_pipeline.analysis.recurrence_features import FEATURES
from causeloop_pipeline.analysis.recurrence_history import Floats

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


def read_prior(text: str) -> RecurrencePrior:
    """Parse the data file; raises ValueError when it was made for other features than those of today."""
    data = json.loads(text)
    if tuple(data["features"]) != FEATURES:
        raise ValueError(
            "recurrence_prior.json: made for other features; run `python -m bench.recurrence_prior`"
        )
    numbers = {name: np.array(data[name], dtype=float) for name in ("mean", "scale", "knots", "weights")}
    return RecurrencePrior(
        version=data["version"], trees=tuple(data["trees"]), base=float(data["base"]), **numbers
    )


@cache
def pretrained_prior() -> RecurrencePrior:
    """The prior that ships with the product."""
    return read_prior(
        files("causeloop_pipeline.analysis").joinpath("recurrence_prior.json").read_text("utf-8")
    )


def spline_design(columns: Floats, mean: Floats, scale: Floats, knots: Floats) -> Floats:
    """Intercept, scaled features, hinges at the knots and products with the window: the additive half's
    design matrix.
    """
    scaled = np.clip((columns - mean) / scale, -4, 4)
    hinges = [np.maximum(scaled - knot, 0.0) for knot in knots]
    window = scaled[:, [FEATURES.index("log_window")]]
    return np.column_stack([np.ones(len(scaled)), scaled, *hinges, scaled * window])


def prior_log_odds(prior: RecurrencePrior, columns: Floats) -> tuple[Floats, Floats]:
    """Log odds of the additive half and of the tree half for rows x FEATURES."""
    linear, trees = np.empty(len(columns)), np.empty(len(columns))
    for start in range(0, len(columns), CHUNK):
        part = slice(start, start + CHUNK)
        chunk = columns[part]
        linear[part] = spline_design(chunk, prior.mean, prior.scale, prior.knots) @ prior.weights
        turned = np.ascontiguousarray(chunk.T)
        trees[part] = prior.base + sum(_tree_value(tree, turned) for tree in prior.trees)
    return np.clip(linear, -7, 7), np.clip(trees, -7, 7)


def _tree_value(node: Any, turned: Floats) -> Any:
    if not isinstance(node, list):
        return node
    feature, threshold, left, right = node
    return np.where(turned[feature] <= threshold, _tree_value(left, turned), _tree_value(right, turned))
