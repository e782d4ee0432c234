"""The member rows of new issues say how similar, how sure and why, and name the nearest other pattern."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.assignment.new_member_rows import find_nearest_messages
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.grouping_options import EVERY_GROUP
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping, group_issues
from causeloop_pipeline.model.frames import MEMBER_SCHEMA
from tests.support.failure_texts import (
    Constraint,
    build_constraints,
    human_issues,
    issue_frame,
    machine_issues,
)


@pytest.fixture(scope="module")
def index() -> PatternIndex:
    no_text = issue_frame([{"source": "itsm", "service": "mail"}] * 3)
    issues = pl.concat(
        [
            machine_issues(),
            human_issues().with_columns(issue_id="h" + pl.col("issue_id")),
            no_text.with_columns(issue_id="s" + pl.col("issue_id")),
        ]
    )
    return group_issues(issues, fingerprint_issues(issues), options=EVERY_GROUP).index


def assign(index: PatternIndex, row: dict[str, object], *constraints: Constraint) -> Grouping:
    created = machine_issues()["source_created_at"][2]
    new = issue_frame([{"source_created_at": created, **row}]).with_columns(issue_id=pl.lit("new"))
    return assign_issues(
        new, fingerprint_issues(new), index, constraints=build_constraints(*constraints), options=EVERY_GROUP
    )


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"title": "Worker 99 finished job 1 in 0.5 s", "source": "syslog"}, "template"),
        ({"title": "Checkout times out because the payment gateway is slow"}, "terms"),
        ({"source": "itsm", "service": "mail"}, "dimensions"),
    ],
)
def test_a_new_member_says_why_it_is_in_its_pattern(
    index: PatternIndex, row: dict[str, object], kind: str
) -> None:
    members = assign(index, row).members
    assert members.schema == MEMBER_SCHEMA
    assert members["issue_id"].to_list() == ["new"]
    assert members["reason"][0]["kind"] == kind
    assert members.select(pl.col("similarity", "confidence").is_between(0, 1).all()).row(0) == (True, True)


def test_a_linked_issue_says_with_which_issue_a_user_linked_it(index: PatternIndex) -> None:
    row: dict[str, object] = {"title": "Worker 99 finished job 1 in 0.5 s", "source": "syslog"}
    members = assign(index, row, ("must", "new", "hi0000")).members
    reason = members.filter(pl.col("issue_id") == "new")["reason"][0]
    assert (reason["kind"], reason["with"]) == ("person", "hi0000")


def test_an_older_issue_that_was_alone_becomes_a_member_with_the_same_reason(index: PatternIndex) -> None:
    members = assign(index, {"title": human_issues()["title"][4]}).members
    assert members["issue_id"].to_list() == ["hi0004", "new"]
    assert members["reason"].n_unique() == 1
    assert members["confidence"].n_unique() == 1


def test_a_message_names_the_nearest_pattern_by_words_in_common(index: PatternIndex) -> None:
    rows = pl.DataFrame({"group": [999], "kind": ["machine"], "template": ["Worker <*> abandoned job <*>"]})
    nearest = find_nearest_messages(rows, pl.DataFrame({"group": [999]}), index)
    worker = index.groups.filter(pl.col("text").str.starts_with("Worker"))["pattern_id"][0]
    assert nearest["nearest_pattern_id"].to_list() == [worker]
    assert "abandoned" in nearest["nearest_missing"][0]


def test_a_message_without_a_word_in_common_names_no_pattern(index: PatternIndex) -> None:
    rows = pl.DataFrame({"group": [999], "kind": ["machine"], "template": ["<*>"]})
    assert find_nearest_messages(rows, pl.DataFrame({"group": [999]}), index).height == 0
