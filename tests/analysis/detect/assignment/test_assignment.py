"""New issues are assigned by the index alone, to the patterns that a full grouping gives."""

from collections.abc import Mapping
from datetime import timedelta

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.assignment.assignment import (
    PatternIndex,
    UnreadableIndexError,
    assign_issues,
)
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.grouping_options import EVERY_GROUP
from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping, group_issues
from causeloop_pipeline.model.frames import MEMBER_SCHEMA, PATTERN_SCHEMA
from tests.support.failure_texts import START, build_constraints, human_issues, issue_frame, machine_issues


def group(issues: pl.DataFrame) -> Grouping:
    return group_issues(issues, fingerprint_issues(issues), options=EVERY_GROUP)


def assign(issues: pl.DataFrame, index: PatternIndex, constraints: pl.DataFrame | None = None) -> Grouping:
    return assign_issues(
        issues, fingerprint_issues(issues), index, constraints=constraints, options=EVERY_GROUP
    )


def issues_of_all_kinds() -> pl.DataFrame:
    humans = human_issues().with_columns(issue_id="h" + pl.col("issue_id"))
    no_text = issue_frame([{"source": "itsm", "service": "mail"} for _ in range(3)])
    return pl.concat([humans, machine_issues(), no_text.with_columns(issue_id="s" + pl.col("issue_id"))])


def later(*rows: Mapping[str, object]) -> pl.DataFrame:
    return issue_frame(
        [{"source_created_at": machine_issues()["source_created_at"].max(), **row} for row in rows]
    ).with_columns(issue_id="n" + pl.col("issue_id"))


def test_an_index_survives_being_stored_byte_for_byte() -> None:
    data = group(issues_of_all_kinds()).index.to_bytes()
    assert PatternIndex.from_bytes(data).to_bytes() == data
    with pytest.raises(UnreadableIndexError):
        PatternIndex.from_bytes(b"something else")


def test_a_new_message_joins_the_pattern_of_its_template() -> None:
    before = group(issues_of_all_kinds())
    home = before.patterns.filter(pl.col("name").str.starts_with("Worker"))["pattern_id"][0]
    delta = assign(later({"title": "Worker 99 finished job 1 in 0.5 s", "source": "syslog"}), before.index)
    assert delta.members["pattern_id"].to_list() == [home]
    assert delta.patterns.select("pattern_id", "issue_count").rows() == [(home, 21)]
    assert delta.members.schema == MEMBER_SCHEMA
    assert delta.patterns.schema == PATTERN_SCHEMA


def test_a_message_that_joins_its_pattern_names_the_same_nearest_other_one_as_earlier_members() -> None:
    refused = [{"title": f"Worker {at} refused job {at}", "source": "syslog"} for at in range(9)]
    before = group(pl.concat([machine_issues(), later(*refused)]))
    new = later({"title": "Worker 99 refused job 1", "source": "syslog"})
    delta = assign(new.with_columns(issue_id=pl.lit("z")), before.index)
    columns = ["pattern_id", "nearest_pattern_id", "nearest_missing"]
    earlier = before.members.filter(pl.col("pattern_id") == delta.members["pattern_id"][0]).select(columns)
    assert delta.members.select(columns).rows() == earlier.unique().rows()
    assert delta.members["nearest_missing"].null_count() == 0


def test_messages_that_start_a_pattern_name_the_nearest_one_there_is_and_what_differs() -> None:
    before = group(machine_issues())
    worker = before.patterns.filter(pl.col("name").str.starts_with("Worker"))["pattern_id"][0]
    new = {"title": "Worker 5 abandoned job 1 in haste", "source": "syslog"}
    delta = assign(later(new, new), before.index)
    assert delta.members["nearest_pattern_id"].to_list() == [worker, worker]
    assert "abandoned" in delta.members["nearest_missing"][0]
    again = assign(later(new).with_columns(issue_id=pl.lit("z")), delta.index)
    assert again.members["nearest_pattern_id"].to_list() == [worker]


def test_issues_that_the_index_holds_are_left_as_they_are() -> None:
    issues = issues_of_all_kinds()
    first = assign(later({"title": "quite another thing"}), group(issues).index)
    for index in (first.index, PatternIndex.from_bytes(first.index.to_bytes())):
        both = pl.concat([issues, later({"title": "quite another thing"})])
        assert assign(both, index).members.height == 0
        assert index.contains(pl.Series(["ni0000", "hi0001", "unknown"])).to_list() == [True, True, False]


def test_what_was_learned_of_the_sources_is_read_without_the_rest() -> None:
    index = group(issues_of_all_kinds()).index
    stored = index.to_bytes()
    assert PatternIndex.read_catalog(stored) == index.catalog
    assert PatternIndex.is_current_format(stored[:32])
    assert not PatternIndex.is_current_format(b"causeloop pattern index 0\n")


def test_a_single_new_issue_counts_its_component_as_the_history_does() -> None:
    issues = human_issues().with_columns(
        component=pl.when(pl.col("issue_id").is_in(["i0000", "i0001"]))
        .then(pl.lit("pay"))
        .otherwise(pl.lit("web"))
    )
    index = group(issues).index
    title = "Checkout times out: payment gateway slow"
    with_it = assign(later({"title": title, "component": "pay"}), index)
    without = assign(later({"title": title}), index)
    assert with_it.members["confidence"][0] > without.members["confidence"][0]


def test_a_new_report_joins_the_pattern_of_reports_like_it_and_says_why() -> None:
    before = group(issues_of_all_kinds())
    home = dict(before.members.select("issue_id", "pattern_id").iter_rows())["hi0000"]
    delta = assign(later({"title": "Checkout times out because the payment gateway is slow"}), before.index)
    assert delta.members["pattern_id"].to_list() == [home]
    reason = delta.members["reason"][0]
    assert reason["kind"] == "terms"
    assert {term["term"] for term in reason["terms"]} & {"gateway", "payment", "checkout", "slow"}


def test_the_first_issue_like_a_single_one_makes_a_pattern_of_both() -> None:
    issues = issues_of_all_kinds()
    before = group(issues)
    single = "hi0004"
    assert single not in set(before.members["issue_id"])
    title = issues.filter(pl.col("issue_id") == single)["title"][0]
    delta = assign(later({"title": title}), before.index)
    assert sorted(delta.members["issue_id"]) == [single, "ni0000"]
    assert delta.patterns["issue_count"].to_list() == [2]


def test_new_issues_that_are_like_one_another_start_a_pattern() -> None:
    rows = [{"title": "Printer queue of the third floor swallows jobs silently"}] * 2
    delta = assign(later(*rows), group(issues_of_all_kinds()).index)
    assert delta.patterns["issue_count"].to_list() == [2]


def test_incidents_without_text_join_a_burst_that_is_still_going_on() -> None:
    before = group(issues_of_all_kinds())
    home = before.patterns.filter(pl.col("kind") == "structured")["pattern_id"][0]
    row = {
        "source": "itsm",
        "service": "mail",
        "source_created_at": issues_of_all_kinds()["source_created_at"].max(),
    }
    assert assign(later(row), before.index).members["pattern_id"].to_list() == [home]


def test_a_new_burst_is_as_sure_as_bursts_of_its_workspace_usually_are() -> None:
    busy = [
        {"source": "itsm", "service": place, "source_created_at": START + timedelta(days=day)}
        for place in ("db", "web", "mail", "cart")
        for day in (*range(0, 200, 40), *(300 + number / 9 for number in range(30)))
    ]
    before = group(issue_frame(busy))
    usual = before.patterns["confidence"].median()
    rows = [{"source": "itsm", "service": "desk", "source_created_at": START + timedelta(days=400)}] * 2

    assert assign(later(*rows), before.index).patterns["confidence"].to_list() == [pytest.approx(usual)]
    assert usual is not None
    assert usual < 0.3


def test_issues_that_were_grouped_before_are_left_as_they_are() -> None:
    before = group(issues_of_all_kinds())
    delta = assign(issues_of_all_kinds().head(5), before.index)
    assert (delta.members.height, delta.patterns.height) == (0, 0)
    assert delta.index is before.index


def test_one_by_one_and_all_at_once_end_in_the_same_machine_patterns() -> None:
    issues = machine_issues(30)
    old, new = issues.head(60), issues.tail(30)
    at_once = assign(new, group(old).index)
    index = group(old).index
    for row in range(new.height):
        index = assign(new[row], index).index
    columns = ["pattern_id", "issue_count", "first_seen_at", "last_seen_at"]
    patterns = index.groups.filter("is_pattern").select(columns).sort("pattern_id")
    assert patterns.equals(at_once.index.groups.filter("is_pattern").select(columns).sort("pattern_id"))
    assert patterns.equals(group(issues).patterns.select(columns))


def test_an_assigned_issue_keeps_its_pattern_in_the_next_full_grouping() -> None:
    issues = issues_of_all_kinds()
    before = group(issues)
    new = later(
        {"title": "Payment gateway is slow and checkout times out"},
        {"title": "Disk /dev/sdz is at 3% of its capacity", "source": "syslog"},
    )
    delta = assign(new, before.index)
    memberships = (
        pl.concat([before.members, delta.members])
        .select("issue_id", "pattern_id")
        .unique("issue_id", keep="last")
    )
    after = group_issues(
        pl.concat([issues, new]),
        fingerprint_issues(pl.concat([issues, new])),
        previous=memberships,
        options=EVERY_GROUP,
    )
    pattern = dict(after.members.select("issue_id", "pattern_id").iter_rows())
    assert {issue: pattern[issue] for issue in memberships["issue_id"]} == dict(memberships.iter_rows())


def test_user_constraints_on_a_new_issue_are_respected() -> None:
    before = group(issues_of_all_kinds())
    twin = {"title": "Worker 77 finished job 1 in 0.5 s", "source": "syslog"}
    workers = machine_issues().filter(pl.col("title").str.starts_with("Worker"))["issue_id"]
    out = build_constraints(*(("cannot", "ni0000", other) for other in workers))
    assert assign(later(twin), before.index, out).members.height == 0
    into = build_constraints(("must", "ni0000", "hi0000"))
    home = dict(before.members.select("issue_id", "pattern_id").iter_rows())["hi0000"]
    assert assign(later(twin), before.index, into).members["pattern_id"].to_list() == [home]


def test_a_new_event_like_one_that_was_taken_out_stays_with_the_others() -> None:
    issues = machine_issues()
    rest = issues.filter(pl.col("title").str.starts_with("Worker") & (pl.col("issue_id") != "i0001"))[
        "issue_id"
    ]
    constraints = build_constraints(*(("cannot", "i0001", other) for other in rest))
    before = group_issues(issues, fingerprint_issues(issues), constraints=constraints)
    title = issues.filter(pl.col("issue_id") == "i0001")["title"][0]
    delta = assign(later({"title": title, "source": "syslog"}), before.index, constraints)
    pattern_of_issue = dict(before.members.select("issue_id", "pattern_id").iter_rows())
    assert delta.members["issue_id"].to_list() == ["ni0000"]
    assert delta.members["pattern_id"].to_list() == [pattern_of_issue[rest[0]]]


def test_of_a_stored_index_only_the_parts_that_new_issues_change_are_written_again() -> None:
    stored = group(issues_of_all_kinds()).index.to_parts()
    index = PatternIndex.from_parts(stored)
    assert all(part is before for part, before in zip(index.to_parts()[3:], stored[3:], strict=True))
    written = assign(later({"title": "Zebra xylophone quarantine"}), index).index.to_parts()
    changed = [place for place, part in enumerate(written[: len(stored)]) if part != stored[place]]
    assert len(changed) <= 5  # the first part, and later terms, members, groups and traits
    assert sum(len(written[place]) for place in changed[1:]) < sum(map(len, stored)) / 2
    assert written[3] is stored[3]  # the terms of the grouping


def test_many_small_additions_leave_the_index_as_searchable_as_one_large_one() -> None:
    index = group(issues_of_all_kinds()).index
    for at in range(12):
        title = f"Printer {'abcdefghijkl'[at]}{at} of the third floor swallows jobs silently"
        index = assign(later({"title": title}).with_columns(issue_id=pl.lit(f"late{at}")), index).index
    assert len(index.segments) <= 9
    delta = assign(later({"title": "A printer on the third floor swallows jobs silently"}), index)
    assert delta.members.filter(pl.col("issue_id") == "ni0000").height == 1
    assert PatternIndex.from_bytes(index.to_bytes()).groups.sort("group").equals(index.groups.sort("group"))
