"""Average linkage: groups are similar on the whole, one edge never chains them, and the order of edges does
not matter.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.grouping.average_linkage import SimilarityGraph, average_link

Edge = tuple[int, int, float]


def link(items: int, edges: list[Edge], threshold: float = 0.35, **more: object) -> list[int]:
    left, right = (np.array([edge[side] for edge in edges], dtype=np.int64) for side in (0, 1))
    value = np.array([edge[2] for edge in edges], dtype=np.float64)
    graph = SimilarityGraph(items, left, right, value)
    return [int(item) for item in average_link(graph, threshold, **more)]  # type: ignore[arg-type]


def test_pairs_above_the_threshold_join_and_others_stay_alone() -> None:
    assert link(4, [(0, 1, 0.9), (2, 3, 0.2)]) == [0, 0, 2, 3]


def test_one_bridge_between_two_groups_does_not_chain_them() -> None:
    ring = [(a, b, 0.9) for group in ((0, 1, 2), (3, 4, 5)) for a in group for b in group if a < b]
    assert link(6, [*ring, (2, 3, 0.85)]) == [0, 0, 0, 3, 3, 3]
    assert len(set(link(6, [*ring, (2, 3, 0.99)]))) > 1


@pytest.mark.parametrize("length", [3, 5, 9, 30])
def test_a_chain_of_similarities_never_becomes_one_group(length: int) -> None:
    chain = [(at, at + 1, 0.8) for at in range(length - 1)]
    sizes = np.bincount(link(length, chain))
    assert sizes.max() <= 3


def test_items_that_stand_for_many_are_weighed_by_their_size() -> None:
    sizes = np.array([4, 1], dtype=np.int64)
    assert link(2, [(0, 1, 0.9)], sizes=sizes) == [0, 1]
    assert link(2, [(0, 1, 3.6)], sizes=sizes) == [0, 0]


def test_items_that_must_stay_apart_do_even_through_others() -> None:
    edges = [(0, 1, 0.9), (1, 2, 0.9), (0, 2, 0.9)]
    group_of_item = link(3, edges, cannot_link=[(0, 2)])
    assert group_of_item[0] != group_of_item[2]


def test_fixed_items_never_join_one_another() -> None:
    edges = [(0, 2, 0.9), (1, 2, 0.8), (0, 1, 0.99)]
    assert link(3, edges, is_fixed=np.array([True, True, False])) == [0, 1, 0]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Edge], list[tuple[int, int]]]:
    items = draw(st.integers(2, 9))
    pairs = [(a, b) for a in range(items) for b in range(a + 1, items)]
    edges = draw(st.lists(st.tuples(st.sampled_from(pairs), st.floats(0.05, 1.0)), unique_by=lambda e: e[0]))
    cannot = draw(st.lists(st.sampled_from(pairs), max_size=4, unique=True))
    return items, [(a, b, round(value, 3)) for (a, b), value in edges], cannot


@settings(max_examples=300, deadline=None)
@given(graphs(), st.randoms())
def test_groups_are_similar_on_the_whole_whatever_the_order_of_edges(
    graph: tuple[int, list[Edge], list[tuple[int, int]]], random: object
) -> None:
    items, edges, cannot_link = graph
    group_of_item = link(items, edges, cannot_link=cannot_link)
    shuffled = list(edges)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert link(items, shuffled, cannot_link=cannot_link) == group_of_item
    assert all(group_of_item[a] != group_of_item[b] for a, b in cannot_link)
    value = {(a, b): v for a, b, v in edges}
    for group in set(group_of_item):
        members = [item for item in range(items) if group_of_item[item] == group]
        pairs = [(a, b) for a in members for b in members if a < b]
        if pairs:
            assert sum(value.get(pair, 0.0) for pair in pairs) / len(pairs) >= 0.35 - 1e-9
