"""User constraints never contradict one another: what would is refused with the chain that it contradicts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.grouping.constraints import (
    ContradictionError,
    UnknownConstraintError,
    build_closure,
    sort_constraints,
)
from tests.support.failure_texts import Constraint, build_constraints, drop_contradictions


def test_constraints_that_fit_say_who_must_be_apart_through_others() -> None:
    closure = build_closure(build_constraints(("must", "a", "b"), ("cannot", "b", "c"), ("cannot", "a", "c")))
    assert closure.find("b") == "a"
    assert closure.are_apart("a", "c")


def test_separating_what_was_linked_is_refused_with_the_links_between_both() -> None:
    links = [("must", "a", "b"), ("must", "b", "c"), ("must", "c", "d")]
    with pytest.raises(ContradictionError, match="a must be with b; b must be with c") as caught:
        build_closure(build_constraints(*links, ("cannot", "a", "c")))
    assert caught.value.chain == [("must", "a", "b"), ("must", "b", "c")]


def test_linking_what_was_separated_is_refused_with_the_links_that_join_the_separated_issues() -> None:
    earlier = [("must", "a", "b"), ("cannot", "b", "c"), ("must", "c", "d")]
    with pytest.raises(ContradictionError, match="b cannot be with c") as caught:
        build_closure(build_constraints(*earlier, ("must", "a", "d")))
    assert caught.value.chain == [("must", "a", "b"), ("must", "a", "d"), ("must", "c", "d")]


def test_an_issue_cannot_be_apart_from_itself() -> None:
    with pytest.raises(ContradictionError, match="a is a"):
        build_closure(build_constraints(("cannot", "a", "a")))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownConstraintError, match="'maybe'"):
        build_closure(build_constraints(("maybe", "a", "b")))


def test_constraints_are_listed_once_must_links_first() -> None:
    repeated = build_constraints(
        ("cannot", "a", "c"), ("must", "b", "c"), ("must", "a", "b"), ("must", "a", "b")
    )
    assert sort_constraints(repeated) == [("must", "a", "b"), ("must", "b", "c"), ("cannot", "a", "c")]
    assert sort_constraints(None) == []


ISSUES = st.sampled_from("abcdef")


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["must", "cannot"]), ISSUES, ISSUES), max_size=12))
def test_constraints_that_were_accepted_one_by_one_never_contradict_in_the_end(
    history: list[Constraint],
) -> None:
    accepted: list[Constraint] = []
    for constraint in history:
        together = build_constraints(*accepted, constraint)
        if drop_contradictions([*accepted, constraint]) == accepted:
            with pytest.raises(ContradictionError) as refused:
                build_closure(together)
            assert set(refused.value.chain) <= {*accepted, constraint}
        else:
            build_closure(together)
            accepted.append(constraint)

    closure = build_closure(build_constraints(*accepted))
    for kind, left, right in accepted:
        assert (closure.find(left) == closure.find(right)) == (kind == "must")
    reversed_closure = build_closure(build_constraints(*reversed(accepted)))
    assert {issue: reversed_closure.find(issue) for issue in reversed_closure.root} == {
        issue: closure.find(issue) for issue in closure.root
    }
