"""People's facts never contradict one another: a new fact that would is refused with the chain that
contradicts it.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.grouping.constraints import (
    ContradictionError,
    UnknownConstraintError,
    check_constraint,
    constraint_closure,
)
from tests.support.failure_texts import facts


def fact(kind: str, left: str, right: str) -> dict[str, str]:
    return {"kind": kind, "left_issue_id": left, "right_issue_id": right}


def test_a_fact_that_fits_is_accepted() -> None:
    check_constraint(facts(("must", "a", "b"), ("cannot", "b", "c")), fact("cannot", "a", "c"))


def test_separating_what_was_linked_is_refused_with_the_links_between_both() -> None:
    known = facts(("must", "a", "b"), ("must", "b", "c"), ("must", "c", "d"))
    with pytest.raises(ContradictionError, match="a must be with b; b must be with c") as caught:
        check_constraint(known, fact("cannot", "a", "c"))
    assert caught.value.chain == [("must", "a", "b"), ("must", "b", "c")]


def test_linking_what_was_separated_is_refused_with_the_separation_in_the_chain() -> None:
    known = facts(("must", "a", "b"), ("cannot", "b", "c"), ("must", "c", "d"))
    with pytest.raises(ContradictionError) as caught:
        check_constraint(known, fact("must", "a", "d"))
    assert caught.value.chain == [("must", "a", "b"), ("cannot", "b", "c"), ("must", "c", "d")]


def test_an_issue_cannot_be_apart_from_itself() -> None:
    with pytest.raises(ContradictionError):
        check_constraint(facts(), fact("cannot", "a", "a"))


def test_a_kind_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownConstraintError):
        check_constraint(facts(), fact("maybe", "a", "b"))
    with pytest.raises(UnknownConstraintError):
        constraint_closure(facts(("maybe", "a", "b")))


ISSUES = st.sampled_from("abcdef")


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["must", "cannot"]), ISSUES, ISSUES), max_size=12))
def test_facts_that_were_checked_one_by_one_never_contradict_in_the_end(
    history: list[tuple[str, str, str]],
) -> None:
    kept: list[tuple[str, str, str]] = []
    chains: list[tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]] = []
    for row in history:
        try:
            check_constraint(facts(*kept), fact(*row))
        except ContradictionError as error:
            chains.append((list(kept), error.chain))
            continue
        kept.append(row)
    assert all(step in before for before, chain in chains for step in chain)
    closure = constraint_closure(facts(*kept))
    for kind, left, right in kept:
        assert (closure.find(left) == closure.find(right)) == (kind == "must")
    again = constraint_closure(facts(*reversed(kept)))
    assert {issue: again.find(issue) for issue in again.root} == {
        issue: closure.find(issue) for issue in closure.root
    }
