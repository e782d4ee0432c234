"""Copies of a title are evidence: likely ones join, and what is added leaves other patterns in peace."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.grouping_options import EVERY_GROUP
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping, group_issues
from tests.support.failure_texts import REPORTS, issue_frame

CHARGING: list[dict[str, object]] = [
    {"title": f"KeyError: Charging card failed for order {number}", "service": "checkout"}
    for number in (1007, 1008, 1009)
]
LOCKS: list[dict[str, object]] = [
    {
        "title": f"Lock wait timeout exceeded; try restarting transaction (order {number})",
        "service": "nightly-export",
    }
    for number in (81, 97)
]
DOWN: list[dict[str, object]] = [
    {"title": f"InstanceDown: Instance 127.0.0.1:{port} down", "service": "checkout-api"}
    for port in (19091, 19092)
]
TYPO: dict[str, object] = {"title": "Typo on imprint page", "service": "web"}


def group(rows: list[dict[str, object]]) -> Grouping:
    issues = issue_frame(rows)
    return group_issues(issues, fingerprint_issues(issues), options=EVERY_GROUP)


def read_groups(grouping: Grouping) -> set[frozenset[str]]:
    members = grouping.members.group_by("pattern_id").agg("issue_id")
    return {frozenset(issues) for issues in members["issue_id"].to_list()}


def test_one_more_unrelated_row_takes_no_pattern_away() -> None:
    assert read_groups(group([*CHARGING, *LOCKS, *DOWN])) == read_groups(
        group([*CHARGING, *LOCKS, *DOWN, TYPO])
    )
    assert len(read_groups(group([*CHARGING, *LOCKS, *DOWN, TYPO]))) == 3


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(REPORTS), max_size=12, unique=True))
def test_reports_of_people_in_the_same_source_leave_a_machines_patterns_as_they_are(added: list[str]) -> None:
    machine = [*CHARGING, *LOCKS]
    of_machine = {f"i{at:04d}" for at in range(len(machine))}
    reports: list[dict[str, object]] = [{"title": title} for title in added]
    groups = read_groups(group([*machine, *reports]))
    assert {group & of_machine for group in groups if group & of_machine} == read_groups(group(machine))


def test_a_second_copy_of_a_telling_title_joins_the_first_at_once() -> None:
    reports: list[dict[str, object]] = [{"title": title} for title in REPORTS]
    before = PatternIndex.from_bytes(group([*CHARGING[:1], *reports]).index.to_bytes())
    new = issue_frame(CHARGING[1:2]).with_columns(issue_id=pl.lit("new"))
    grouping = assign_issues(
        new, fingerprint_issues(new, catalog=before.catalog), before, options=EVERY_GROUP
    )
    assert read_groups(grouping) == {frozenset({"i0000", "new"})}
    assert 0.5 <= grouping.patterns["confidence"].to_list()[0] < 1


def test_titles_that_say_hardly_anything_are_shown_as_unsure() -> None:
    rows: list[dict[str, object]] = [
        {"title": f"Incident with {name}", "service": name}
        for name in ("Codespaces", "Actions", "Packages", "Pages", "Copilot", "Issues", "Webhooks")
    ]
    patterns = group([row for row in rows for _ in range(3)]).patterns
    assert patterns["confidence"].max() <= 0.75
