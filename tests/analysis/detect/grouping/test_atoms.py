"""Atoms and merge units respect every user constraint, whatever the order in which users made them."""

from functools import cache
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.agglomeration import Edges, group_atoms
from causeloop_pipeline.analysis.detect.grouping.atoms import (
    MIN_COPIES_OF_ONE_TEXT,
    Atoms,
    SplitReference,
    build_atom_keys,
    find_nearest_split_reference,
    form_atoms,
)
from causeloop_pipeline.analysis.detect.grouping.constraints import ContradictionError
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues, join_fingerprints
from tests.support.failure_texts import (
    Constraint,
    build_constraints,
    drop_contradictions,
    human_issues,
    issue_frame,
    machine_issues,
)
from tests.support.one_off_titles import ONE_OFF

KeyEdge = tuple[int, int, float]
History = tuple[list[int], list[Constraint], list[KeyEdge]]
ISSUES = 9


def form(keys: list[str], *constraints: Constraint, titles: list[str] | None = None) -> Atoms:
    """Atoms of issues i0000, i0001, … that have these keys."""
    table = canonical_issues(issue_frame([{"title": title} for title in titles or keys]))
    return form_atoms(table, pl.Series("atom_key", keys), build_constraints(*constraints))


def read_atom_keys(issues: pl.DataFrame) -> list[str]:
    return build_atom_keys(join_fingerprints(canonical_issues(issues), fingerprint_issues(issues))).to_list()


def test_copies_of_a_few_words_are_one_atom_but_never_shown_as_sure() -> None:
    report = "The nightly export of invoices stops half way with a lock timeout"
    issues = human_issues(
        [*["dead issue"] * MIN_COPIES_OF_ONE_TEXT, *[report] * MIN_COPIES_OF_ONE_TEXT, *ONE_OFF]
    )
    keys = read_atom_keys(issues)
    assert sorted(key.partition(":")[0] for key in dict.fromkeys(keys))[:2] == ["phrase", "template"]
    patterns = group_issues(issues, fingerprint_issues(issues)).patterns
    confidence = dict(patterns.select("name", "confidence").iter_rows())
    assert confidence["dead issue"] < 0.8 < confidence[report]


def test_without_constraints_each_key_is_an_atom_and_each_atom_a_unit() -> None:
    atoms = form(["text:a", "text:b", "text:a"])
    assert atoms.keys == ["text:a", "text:b"]
    assert atoms.atom_of_row.tolist() == [0, 1, 0]
    assert atoms.unit_of_atom.tolist() == [0, 1]
    assert atoms.first_row.tolist() == [0, 1]
    assert (atoms.unit_count, atoms.cannot_link, atoms.linked_to) == (2, [], {})


def test_linked_issues_bring_the_atoms_of_both_into_one_unit() -> None:
    atoms = form(["text:a", "text:b", "text:a", "text:c"], ("must", "i0000", "i0001"))
    assert atoms.unit_of_atom.tolist() == [0, 0, 1]
    assert atoms.linked_to == {0: "i0001", 1: "i0000"}


def test_separated_issues_of_one_key_become_atoms_of_units_that_stay_apart() -> None:
    atoms = form(["text:a"] * 3, ("cannot", "i0000", "i0001"))
    assert atoms.keys == ["text:a", "text:a"]
    assert atoms.cannot_link == [(0, 1)]
    assert [(reference.row, reference.stays) for reference in atoms.split_references] == [(1, 1)]


@pytest.mark.parametrize(("taken_out", "stayed"), [("i0000", "i0001"), ("i0001", "i0000")])
def test_who_is_taken_out_leaves_alone_however_like_it_the_others_are(taken_out: str, stayed: str) -> None:
    titles = ["job 7 failed on red", "job 7 failed on red", "job 8 failed on blue"]
    titles[int(taken_out[-1])] = "job 7 failed on blue"
    atoms = form(["template:x"] * 3, ("cannot", taken_out, stayed), titles=titles)
    alone, others = int(taken_out[-1]), {0, 1, 2} - {int(taken_out[-1])}
    assert len({int(atoms.atom_of_row[row]) for row in others}) == 1
    assert all(atoms.atom_of_row[row] != atoms.atom_of_row[alone] for row in others)


def test_keys_say_what_the_issues_of_an_atom_have_in_common() -> None:
    keys = read_atom_keys(machine_issues())
    assert {key.partition(":")[0] for key in keys} == {"template"}
    assert len(set(keys)) == 3

    no_text = issue_frame([{"source": "desk", "service": "mail"} for _ in range(2)])
    assert read_atom_keys(no_text) == ["burst:i0000", "burst:i0000"]


@pytest.mark.parametrize("fewer", [0, 1])
def test_many_copies_of_one_text_are_one_atom_and_a_few_are_not(fewer: int) -> None:
    copies = MIN_COPIES_OF_ONE_TEXT - fewer
    table = canonical_issues(human_issues(["Checkout is slow"] * copies)).with_columns(
        pl.lit("human").alias("kind"),
        *(pl.lit(None, pl.String).alias(name) for name in ("trace_key", "error_key")),
        template_key=pl.lit(""),
    )
    assert build_atom_keys(table).n_unique() == (copies if fewer else 1)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Keys of issues, corrections that fit the ones before, and the similarity between keys."""
    keys = draw(st.lists(st.integers(0, 3), min_size=ISSUES, max_size=ISSUES))
    issue = st.integers(0, ISSUES - 1).map(lambda row: f"i{row:04d}")
    wanted = draw(st.lists(st.tuples(st.sampled_from(["must", "cannot"]), issue, issue), max_size=8))
    edges = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(0.1, 1.0)), max_size=6))
    between = [(min(a, b), max(a, b), round(value, 3)) for a, b, value in edges if a != b]
    return keys, drop_contradictions(wanted), between


@cache
def canonical_events(keys: tuple[int, ...]) -> pl.DataFrame:
    """The canonical table of issues of these kinds; every order of a history groups the same one."""
    return canonical_issues(issue_frame([{"title": f"event of kind {key}"} for key in keys]))


def group_by_history(keys: list[int], constraints: list[Constraint], edges: list[KeyEdge]) -> dict[str, int]:
    """The group of each issue in the end."""
    table = canonical_events(tuple(keys))
    atom_keys = pl.Series("atom_key", [f"text:{key}" for key in keys])
    atoms = form_atoms(table, atom_keys, build_constraints(*constraints))
    pairs = [
        (left, right, value)
        for a, b, value in {(a, b): (a, b, value) for a, b, value in edges}.values()
        for left in range(len(atoms.keys))
        for right in range(len(atoms.keys))
        if atoms.keys[left] == f"text:{a}" and atoms.keys[right] == f"text:{b}"
    ]
    left, right = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    value = np.array([pair[2] for pair in pairs], dtype=np.float64)
    grouped = group_atoms(atoms, Edges(left, right, value, value), None, 0.3)
    return dict(zip(table["issue_id"], grouped.group_of_row.tolist(), strict=True))


@settings(max_examples=1_000, deadline=None)
@given(histories(), st.randoms())
def test_no_history_of_corrections_ends_with_a_broken_constraint_or_depends_on_its_order(
    history: History, random: Random
) -> None:
    keys, constraints, edges = history
    group_of_issue = group_by_history(keys, constraints, edges)
    for kind, left, right in constraints:
        assert (group_of_issue[left] == group_of_issue[right]) == (kind == "must")
    shuffled = list(constraints)
    random.shuffle(shuffled)
    assert group_by_history(keys, shuffled, edges) == group_of_issue


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["must", "cannot"]), *[st.integers(0, 13)] * 2), max_size=6),
    st.integers(0, 9),
)
def test_corrections_are_respected_in_every_recompute_threshold_and_mix_of_kinds(
    wanted: list[tuple[str, int, int]], seed: int
) -> None:
    issues = pl.concat([human_issues().with_columns(issue_id="h" + pl.col("issue_id")), machine_issues(12)])
    ids = issues["issue_id"].to_list()
    accepted = drop_contradictions([(kind, ids[a], ids[b]) for kind, a, b in wanted])
    constraints = build_constraints(*accepted)
    first = group_issues(issues, fingerprint_issues(issues), constraints=constraints)
    shuffled = issues.sample(fraction=1.0, shuffle=True, seed=seed)
    previous = first.members.select("issue_id", "pattern_id")
    again = group_issues(shuffled, fingerprint_issues(issues), constraints=constraints, previous=previous)
    assert again.members.equals(first.members)
    pattern = dict(previous.iter_rows())
    for kind, left, right in accepted:
        together = pattern.get(left, left) == pattern.get(right, right)
        assert together == (kind == "must")


def test_contradicting_constraints_are_refused_with_their_chain() -> None:
    issues = human_issues()
    constraints = build_constraints(
        ("must", "i0000", "i0001"), ("must", "i0001", "i0002"), ("cannot", "i0000", "i0002")
    )
    with pytest.raises(ContradictionError, match="i0000 must be with i0001"):
        group_issues(issues, fingerprint_issues(issues), constraints=constraints)


def test_an_uncorrected_issue_follows_the_reference_most_like_it_and_in_a_tie_the_one_that_stayed() -> None:
    taken_out = SplitReference("k", "job 7 failed on blue", 0, 0)
    stayed = SplitReference("k", "job 9 failed on red", 1, 1)
    assert find_nearest_split_reference("job 8 failed on blue", [taken_out, stayed]) == 0
    assert find_nearest_split_reference("job 8 failed on green", [taken_out, stayed]) == 1
