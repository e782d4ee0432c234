"""Boosted trees as plain numbers: they can be kept as JSON, and answer without the library that grew them.

Every inner node knows which leaves it rules out when its question is answered "no". The answers of one
feature are looked up for all trees at once, and the first leaf that nobody rules out is where a row ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from causeloop_pipeline.analysis.arrays import Floats, Ints

CHUNK = 1024
MOST_LEAVES = 63
Masks = npt.NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True)
class FlatTrees:
    """Trees over features that are whole steps from 0.

    Per inner node: its `tree`, its `feature`, the last step that goes left (`cut`), and the first and the end
    of the leaves to its left (`low`, `high`), which a step beyond the cut rules out. `values` are trees x
    leaves, leaves from left to right; `start` is what all rows begin with. Source: Lucchese et al. (2015),
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
        """Log odds of rows x features in steps, whatever rows they stand beside."""
        result = np.empty(len(steps))
        for begin in range(0, len(steps), CHUNK):
            part = slice(begin, begin + CHUNK)
            result[part] = self._sums(np.ascontiguousarray(steps[part].T.astype(np.intp)))
        return result

    def _sums(self, turned: npt.NDArray[np.intp]) -> Floats:
        leaves = np.full((turned.shape[1], len(self.values)), self._every_leaf)
        for feature, ruled in self._ruled.items():
            leaves &= ruled.take(turned[feature], axis=0, mode="clip")
        first = np.bitwise_count((leaves & (~leaves + 1)) - 1)
        places = first.astype(np.intp) + np.arange(len(self.values)) * self.values.shape[1]
        sums: Floats = self.start + np.take(self.values, places).sum(axis=1)
        return sums

    @cached_property
    def _every_leaf(self) -> np.unsignedinteger[Any]:
        kind = np.uint16 if self.values.shape[1] < 16 else np.uint64
        return kind((1 << self.values.shape[1]) - 1)

    @cached_property
    def _ruled(self) -> dict[int, Masks]:
        """Per feature: steps x trees, the leaves that are still possible at that step."""
        tables = {}
        for feature in np.unique(self.feature).tolist():
            mine = np.flatnonzero(self.feature == feature)
            table = np.full((int(self.cut[mine].max()) + 2, len(self.values)), self._every_leaf)
            for node in mine.tolist():
                gone = (1 << int(self.high[node])) - (1 << int(self.low[node]))
                table[self.cut[node] + 1 :, self.tree[node]] &= ~self._every_leaf.dtype.type(gone)
            tables[feature] = table
        return tables


Node = tuple[int, int, int, int]  # feature, cut, low, high


def flat_trees(model: Any) -> FlatTrees:
    """The trees of a fitted HistGradientBoostingClassifier of two classes, grown on whole steps.

    Raises ValueError when a tree has more leaves than a mask has bits.
    """
    grown = [_from_left(predictor.nodes, 0, 0) for (predictor,) in model._predictors]
    return side_by_side(grown, float(model._baseline_prediction.ravel()[0]))


def side_by_side(grown: Sequence[tuple[list[Node], list[float]]], start: float) -> FlatTrees:
    """Trees given as inner nodes and leaf values from left to right, of which at least one has a node.

    Raises ValueError when a tree has more leaves than a mask has bits.
    """
    most = max(len(leaves) for _, leaves in grown)
    if most > MOST_LEAVES:
        raise ValueError(f"a tree has {most} leaves, and at most {MOST_LEAVES} can be kept")
    tree = np.repeat(np.arange(len(grown)), [len(nodes) for nodes, _ in grown])
    columns = np.array([node for nodes, _ in grown for node in nodes], np.int64).reshape(-1, 4).T
    values = np.array([leaves + [0.0] * (most - len(leaves)) for _, leaves in grown])
    return FlatTrees(tree, columns[0], columns[1], columns[2], columns[3], values, start)


def _from_left(tree: Any, place: int, low: int) -> tuple[list[Node], list[float]]:
    """Inner nodes and leaf values below a node whose leftmost leaf has the number `low`."""
    node = tree[place]
    if node["is_leaf"]:
        return [], [float(node["value"])]
    left_nodes, left = _from_left(tree, int(node["left"]), low)
    right_nodes, right = _from_left(tree, int(node["right"]), low + len(left))
    asked = (int(node["feature_idx"]), int(np.floor(node["num_threshold"])), low, low + len(left))
    return [*left_nodes, asked, *right_nodes], left + right
