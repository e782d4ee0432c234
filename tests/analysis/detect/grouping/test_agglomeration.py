"""Groups are merged from units, keep together while they hold, and are numbered by their first issue."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.grouping.agglomeration import (
    KEEP_SHARE,
    MIN_EDGE_PROBABILITY,
    Edges,
    group_atoms,
    sum_similarities,
)
from causeloop_pipeline.analysis.detect.grouping.atoms import Atoms
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_SIMILARITY, LINKED_SIMILARITY

Edge = tuple[int, int, float]
MERGE_THRESHOLD = 0.3
KEEP_THRESHOLD = KEEP_SHARE * MERGE_THRESHOLD


def single_atoms(count: int, units: list[int] | None = None) -> Atoms:
    """Texts, each an atom of its own."""
    rows = np.arange(count)
    unit_of_atom = rows if units is None else np.array(units)
    return Atoms(rows, unit_of_atom, rows, [f"text:{row}" for row in range(count)], [], {})


def edges_of(*edges: Edge) -> Edges:
    left, right = (np.array([edge[side] for edge in edges], dtype=np.int64) for side in (0, 1))
    value = np.array([edge[2] for edge in edges], dtype=np.float64)
    return Edges(left, right, value, value)


def group(count: int, *edges: Edge, previous: list[str | None] | None = None) -> list[int]:
    before = None if previous is None else pl.Series("pattern_id", previous, dtype=pl.String)
    grouped = group_atoms(single_atoms(count), edges_of(*edges), before, MERGE_THRESHOLD)
    return [int(number) for number in grouped.group_of_row]


def test_groups_are_numbered_in_the_order_of_their_first_issue() -> None:
    assert group(4, (1, 3, 0.9)) == [0, 1, 2, 1]


def test_similar_atoms_merge_from_the_threshold_on() -> None:
    assert group(2, (0, 1, MERGE_THRESHOLD)) == [0, 0]
    assert group(2, (0, 1, MERGE_THRESHOLD - 0.01)) == [0, 1]


def test_a_previous_group_stays_whole_between_the_thresholds_and_splits_below() -> None:
    between = (KEEP_THRESHOLD + MERGE_THRESHOLD) / 2
    assert group(2, (0, 1, between), previous=["p", "p"]) == [0, 0]
    assert group(2, (0, 1, between), previous=["p", "q"]) == [0, 1]
    assert group(2, (0, 1, KEEP_THRESHOLD - 0.01), previous=["p", "p"]) == [0, 1]


def test_a_previous_group_that_a_user_split_is_not_kept() -> None:
    atoms = single_atoms(2)
    apart = Atoms(atoms.atom_of_row, atoms.unit_of_atom, atoms.first_row, atoms.keys, [(0, 1)], {})
    grouped = group_atoms(apart, edges_of((0, 1, 0.9)), pl.Series(["p", "p"]), MERGE_THRESHOLD)
    assert grouped.group_of_row.tolist() == [0, 1]


def test_weak_edges_count_as_absent() -> None:
    weak = [(0, 1, MIN_EDGE_PROBABILITY / 2)] * 40
    assert group(2, *weak) == [0, 1]


def test_linked_atoms_are_one_group_whatever_their_similarity() -> None:
    grouped = group_atoms(single_atoms(3, units=[0, 1, 0]), Edges.none(), None, MERGE_THRESHOLD)
    assert grouped.group_of_row.tolist() == [0, 1, 0]
    assert grouped.first_row_of_group.tolist() == [0, 1]


def test_confidence_is_the_mean_similarity_over_all_pairs() -> None:
    edges = edges_of((0, 1, 0.9), (0, 2, 0.9), (1, 2, 0.6))
    grouped = group_atoms(single_atoms(3), edges, None, MERGE_THRESHOLD)
    sums = sum_similarities(grouped)
    assert sums.group_rows.tolist() == [3]
    assert sums.confidence == pytest.approx([0.8])
    assert sums.of_issue == pytest.approx([1.8, 1.5, 1.5])


def test_copies_and_linked_pairs_count_with_fixed_similarities() -> None:
    copies = Atoms(np.zeros(3, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), ["text:a"], [], {})
    of_copies = sum_similarities(group_atoms(copies, Edges.none(), None, MERGE_THRESHOLD))
    assert of_copies.confidence == pytest.approx([ATOM_SIMILARITY["text"]])
    units = single_atoms(2, units=[0, 0])
    linked = sum_similarities(group_atoms(units, edges_of((0, 1, 0.1)), None, MERGE_THRESHOLD))
    assert linked.confidence == pytest.approx([LINKED_SIMILARITY])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.floats(0.0, 1.0)), max_size=12))
def test_grouping_again_what_was_grouped_changes_nothing(raw_edges: list[Edge]) -> None:
    pairs = {(min(a, b), max(a, b)): value for a, b, value in raw_edges if a != b}
    edges = [(a, b, value) for (a, b), value in pairs.items()]
    first = group(7, *edges)
    assert group(7, *edges, previous=[f"p{number}" for number in first]) == first

    sums = sum_similarities(group_atoms(single_atoms(7), edges_of(*edges), None, MERGE_THRESHOLD))
    assert sums.group_rows.sum() == 7
    assert ((sums.confidence >= 0) & (sums.confidence <= 1)).all()


def test_copies_of_a_stack_trace_count_with_what_the_workspace_says_of_them() -> None:
    single = np.zeros(1, np.int64)
    copies = Atoms(np.zeros(3, np.int64), single, single, ["copy:a"], [], {}, copy_similarity=0.83)
    grouped = group_atoms(copies, Edges.none(), None, MERGE_THRESHOLD)
    assert sum_similarities(grouped).confidence == pytest.approx([0.83])
