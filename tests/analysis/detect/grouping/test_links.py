"""What is sure enough is linked; what is less sure is a question to a person."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping, GroupingOptions, group_issues
from causeloop_pipeline.model.suggestion import SUGGESTION_SCHEMA
from tests.support.failure_texts import (
    REPORTS,
    Constraint,
    build_constraints,
    human_issues,
    issue_frame,
    machine_issues,
)

ONLY_PEOPLE = GroupingOptions(ai_auto_link=False)
RETOLD = "Checkout times out because the payment gateway is slow"


def group(
    issues: pl.DataFrame,
    options: GroupingOptions | None = None,
    *constraints: Constraint,
    previous: pl.DataFrame | None = None,
) -> Grouping:
    return group_issues(
        issues,
        fingerprint_issues(issues),
        options=options,
        constraints=build_constraints(*constraints) if constraints else None,
        previous=previous,
    )


def assign(
    rows: list[dict[str, object]], before: Grouping, options: GroupingOptions | None = None
) -> Grouping:
    new = issue_frame(rows).with_columns(issue_id="n" + pl.col("issue_id"))
    return assign_issues(
        new, fingerprint_issues(new, catalog=before.index.catalog), before.index, options=options
    )


def pairs_of(grouping: Grouping) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in grouping.suggestions.select("issue_id", "other_issue_id").iter_rows()}


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.9])
def test_nothing_is_linked_below_the_workspaces_threshold_and_what_is_not_is_suggested(
    threshold: float,
) -> None:
    issues = pl.concat([human_issues().with_columns(issue_id="h" + pl.col("issue_id")), machine_issues()])
    options = GroupingOptions(ai_confidence_threshold=threshold)
    grouping = group(issues, options)
    every = group(issues, GroupingOptions(ai_confidence_threshold=0.0))
    assert grouping.patterns.filter(pl.col("confidence") < threshold).is_empty()
    assert grouping.suggestions.schema == SUGGESTION_SCHEMA
    unlinked = every.members.join(grouping.members, on="issue_id", how="anti")
    suggested = set(grouping.suggestions["issue_id"]) | set(grouping.suggestions["other_issue_id"])
    assert set(unlinked["issue_id"]) <= suggested
    assert all(reason["text"] for reason in grouping.suggestions["reason"])


def test_linked_groups_and_suggestions_together_connect_what_may_have_one_cause() -> None:
    issues = human_issues([*REPORTS, RETOLD, *(f"{title} again" for title in REPORTS[:3])])
    linked = group(issues, GroupingOptions(ai_confidence_threshold=0.97))
    every = group(issues, GroupingOptions(ai_confidence_threshold=0.0))
    connected = {frozenset(ids) for ids in linked.members.group_by("pattern_id").agg("issue_id")["issue_id"]}
    connected |= pairs_of(linked)
    for (_,), members in every.members.group_by("pattern_id"):
        reached = {members["issue_id"][0]}
        for _ in range(members.height):
            reached |= {issue for part in connected if part & reached for issue in part}
        assert set(members["issue_id"]) <= reached


def test_incidents_that_only_share_a_place_and_time_are_a_question() -> None:
    incidents = [{"source": "itsm", "service": "mail"} for _ in range(3)]
    others = [{"source": "itsm", "service": f"service {at}"} for at in range(9)]
    grouping = group(issue_frame([*incidents, *others]))
    assert grouping.patterns.is_empty()
    assert pairs_of(grouping) == {frozenset({"i0000", "i0001"}), frozenset({"i0000", "i0002"})}
    assert grouping.suggestions["reason"][0]["kind"] == "dimensions"


def test_a_new_report_below_the_threshold_stays_alone_and_asks() -> None:
    before = group(human_issues())
    grouping = assign([{"title": RETOLD}], before, GroupingOptions(ai_confidence_threshold=0.999))
    assert grouping.members.is_empty()
    (suggestion,) = grouping.suggestions.rows(named=True)
    assert suggestion["issue_id"] == "ni0000"
    assert suggestion["other_issue_id"] in {"i0000", "i0001"}
    assert suggestion["confidence"] < 0.999
    assert suggestion["reason"]["kind"] == "terms"


def test_where_only_people_link_nothing_new_is_linked_and_what_was_linked_stays() -> None:
    issues = machine_issues()
    assert group(issues, ONLY_PEOPLE).patterns.is_empty()
    assert group(issues, ONLY_PEOPLE).suggestions.height
    linked = group(issues, ONLY_PEOPLE, ("must", "i0000", "i0003"))
    assert linked.members["issue_id"].to_list() == ["i0000", "i0003"]

    before = group(issues)
    row = issues.row(0, named=True)
    delta = assign([{"title": row["title"], "source": row["source"]}], before, ONLY_PEOPLE)
    assert delta.members.is_empty()
    assert delta.suggestions["issue_id"].to_list() == ["ni0000"]
    previous = before.members.select("issue_id", "pattern_id")
    again = group(issues, ONLY_PEOPLE, previous=previous)
    assert again.members.select("issue_id", "pattern_id").equals(previous)
    new = issues.head(1).with_columns(issue_id=pl.lit("later"))
    night = group(pl.concat([issues, new]), ONLY_PEOPLE, previous=previous)
    assert night.members.select("issue_id", "pattern_id").equals(previous)


def test_a_pattern_is_taken_apart_only_well_below_the_threshold() -> None:
    issues = machine_issues()
    strict = GroupingOptions(ai_confidence_threshold=0.995)
    before = group(issues).members.select("issue_id", "pattern_id")
    assert group(issues, strict).patterns.is_empty()
    assert group(issues, strict, previous=before).members.select("issue_id", "pattern_id").equals(before)


def test_people_who_link_what_was_suggested_make_a_pattern_of_it() -> None:
    strict = GroupingOptions(ai_confidence_threshold=0.97)
    issues = human_issues()
    suggested = group(issues, strict)
    later, earlier = suggested.suggestions.select("issue_id", "other_issue_id").row(0)
    answered = group(issues, strict, ("must", later, earlier))
    assert {later, earlier} <= set(answered.members["issue_id"])
    assert frozenset({later, earlier}) not in pairs_of(answered)
    refused = group(issues, strict, ("cannot", later, earlier))
    assert frozenset({later, earlier}) not in pairs_of(refused)
