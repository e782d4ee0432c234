"""Whatever people link, unlink, merge, split and withdraw, in any order: nobody else moves."""

from dataclasses import dataclass, field

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.correction_plans import (
    CorrectionPlan,
    plan_link,
    plan_separation,
    plan_union,
)
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.constraints import Constraint, build_closure
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from tests.support.failure_texts import build_constraints, human_issues, issue_frame, machine_issues

CENTRAL = 4
NEAR_COPIES = [f"Checkout is slow for customers of shop {at % 3} again" for at in range(7)]
WORKSPACE = pl.concat(
    [
        machine_issues(6),
        issue_frame([{"title": title, "issue_id": f"n{at}"} for at, title in enumerate(NEAR_COPIES)]),
        issue_frame([{"title": "The export of orders hangs", "issue_id": f"c{at}"} for at in range(10)]),
        human_issues().with_columns(issue_id="h" + pl.col("issue_id")),
    ]
)
FINGERPRINTS = fingerprint_issues(WORKSPACE)
ISSUES = WORKSPACE["issue_id"].to_list()


@dataclass
class Workspace:
    """Issues, their patterns, and the corrections in force."""

    in_force: list[Constraint] = field(default_factory=list)
    members: pl.DataFrame | None = None

    def regroup(self) -> dict[str, str]:
        """The pattern of each issue, or the issue itself."""
        grouping = group_issues(
            WORKSPACE, FINGERPRINTS, constraints=build_constraints(*self.in_force), previous=self.members
        )
        self.members = grouping.members.select("issue_id", "pattern_id")
        return {issue: issue for issue in ISSUES} | dict(self.members.iter_rows())

    def apply(self, plan: CorrectionPlan) -> None:
        """Take the plan into force."""
        self.in_force = [row for row in self.in_force if row not in plan.replaced] + plan.added
        build_closure(build_constraints(*self.in_force))


def sets_of(pattern: dict[str, str], without: set[str]) -> set[frozenset[str]]:
    """Who is together with whom, some issues left out."""
    groups: dict[str, set[str]] = {}
    for issue, own in pattern.items():
        if issue not in without:
            groups.setdefault(own, set()).add(issue)
    return {frozenset(group) for group in groups.values()}


def peers(pattern: dict[str, str], issue: str) -> list[str]:
    """The other issues of its pattern."""
    return [other for other in ISSUES if other != issue and pattern[other] == pattern[issue]]


Step = tuple[str, str, str, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["link", "unlink", "unlink", "merge", "split", "withdraw"]),
        st.sampled_from(ISSUES),
        st.sampled_from(ISSUES),
        st.integers(2, 3),
    ),
    min_size=1,
    max_size=6,
)


def plan_step(
    workspace: Workspace, pattern: dict[str, str], step: Step
) -> tuple[CorrectionPlan, set[str]] | None:
    """The plan of a step and whom it concerns; None where the step makes no sense."""
    kind, issue, other, count = step
    own, others = peers(pattern, issue), peers(pattern, other)
    if kind == "unlink" and own:
        return plan_separation(workspace.in_force, [issue], own[:CENTRAL]), {issue}
    if kind == "split" and len(own) > count:
        leaving = [issue, *own[-count + 1 :]]
        return plan_separation(workspace.in_force, leaving, own[:CENTRAL][: len(own) - count + 1]), set(
            leaving
        )
    if pattern[issue] == pattern[other]:
        return None
    if kind == "link" and others:
        return plan_link(workspace.in_force, issue, own[:CENTRAL], [other, *others]), {issue}
    if kind == "merge" and own and others:
        pairs = [(issue, member) for member in [other, *others[:CENTRAL], *own[:CENTRAL]]]
        return plan_union(workspace.in_force, pairs, [[issue, *own], [other, *others]]), {
            issue,
            *own,
            other,
            *others,
        }
    return None


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_whatever_people_link_unlink_merge_split_and_withdraw_nobody_else_moves(steps: list[Step]) -> None:
    workspace = Workspace()
    pattern = workspace.regroup()
    earlier: list[tuple[list[Constraint], set[str], dict[str, str]]] = []
    for step in steps:
        before = pattern
        if step[0] == "withdraw":
            if not earlier:
                continue
            workspace.in_force, concerned, _ = earlier.pop()
        else:
            planned = plan_step(workspace, pattern, step)
            if planned is None:
                continue
            plan, concerned = planned
            earlier.append((workspace.in_force, concerned, pattern))
            workspace.apply(plan)
        pattern = workspace.regroup()
        assert sets_of(pattern, concerned) == sets_of(before, concerned), step
        if step[0] == "unlink":
            assert not set(peers(pattern, step[1])) & set(peers(before, step[1])), step
        if step[0] in ("link", "merge"):
            assert pattern[step[1]] == pattern[step[2]], step


def test_of_near_copies_that_are_unlinked_one_by_one_each_is_alone_and_a_link_brings_one_back() -> None:
    workspace = Workspace()
    first = before = workspace.regroup()
    for issue in ("c0", "c3", "i0000", "i0003"):
        plan, _ = plan_step(workspace, before, ("unlink", issue, issue, 2)) or (None, None)
        assert plan
        workspace.apply(plan)
        after = workspace.regroup()
        assert not set(peers(after, issue)) & set(peers(first, issue))
        assert sets_of(after, {issue}) == sets_of(before, {issue})
        before = after
    plan, _ = plan_step(workspace, before, ("link", "c0", "c1", 2)) or (None, None)
    assert plan
    workspace.apply(plan)
    after = workspace.regroup()
    assert after["c0"] == after["c1"]
    assert sets_of(after, {"c0"}) == sets_of(before, {"c0"})
