"""Thousands of random histories of events and corrections: no fact is ever broken, and the end state has no
memory of order.
"""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.agglomeration import Edges, assemble
from causeloop_pipeline.analysis.detect.grouping.atoms import Anchor, form_cells, nearest_anchor
from causeloop_pipeline.analysis.detect.grouping.constraints import ContradictionError, check_constraint
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from tests.support.failure_texts import facts, human_issues, issue_frame, machine_issues

Fact = tuple[str, str, str]
ISSUES = 9


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[int], list[Fact], list[tuple[int, int, float]]]:
    """Events of a few atoms, corrections that fit the ones before, likeness between atoms."""
    atoms = draw(st.lists(st.integers(0, 3), min_size=ISSUES, max_size=ISSUES))
    wanted = draw(
        st.lists(
            st.tuples(st.sampled_from(["must", "cannot"]), *[st.integers(0, ISSUES - 1)] * 2), max_size=8
        )
    )
    kept: list[Fact] = []
    for kind, a, b in wanted:
        row = (kind, f"i{a:04d}", f"i{b:04d}")
        try:
            check_constraint(
                facts(*kept), dict(zip(("kind", "left_issue_id", "right_issue_id"), row, strict=True))
            )
        except ContradictionError:
            continue
        kept.append(row)
    edges = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(0.1, 1.0)), max_size=6))
    return atoms, kept, [(min(a, b), max(a, b), round(v, 3)) for a, b, v in edges if a != b]


def end_state(atoms: list[int], said: list[Fact], edges: list[tuple[int, int, float]]) -> dict[str, int]:
    table = canonical_issues(issue_frame([{"title": f"event of kind {atom}"} for atom in atoms]))
    cells = form_cells(table, pl.Series("atom_key", [f"text:{atom}" for atom in atoms]), facts(*said))
    pairs = [
        (x, y, value)
        for a, b, value in {(a, b): (a, b, v) for a, b, v in edges}.values()
        for x in range(len(cells.key))
        for y in range(len(cells.key))
        if cells.key[x] == f"text:{a}" and cells.key[y] == f"text:{b}"
    ]
    left, right = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    value = np.array([pair[2] for pair in pairs], dtype=np.float64)
    group = assemble(cells, Edges(left, right, value, value, value), None).group_of_row
    return dict(zip(table["issue_id"], group.tolist(), strict=True))


@settings(max_examples=1_000, deadline=None)
@given(histories(), st.randoms())
def test_no_history_of_corrections_ends_with_a_broken_fact_or_depends_on_its_order(
    history: tuple[list[int], list[Fact], list[tuple[int, int, float]]], random: object
) -> None:
    atoms, said, edges = history
    found = end_state(atoms, said, edges)
    for kind, left, right in said:
        assert (found[left] == found[right]) == (kind == "must")
    shuffled = list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert end_state(atoms, shuffled, edges) == found


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["must", "cannot"]), *[st.integers(0, 13)] * 2), max_size=6),
    st.integers(0, 9),
)
def test_corrections_are_obeyed_in_every_recompute_threshold_and_mix_of_kinds(
    wanted: list[tuple[str, int, int]], seed: int
) -> None:
    issues = pl.concat([human_issues().with_columns(issue_id="h" + pl.col("issue_id")), machine_issues(12)])
    ids = issues["issue_id"].to_list()
    kept: list[Fact] = []
    for kind, a, b in wanted:
        row = (kind, ids[a], ids[b])
        try:
            check_constraint(
                facts(*kept), dict(zip(("kind", "left_issue_id", "right_issue_id"), row, strict=True))
            )
        except ContradictionError:
            continue
        kept.append(row)
    found = group_issues(issues, fingerprint_issues(issues), constraints=facts(*kept))
    shuffled = issues.sample(fraction=1.0, shuffle=True, seed=seed)
    previous = found.members.select("issue_id", "pattern_id")
    again = group_issues(shuffled, fingerprint_issues(issues), constraints=facts(*kept), previous=previous)
    assert again.members.equals(found.members)
    pattern = dict(previous.iter_rows())
    for kind, left, right in kept:
        together = pattern.get(left, left) == pattern.get(right, right)
        assert together == (kind == "must")


def test_contradicting_facts_are_refused_with_their_chain() -> None:
    issues = human_issues()
    said = facts(("must", "i0000", "i0001"), ("must", "i0001", "i0002"), ("cannot", "i0000", "i0002"))
    with pytest.raises(ContradictionError, match="i0000 must be with i0001"):
        group_issues(issues, fingerprint_issues(issues), constraints=said)


def test_an_issue_nobody_spoke_of_follows_the_one_it_resembles_most_and_in_a_tie_the_one_that_stayed() -> (
    None
):
    taken, stayed = Anchor("k", "job 7 failed on blue", 0, 0), Anchor("k", "job 9 failed on red", 1, 1)
    assert nearest_anchor("job 8 failed on blue", [taken, stayed]) == 0
    assert nearest_anchor("job 8 failed on green", [taken, stayed]) == 1
