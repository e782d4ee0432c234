"""Average link: groups are alike on the whole, a bridge never chains, and the order of edges does not
matter.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.grouping.average_linkage import average_link

Edge = tuple[int, int, float]


def grouped(items: int, edges: list[Edge], threshold: float = 0.35, **more: object) -> list[int]:
    left, right = (np.array([edge[side] for edge in edges], dtype=np.int64) for side in (0, 1))
    value = np.array([edge[2] for edge in edges], dtype=np.float64)
    return average_link(items, left, right, value, threshold, **more).tolist()  # type: ignore[arg-type]


def test_pairs_above_the_threshold_join_and_others_stay_alone() -> None:
    assert grouped(4, [(0, 1, 0.9), (2, 3, 0.2)]) == [0, 0, 2, 3]


def test_one_bridge_between_two_groups_does_not_chain_them() -> None:
    ring = [(a, b, 0.9) for group in ((0, 1, 2), (3, 4, 5)) for a in group for b in group if a < b]
    assert grouped(6, [*ring, (2, 3, 0.85)]) == [0, 0, 0, 3, 3, 3]
    assert len(set(grouped(6, [*ring, (2, 3, 0.99)]))) > 1


@pytest.mark.parametrize("length", [3, 5, 9, 30])
def test_a_chain_of_likenesses_never_becomes_one_group(length: int) -> None:
    chain = [(at, at + 1, 0.8) for at in range(length - 1)]
    sizes = np.bincount(grouped(length, chain))
    assert sizes.max() <= 3


def test_items_that_stand_for_many_are_weighed_by_their_size() -> None:
    sizes = np.array([4, 1], dtype=np.int64)
    assert grouped(2, [(0, 1, 0.9)], sizes=sizes) == [0, 1]
    assert grouped(2, [(0, 1, 3.6)], sizes=sizes) == [0, 0]


def test_items_that_must_stay_apart_do_even_through_others() -> None:
    edges = [(0, 1, 0.9), (1, 2, 0.9), (0, 2, 0.9)]
    found = grouped(3, edges, cannot=[(0, 2)])
    assert found[0] != found[2]


def test_settled_items_never_join_one_another() -> None:
    edges = [(0, 2, 0.9), (1, 2, 0.8), (0, 1, 0.99)]
    assert grouped(3, edges, settled=np.array([True, True, False])) == [0, 1, 0]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Edge], list[tuple[int, int]]]:
    items = draw(st.integers(2, 9))
    pairs = [(a, b) for a in range(items) for b in range(a + 1, items)]
    edges = draw(st.lists(st.tuples(st.sampled_from(pairs), st.floats(0.05, 1.0)), unique_by=lambda e: e[0]))
    cannot = draw(st.lists(st.sampled_from(pairs), max_size=4, unique=True))
    return items, [(a, b, round(value, 3)) for (a, b), value in edges], cannot


@settings(max_examples=300, deadline=None)
@given(graphs(), st.randoms())
def test_groups_are_alike_on_the_whole_whatever_the_order_of_edges(
    graph: tuple[int, list[Edge], list[tuple[int, int]]], random: object
) -> None:
    items, edges, cannot = graph
    found = grouped(items, edges, cannot=cannot)
    shuffled = list(edges)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert grouped(items, shuffled, cannot=cannot) == found
    assert all(found[a] != found[b] for a, b in cannot)
    value = {(a, b): v for a, b, v in edges}
    for group in set(found):
        members = [item for item in range(items) if found[item] == group]
        pairs = [(a, b) for a in members for b in members if a < b]
        if pairs:
            assert sum(value.get(pair, 0.0) for pair in pairs) / len(pairs) >= 0.35 - 1e-9
