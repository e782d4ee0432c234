"""Average linkage on a sparse similarity graph: groups whose members are similar on the whole, never by a
chain.

Two groups merge while the mean similarity over ALL pairs between them, absent pairs counted as zero, is at
least the threshold. One strong edge between two groups is therefore never enough.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints

_TOLERANCE = 1e-12
_MIN_BRIDGE, _BRIDGE_TRUST = 0.5, 0.9  # a bridge's edges, and what one adds to doubt
_BRIDGES_PER_ITEM, _BRIDGE_ROUNDS = 30, 2
_MAX_BRIDGE_PATHS = 5_000_000


@dataclass(frozen=True, slots=True)
class SimilarityGraph:
    """Items, and the SUM of the similarity of the pairs between `left[k]` and `right[k]` (0 to 1 for single
    items).
    """

    items: int
    left: Ints
    right: Ints
    similarity_sum: Floats


def infer_absent_pairs(graph: SimilarityGraph) -> SimilarityGraph:
    """Infers the similarity of pairs that were never compared because a text has only so many neighbours.

    In: single items with probabilities. Out: the pairs that it lacks, x and z at .9 times the best product
    over a y that is like both; nothing where the paths would be too many. It only matters in large groups,
    where absent pairs would count as zero.
    """
    columns = ("left", "right", "similarity_sum")
    edges = pl.DataFrame({name: getattr(graph, name) for name in columns}).with_columns(is_given=True)
    for _ in range(_BRIDGE_ROUNDS):
        strong = edges.filter(pl.col("similarity_sum") >= _MIN_BRIDGE).select(columns)
        turned = strong.select(left="right", right="left", similarity_sum="similarity_sum")
        ways = (
            pl.concat([strong, turned])
            .sort(["left", "similarity_sum", "right"], descending=[False, True, False])
            .group_by("left", maintain_order=True)
            .head(_BRIDGES_PER_ITEM)
        )
        degrees = ways.group_by("left").len()["len"].cast(pl.Int64)
        if ways.height == 0 or int((degrees * degrees).sum()) > _MAX_BRIDGE_PATHS:
            break
        paths = ways.join(ways, on="left", suffix="_2").filter(pl.col("right") < pl.col("right_2"))
        product = (pl.col("similarity_sum") * pl.col("similarity_sum_2")).max() * _BRIDGE_TRUST
        inferred = paths.group_by(left="right", right="right_2").agg(product.alias("similarity_sum"))
        absent = inferred.join(edges, on=["left", "right"], how="anti")
        if absent.height == 0:
            break
        edges = pl.concat([edges, absent.with_columns(is_given=False).select(edges.columns)])
    added = edges.filter(~pl.col("is_given")).sort("left", "right")
    left, right = (added[name].to_numpy().astype(np.int64) for name in ("left", "right"))
    return SimilarityGraph(graph.items, left, right, added["similarity_sum"].to_numpy().astype(np.float64))


def average_link(
    graph: SimilarityGraph,
    threshold: float,
    *,
    sizes: Ints | None = None,
    cannot_link: Iterable[tuple[int, int]] = (),
    is_fixed: Bools | None = None,
    growth: float = 0.0,
) -> Ints:
    """Groups items by average linkage.

    In: the graph; `sizes`, how many things an item stands for (default 1); pairs of items that never merge;
    which items are fixed: no two of those ever merge; `growth`, how much above the threshold the mean must
    be for a group of three or more. Out: per item, the smallest item of its group. Ties go to the smaller
    ids, so that the order of edges does not matter. O(E log E). Method: UPGMA (Sokal and Michener, 1958),
    stopped at a threshold.
    """
    item_sizes = np.ones(graph.items, dtype=np.int64) if sizes is None else sizes
    relevant = _edges_that_can_merge(graph, item_sizes, threshold)
    fixed_items = set() if is_fixed is None else set(np.flatnonzero(is_fixed).tolist())
    groups = _MergingGroups(item_sizes, cannot_link, fixed_items, threshold + growth)
    columns = (graph.left, graph.right, graph.similarity_sum)
    for a, b, value in zip(*(column[relevant].tolist() for column in columns), strict=True):
        groups.connect(a, b, value)
    return groups.merge_until(threshold)


def _edges_that_can_merge(graph: SimilarityGraph, sizes: Ints, threshold: float) -> Ints:
    """Edges inside components of edges that could alone start a merge: no others can change the result."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left, right = graph.left, graph.right
    order = np.lexsort((right, left))
    means = graph.similarity_sum[order] / (sizes[left[order]] * sizes[right[order]])
    strong = order[means >= threshold - _TOLERANCE]
    if graph.items == 0 or len(strong) == 0:
        return np.empty(0, dtype=np.int64)
    adjacency = coo_array(
        (np.ones(len(strong)), (left[strong], right[strong])), shape=(graph.items, graph.items)
    )
    _, component = connected_components(adjacency, directed=False)
    return np.asarray(order[component[left[order]] == component[right[order]]], dtype=np.int64)


class _MergingGroups:
    """Groups being merged: their sizes, the summed similarity between them, and what must stay apart."""

    def __init__(
        self,
        sizes: Ints,
        cannot_link: Iterable[tuple[int, int]],
        fixed_items: set[int],
        min_mean_to_grow: float,
    ) -> None:
        self.fixed_items = fixed_items
        self.min_mean_to_grow = min_mean_to_grow
        self.parent = np.arange(len(sizes), dtype=np.int64)
        self.item_sizes = sizes
        self.merged_sizes: dict[int, int] = {}
        self.sums: dict[int, dict[int, float]] = {}
        self.apart: dict[int, set[int]] = {}
        for a, b in cannot_link:
            self.apart.setdefault(a, set()).add(b)
            self.apart.setdefault(b, set()).add(a)

    def connect(self, a: int, b: int, value: float) -> None:
        if a != b:
            sums_of_a, sums_of_b = self.sums.setdefault(a, {}), self.sums.setdefault(b, {})
            sums_of_a[b] = sums_of_b[a] = sums_of_a.get(b, 0.0) + value

    def merge_until(self, threshold: float) -> Ints:
        """Merge the most similar pair again and again; the smallest item of each item's group."""
        queue = [
            (-self._mean(a, b), a, b) for a, neighbours in self.sums.items() for b in neighbours if a < b
        ]
        heapq.heapify(queue)
        while queue:
            negative_mean, a, b = heapq.heappop(queue)
            if -negative_mean < threshold - _TOLERANCE:
                break
            if self._may_merge(a, b) and self._mean(a, b) == -negative_mean:
                self._merge(a, b)
                for other in self.sums[a]:
                    low, high = (a, other) if a < other else (other, a)
                    heapq.heappush(queue, (-self._mean(low, high), low, high))
        return self._find_roots()

    def _may_merge(self, a: int, b: int) -> bool:
        if b not in self.sums.get(a, ()) or b in self.apart.get(a, ()):
            return False
        if a in self.fixed_items and b in self.fixed_items:
            return False
        is_pair = self._size(a) + self._size(b) <= 2
        return is_pair or self._mean(a, b) >= self.min_mean_to_grow - _TOLERANCE

    def _size(self, item: int) -> int:
        return self.merged_sizes.get(item) or int(self.item_sizes[item])

    def _mean(self, a: int, b: int) -> float:
        return round(self.sums[a][b] / (self._size(a) * self._size(b)), 12)

    def _merge(self, a: int, b: int) -> None:
        """`b` (the larger id) becomes part of `a`."""
        self.merged_sizes[a] = self._size(a) + self._size(b)
        self.parent[b] = a
        if b in self.fixed_items:
            self.fixed_items.add(a)

        sums_of_a, sums_of_b = self.sums[a], self.sums.pop(b)
        del sums_of_a[b], sums_of_b[a]
        for other, value in sums_of_b.items():
            sums_of_other = self.sums[other]
            del sums_of_other[b]
            sums_of_a[other] = sums_of_other[a] = sums_of_other.get(a, 0.0) + value

        for other in self.apart.pop(b, ()):
            self.apart[other].discard(b)
            self.apart[other].add(a)
            self.apart.setdefault(a, set()).add(other)

    def _find_roots(self) -> Ints:
        roots = self.parent
        while not np.array_equal(roots[roots], roots):
            roots = roots[roots]
        return roots
