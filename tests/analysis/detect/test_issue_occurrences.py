"""Two occurrences make a pattern, also of one issue, in a full grouping and as they come."""

from datetime import timedelta

import polars as pl

from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.grouping_options import EVERY_GROUP
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping, group_issues
from causeloop_pipeline.analysis.detect.issue_occurrences import (
    find_recurring_issues,
    list_issue_occurrences,
)
from causeloop_pipeline.model.frames import ISSUE_OCCURRENCE_SCHEMA, MEMBER_SCHEMA, PATTERN_SCHEMA
from tests.support.failure_texts import START, human_issues, issue_frame, machine_issues

ALONE = "A goat ate the cable of the office in Bern"
HOUR = timedelta(hours=1)


def build_occurrences(*starts: tuple[str, int]) -> pl.DataFrame:
    """Occurrences of issues so many hours after the start, each of half an hour."""
    rows = [(issue, START + hours * HOUR, START + (hours + 0.5) * HOUR, 1) for issue, hours in starts]
    return pl.DataFrame(rows, schema=ISSUE_OCCURRENCE_SCHEMA, orient="row")


def lone_issue(issue_id: str = "alone") -> pl.DataFrame:
    return issue_frame([{"title": ALONE, "issue_id": issue_id}])


def group(issues: pl.DataFrame, occurrences: pl.DataFrame | None = None) -> Grouping:
    return group_issues(issues, fingerprint_issues(issues), occurrences=occurrences, options=EVERY_GROUP)


def assign(issues: pl.DataFrame, index: PatternIndex, occurrences: pl.DataFrame | None = None) -> Grouping:
    return assign_issues(
        issues, fingerprint_issues(issues), index, occurrences=occurrences, options=EVERY_GROUP
    )


def test_an_issue_of_which_nothing_else_is_known_occurred_once() -> None:
    issues = machine_issues(2)
    history = build_occurrences(("i0001", 1), ("i0001", 2), ("unknown", 3))

    listed = list_issue_occurrences(issues, history)

    assert sorted(listed["issue_id"]) == sorted([*issues["issue_id"], "i0001"])
    assert find_recurring_issues(listed).to_list() == ["i0001"]
    assert list_issue_occurrences(issues)["started_at"].equals(issues["source_created_at"])


def test_an_issue_that_recurred_is_a_pattern_by_itself() -> None:
    issues = pl.concat([human_issues(), lone_issue()])
    once = group(issues)
    twice = group(issues, build_occurrences(("alone", 0), ("alone", 30)))

    assert "alone" not in once.members["issue_id"].to_list()
    member = twice.members.filter(pl.col("issue_id") == "alone").row(0, named=True)
    pattern = twice.patterns.filter(pl.col("pattern_id") == member["pattern_id"]).row(0, named=True)
    assert (pattern["issue_count"], pattern["occurrence_count"]) == (1, 2)
    assert (pattern["first_seen_at"], pattern["last_seen_at"]) == (START, START + 30 * HOUR)
    assert pattern["mttr_seconds"] == 1_800
    assert 0.9 < member["confidence"] == pattern["confidence"] < 1
    assert member["reason"]["text"] == "The same issue occurred more than once"


def test_an_issue_that_the_index_knows_as_single_becomes_a_pattern_when_it_recurs() -> None:
    issues = pl.concat([human_issues(), lone_issue()])
    before = group(issues).index
    history = build_occurrences(("alone", 0), ("alone", 30))

    delta = assign(lone_issue(), before, history)

    full = group(issues, history)
    home = full.members.filter(pl.col("issue_id") == "alone")["pattern_id"]
    assert delta.members.schema == MEMBER_SCHEMA
    assert delta.patterns.schema == PATTERN_SCHEMA
    assert delta.members["pattern_id"].to_list() == home.to_list()
    is_it = pl.col("pattern_id").is_in(home.implode())
    assert delta.patterns.equals(full.patterns.filter(is_it))
    assert delta.members.equals(full.members.filter(is_it))
    again = assign(lone_issue(), PatternIndex.from_bytes(delta.index.to_bytes()), history)
    assert again.members.height == 0


def test_a_new_issue_that_has_already_recurred_is_a_pattern_at_once() -> None:
    before = group(human_issues()).index

    delta = assign(lone_issue(), before, build_occurrences(("alone", 0), ("alone", 30)))

    assert delta.members.select("issue_id", "similarity").rows() == [("alone", 1.0)]
    assert delta.patterns.select("issue_count", "occurrence_count").rows() == [(1, 2)]
    assert delta.patterns["confidence"].to_list() == delta.members["confidence"].to_list()


def test_a_companion_joins_the_pattern_of_an_issue_that_recurred_in_the_same_run() -> None:
    before = group(pl.concat([human_issues(), lone_issue()])).index
    companion = issue_frame([{"title": ALONE, "issue_id": "companion"}])

    delta = assign(
        pl.concat([lone_issue(), companion]), before, build_occurrences(("alone", 0), ("alone", 30))
    )

    assert sorted(delta.members["issue_id"]) == ["alone", "companion"]
    assert delta.members["pattern_id"].n_unique() == 1
    assert delta.patterns.select("issue_count", "occurrence_count").rows() == [(2, 3)]


def test_occurrences_in_another_order_give_the_same_bytes() -> None:
    issues = machine_issues(4)
    history = build_occurrences(*((issue, hours) for issue in issues["issue_id"] for hours in (0, 5, 9)))

    shuffled = history.sample(fraction=1, shuffle=True, seed=4)

    assert group(issues, history).index.to_bytes() == group(issues, shuffled).index.to_bytes()
