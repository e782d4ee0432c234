"""Average link on a sparse graph of likeness: groups whose members are alike on the whole, never by a chain.

Two groups join while the mean likeness over ALL pairs between them, absent pairs counted as zero, stays at
the threshold; one strong bridge between two groups is therefore never enough.
"""

import heapq
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Floats, Ints


def average_link(
    items: int,
    left: Ints,
    right: Ints,
    likeness: Floats,
    threshold: float,
    *,
    sizes: Ints | None = None,
    cannot: Iterable[tuple[int, int]] = (),
    settled: NDArray[np.bool_] | None = None,
    growth: float = 0.0,
) -> Ints:
    """Groups items by average link.

    In: the number of items; edges `left[k]`-`right[k]` with the SUM of the likeness of the pairs between
    them (0 to 1 for single items); `sizes`, how many things an item stands for (default 1); pairs of items
    that never join; `settled` items, no two of which ever join; `growth`: how much above the threshold the
    mean must be for a group of three or more. Out: per item the smallest item of its
    group. Ties go to the smaller ids, so the order of edges does not matter. O(E log E). Method: UPGMA
    (Sokal and Michener, 1958), stopped at a threshold.
    """
    weights = np.ones(items, dtype=np.int64) if sizes is None else sizes
    kept = _reachable(items, left, right, likeness, weights, threshold)
    kept_apart = set() if settled is None else set(np.flatnonzero(settled).tolist())
    graph = _Graph(weights, cannot, kept_apart, threshold + growth)
    for a, b, value in zip(left[kept].tolist(), right[kept].tolist(), likeness[kept].tolist(), strict=True):
        graph.connect(a, b, value)
    return graph.merged(threshold)


def _reachable(items: int, left: Ints, right: Ints, likeness: Floats, sizes: Ints, threshold: float) -> Ints:
    """Edges inside components of edges that could alone start a merge: no others can change the result."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    order = np.lexsort((right, left))
    means = likeness[order] / (sizes[left[order]] * sizes[right[order]])
    strong = order[means >= threshold - 1e-12]
    if items == 0 or len(strong) == 0:
        return np.empty(0, dtype=np.int64)
    graph = coo_array((np.ones(len(strong)), (left[strong], right[strong])), shape=(items, items))
    _, component = connected_components(graph, directed=False)
    return np.asarray(order[component[left[order]] == component[right[order]]], dtype=np.int64)


class _Graph:
    """Groups being merged: their sizes, the summed likeness between them, and who must stay apart."""

    def __init__(
        self, sizes: Ints, cannot: Iterable[tuple[int, int]], settled: set[int], to_grow: float
    ) -> None:
        self.settled = settled
        self.to_grow = to_grow
        self.parent = np.arange(len(sizes), dtype=np.int64)
        self.size = sizes
        self.grown: dict[int, int] = {}
        self.sums: dict[int, dict[int, float]] = {}
        self.apart: dict[int, set[int]] = {}
        for a, b in cannot:
            self.apart.setdefault(a, set()).add(b)
            self.apart.setdefault(b, set()).add(a)

    def connect(self, a: int, b: int, value: float) -> None:
        if a != b:
            first, second = self.sums.setdefault(a, {}), self.sums.setdefault(b, {})
            first[b] = second[a] = first.get(b, 0.0) + value

    def merged(self, threshold: float) -> Ints:
        heap = [(-self._mean(a, b), a, b) for a, near in self.sums.items() for b in near if a < b]
        heapq.heapify(heap)
        while heap:
            negative, a, b = heapq.heappop(heap)
            if -negative < threshold - 1e-12:
                break
            if self._may_join(a, b) and self._mean(a, b) == -negative:
                self._merge(a, b)
                for other in self.sums[a]:
                    low, high = (a, other) if a < other else (other, a)
                    heapq.heappush(heap, (-self._mean(low, high), low, high))
        return self._roots()

    def _may_join(self, a: int, b: int) -> bool:
        if b not in self.sums.get(a, ()) or b in self.apart.get(a, ()):
            return False
        if a in self.settled and b in self.settled:
            return False
        return self._size(a) + self._size(b) <= 2 or self._mean(a, b) >= self.to_grow - 1e-12

    def _size(self, item: int) -> int:
        return self.grown.get(item) or int(self.size[item])

    def _mean(self, a: int, b: int) -> float:
        return round(self.sums[a][b] / (self._size(a) * self._size(b)), 12)

    def _merge(self, a: int, b: int) -> None:
        """`b` (the larger id) becomes part of `a`."""
        self.grown[a] = self._size(a) + self._size(b)
        self.parent[b] = a
        if b in self.settled:
            self.settled.add(a)
        ours, theirs = self.sums[a], self.sums.pop(b)
        del ours[b], theirs[a]
        for other, value in theirs.items():
            near = self.sums[other]
            del near[b]
            ours[other] = near[a] = near.get(a, 0.0) + value
        for other in self.apart.pop(b, ()):
            self.apart[other].discard(b)
            self.apart[other].add(a)
            self.apart.setdefault(a, set()).add(other)

    def _roots(self) -> Ints:
        roots = self.parent
        while not np.array_equal(roots[roots], roots):
            roots = roots[roots]
        return roots
