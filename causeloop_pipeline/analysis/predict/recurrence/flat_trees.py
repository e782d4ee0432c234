"""Boosted trees as plain arrays: they can be stored as JSON, and predict without the library that grew them.

Every inner node has a mask of the leaves it excludes when a row goes right. The masks of one feature are
looked up for all trees at once, and a row ends in the first leaf that no node excludes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from causeloop_pipeline.analysis.arrays import Floats, Ints

CHUNK = 1024
MAX_LEAVES = 63
Masks = npt.NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True)
class FlatTrees:
    """Trees over features that are whole steps from 0.

    Per inner node: its `tree`, its `feature`, the last step that goes left (`cut`), and the first and the end
    of the leaves to its left (`low`, `high`), which a step beyond the cut excludes. `values` are trees x
    leaves, leaves from left to right; `start` is added for all rows. Source: Lucchese et al. (2015),
    QuickScorer.
    """

    tree: Ints
    feature: Ints
    cut: Ints
    low: Ints
    high: Ints
    values: Floats
    start: float

    def decision_function(self, steps: npt.NDArray[np.float32 | np.int64]) -> Floats:
        """Log odds of rows x features in steps; no row depends on the others."""
        result = np.empty(len(steps))
        for begin in range(0, len(steps), CHUNK):
            part = slice(begin, begin + CHUNK)
            result[part] = self._sums(np.ascontiguousarray(steps[part].T.astype(np.intp)))
        return result

    def _sums(self, by_feature: npt.NDArray[np.intp]) -> Floats:
        leaves = np.full((by_feature.shape[1], len(self.values)), self._all_leaves)
        for feature, masks in self._possible_leaves.items():
            leaves &= masks.take(by_feature[feature], axis=0, mode="clip")
        first = np.bitwise_count((leaves & (~leaves + 1)) - 1)
        places = first.astype(np.intp) + np.arange(len(self.values)) * self.values.shape[1]
        sums: Floats = self.start + np.take(self.values, places).sum(axis=1)
        return sums

    @cached_property
    def _all_leaves(self) -> np.unsignedinteger[Any]:
        kind = np.uint16 if self.values.shape[1] < 16 else np.uint64
        return kind((1 << self.values.shape[1]) - 1)

    @cached_property
    def _possible_leaves(self) -> dict[int, Masks]:
        """Per feature: steps x trees, the leaves that remain possible at that step."""
        tables = {}
        for feature in np.unique(self.feature).tolist():
            nodes = np.flatnonzero(self.feature == feature)
            table = np.full((int(self.cut[nodes].max()) + 2, len(self.values)), self._all_leaves)
            for node in nodes.tolist():
                excluded = (1 << int(self.high[node])) - (1 << int(self.low[node]))
                table[self.cut[node] + 1 :, self.tree[node]] &= ~self._all_leaves.dtype.type(excluded)
            tables[feature] = table
        return tables


Node = tuple[int, int, int, int]  # feature, cut, low, high


def flatten_trees(model: Any) -> FlatTrees:
    """Flatten the trees of a fitted HistGradientBoostingClassifier of two classes, grown on whole steps.

    In: the classifier. Out: FlatTrees. Raises ValueError when a tree has more leaves than a mask has bits.
    """
    grown = [_flatten_node(predictor.nodes, 0, 0) for (predictor,) in model._predictors]
    return pack_trees(grown, float(model._baseline_prediction.ravel()[0]))


def pack_trees(grown: Sequence[tuple[list[Node], list[float]]], start: float) -> FlatTrees:
    """Pack trees into arrays.

    In: per tree its inner nodes and leaf values from left to right, of which at least one has a node; the
    start value. Out: FlatTrees. Raises ValueError when a tree has more leaves than a mask has bits.
    """
    max_leaves = max(len(leaves) for _, leaves in grown)
    if max_leaves > MAX_LEAVES:
        raise ValueError(f"a tree has {max_leaves} leaves, and at most {MAX_LEAVES} can be stored")
    tree = np.repeat(np.arange(len(grown)), [len(nodes) for nodes, _ in grown])
    columns = np.array([node for nodes, _ in grown for node in nodes], np.int64).reshape(-1, 4).T
    values = np.array([leaves + [0.0] * (max_leaves - len(leaves)) for _, leaves in grown])
    return FlatTrees(tree, columns[0], columns[1], columns[2], columns[3], values, start)


def _flatten_node(tree: Any, place: int, low: int) -> tuple[list[Node], list[float]]:
    """Inner nodes and leaf values below a node whose leftmost leaf has the number `low`."""
    node = tree[place]
    if node["is_leaf"]:
        return [], [float(node["value"])]
    left_nodes, left = _flatten_node(tree, int(node["left"]), low)
    right_nodes, right = _flatten_node(tree, int(node["right"]), low + len(left))
    flat = (int(node["feature_idx"]), int(np.floor(node["num_threshold"])), low, low + len(left))
    return [*left_nodes, flat, *right_nodes], left + right
