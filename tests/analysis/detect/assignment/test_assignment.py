"""New issues are assigned by the index alone: the same patterns as a full grouping gives, history
untouched.
"""

import json

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.assignment.assignment import (
    PatternIndex,
    UnreadableIndexError,
    assign_issues,
)
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping, group_issues
from causeloop_pipeline.model.frames import MEMBER_SCHEMA, PATTERN_SCHEMA
from tests.support.failure_texts import facts, human_issues, issue_frame, machine_issues


def grouped(issues: pl.DataFrame) -> Grouping:
    return group_issues(issues, fingerprint_issues(issues))


def assigned(issues: pl.DataFrame, index: PatternIndex, constraints: pl.DataFrame | None = None) -> Grouping:
    return assign_issues(issues, fingerprint_issues(issues), index, constraints=constraints)


def mixed() -> pl.DataFrame:
    humans = human_issues().with_columns(issue_id="h" + pl.col("issue_id"))
    silent = issue_frame([{"source": "itsm", "service": "mail"} for _ in range(3)])
    return pl.concat([humans, machine_issues(), silent.with_columns(issue_id="s" + pl.col("issue_id"))])


def later(*rows: dict[str, object]) -> pl.DataFrame:
    return issue_frame(
        [{"source_created_at": machine_issues()["source_created_at"].max(), **row} for row in rows]
    ).with_columns(issue_id="n" + pl.col("issue_id"))


def test_an_index_survives_being_stored_byte_for_byte() -> None:
    data = grouped(mixed()).index.to_bytes()
    assert PatternIndex.from_bytes(data).to_bytes() == data
    with pytest.raises(UnreadableIndexError):
        PatternIndex.from_bytes(b"something else")


def test_a_new_message_joins_the_pattern_of_its_template() -> None:
    before = grouped(mixed())
    home = before.patterns.filter(pl.col("name").str.starts_with("Worker"))["pattern_id"][0]
    found = assigned(later({"title": "Worker 99 finished job 1 in 0.5 s", "source": "syslog"}), before.index)
    assert found.members["pattern_id"].to_list() == [home]
    assert found.patterns.select("pattern_id", "issue_count").rows() == [(home, 21)]
    assert found.members.schema == MEMBER_SCHEMA
    assert found.patterns.schema == PATTERN_SCHEMA


def test_a_message_that_joins_its_pattern_names_the_nearest_other_one_as_its_mates_do() -> None:
    refused = [{"title": f"Worker {at} refused job {at}", "source": "syslog"} for at in range(9)]
    before = grouped(pl.concat([machine_issues(), later(*refused)]))
    new = later({"title": "Worker 99 refused job 1", "source": "syslog"})
    found = assigned(new.with_columns(issue_id=pl.lit("z")), before.index)
    told = ["pattern_id", "nearest_pattern_id", "nearest_missing"]
    mates = before.members.filter(pl.col("pattern_id") == found.members["pattern_id"][0]).select(told)
    assert found.members.select(told).rows() == mates.unique().rows()
    assert found.members["nearest_missing"].null_count() == 0


def test_messages_that_found_a_pattern_name_the_nearest_one_there_is_and_what_differs() -> None:
    before = grouped(machine_issues())
    worker = before.patterns.filter(pl.col("name").str.starts_with("Worker"))["pattern_id"][0]
    new = {"title": "Worker 5 abandoned job 1 in haste", "source": "syslog"}
    found = assigned(later(new, new), before.index)
    assert found.members["nearest_pattern_id"].to_list() == [worker, worker]
    assert "abandoned" in found.members["nearest_missing"][0]
    again = assigned(later(new).with_columns(issue_id=pl.lit("z")), found.index)
    assert again.members["nearest_pattern_id"].to_list() == [worker]


def test_issues_that_the_index_holds_are_left_as_they_are() -> None:
    issues = mixed()
    first = assigned(later({"title": "quite another thing"}), grouped(issues).index)
    for index in (first.index, PatternIndex.from_bytes(first.index.to_bytes())):
        known = pl.concat([issues, later({"title": "quite another thing"})])
        assert assigned(known, index).members.height == 0
        assert index.holds(pl.Series(["ni0000", "hi0001", "unheard"])).to_list() == [True, True, False]


def test_what_was_learnt_of_the_sources_is_read_without_the_rest() -> None:
    index = grouped(mixed()).index
    stored = index.to_bytes()
    assert PatternIndex.book_of(stored) == index.book
    assert PatternIndex.reads(stored[:32])
    assert not PatternIndex.reads(b"causeloop pattern index 0\n")


def test_a_lone_newcomer_counts_its_component_as_the_history_does() -> None:
    issues = human_issues().with_columns(
        component=pl.when(pl.col("issue_id").is_in(["i0000", "i0001"]))
        .then(pl.lit("pay"))
        .otherwise(pl.lit("web"))
    )
    index = grouped(issues).index
    title = "Payment gateway slow"
    with_it = assigned(later({"title": title, "component": "pay"}), index)
    without = assigned(later({"title": title}), index)
    assert with_it.members["confidence"][0] > without.members["confidence"][0]


def test_a_new_report_joins_the_pattern_of_reports_like_it_and_says_why() -> None:
    before = grouped(mixed())
    home = dict(before.members.select("issue_id", "pattern_id").iter_rows())["hi0000"]
    found = assigned(later({"title": "Checkout times out because the payment gateway is slow"}), before.index)
    assert found.members["pattern_id"].to_list() == [home]
    reason = json.loads(found.members["reason"][0])
    assert reason["kind"] == "terms"
    assert {term["term"] for term in reason["terms"]} & {"gateway", "payment", "checkout", "slow"}


def test_the_first_mate_of_a_lonely_issue_makes_a_pattern_of_both() -> None:
    issues = mixed()
    before = grouped(issues)
    lonely = "hi0004"
    assert lonely not in set(before.members["issue_id"])
    title = issues.filter(pl.col("issue_id") == lonely)["title"][0]
    found = assigned(later({"title": title}), before.index)
    assert sorted(found.members["issue_id"]) == [lonely, "ni0000"]
    assert found.patterns["issue_count"].to_list() == [2]


def test_new_issues_that_are_like_one_another_found_a_pattern() -> None:
    rows = [{"title": "Printer queue of the third floor swallows jobs silently"}] * 2
    found = assigned(later(*rows), grouped(mixed()).index)
    assert found.patterns["issue_count"].to_list() == [2]


def test_silent_incidents_join_a_burst_that_is_still_going_on() -> None:
    before = grouped(mixed())
    home = before.patterns.filter(pl.col("kind") == "structured")["pattern_id"][0]
    row = {"source": "itsm", "service": "mail", "source_created_at": mixed()["source_created_at"].max()}
    assert assigned(later(row), before.index).members["pattern_id"].to_list() == [home]


def test_issues_that_are_known_already_are_left_as_they_are() -> None:
    before = grouped(mixed())
    found = assigned(mixed().head(5), before.index)
    assert (found.members.height, found.patterns.height) == (0, 0)
    assert found.index is before.index


def test_one_by_one_and_all_at_once_end_in_the_same_machine_patterns() -> None:
    issues = machine_issues(30)
    old, new = issues.head(60), issues.tail(30)
    at_once = assigned(new, grouped(old).index)
    index = grouped(old).index
    for row in range(new.height):
        index = assigned(new[row], index).index
    columns = ["pattern_id", "issue_count", "first_seen_at", "last_seen_at"]
    shown = index.groups.filter("shown").select(columns).sort("pattern_id")
    assert shown.equals(at_once.index.groups.filter("shown").select(columns).sort("pattern_id"))
    assert shown.equals(grouped(issues).patterns.select(columns))


def test_an_assigned_issue_keeps_its_pattern_in_the_next_full_grouping() -> None:
    issues = mixed()
    before = grouped(issues)
    new = later(
        {"title": "Payment gateway is slow and checkout times out"},
        {"title": "Disk /dev/sdz is at 3% of its capacity", "source": "syslog"},
    )
    delta = assigned(new, before.index)
    known = (
        pl.concat([before.members, delta.members])
        .select("issue_id", "pattern_id")
        .unique("issue_id", keep="last")
    )
    after = group_issues(
        pl.concat([issues, new]), fingerprint_issues(pl.concat([issues, new])), previous=known
    )
    pattern = dict(after.members.select("issue_id", "pattern_id").iter_rows())
    assert {issue: pattern[issue] for issue in known["issue_id"]} == dict(known.iter_rows())


def test_what_people_said_of_a_new_issue_is_obeyed() -> None:
    before = grouped(mixed())
    twin = {"title": "Worker 77 finished job 1 in 0.5 s", "source": "syslog"}
    workers = machine_issues().filter(pl.col("title").str.starts_with("Worker"))["issue_id"]
    out = facts(*(("cannot", "ni0000", other) for other in workers))
    assert assigned(later(twin), before.index, out).members.height == 0
    into = facts(("must", "ni0000", "hi0000"))
    home = dict(before.members.select("issue_id", "pattern_id").iter_rows())["hi0000"]
    assert assigned(later(twin), before.index, into).members["pattern_id"].to_list() == [home]


def test_a_new_event_like_one_that_was_taken_out_follows_it() -> None:
    issues = machine_issues()
    rest = issues.filter(pl.col("title").str.starts_with("Worker") & (pl.col("issue_id") != "i0001"))[
        "issue_id"
    ]
    said = facts(*(("cannot", "i0001", other) for other in rest))
    before = group_issues(issues, fingerprint_issues(issues), constraints=said)
    title = issues.filter(pl.col("issue_id") == "i0001")["title"][0]
    found = assigned(later({"title": title, "source": "syslog"}), before.index, said)
    assert sorted(found.members["issue_id"]) == ["i0001", "ni0000"]


def test_many_small_arrivals_leave_the_index_as_searchable_as_one_large_one() -> None:
    index = grouped(mixed()).index
    for at in range(12):
        title = f"Printer {'abcdefghijkl'[at]}{at} of the third floor swallows jobs silently"
        index = assigned(later({"title": title}).with_columns(issue_id=pl.lit(f"late{at}")), index).index
    assert len(index.segments) <= 9
    found = assigned(later({"title": "A printer on the third floor swallows jobs silently"}), index)
    assert found.members.filter(pl.col("issue_id") == "ni0000").height == 1
    assert PatternIndex.from_bytes(index.to_bytes()).groups.sort("group").equals(index.groups.sort("group"))
