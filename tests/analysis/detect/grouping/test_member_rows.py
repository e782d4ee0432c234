"""Every member says how similar and how sure it is, why it is there, and what it was nearly put into."""

from datetime import timedelta

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_SIMILARITY
from causeloop_pipeline.analysis.detect.grouping.grouping_options import EVERY_GROUP
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.model.frames import MEMBER_SCHEMA
from tests.support.failure_texts import (
    START,
    Constraint,
    build_constraints,
    human_issues,
    issue_frame,
    machine_issues,
)


def list_members(issues: pl.DataFrame, *constraints: Constraint) -> pl.DataFrame:
    fingerprints = fingerprint_issues(issues)
    members = group_issues(
        issues, fingerprints, constraints=build_constraints(*constraints), options=EVERY_GROUP
    ).members
    assert members.schema == MEMBER_SCHEMA
    assert members.select("pattern_id", "issue_id").rows() == sorted(
        members.select("pattern_id", "issue_id").rows()
    )
    return members


def incidents(*days: float) -> pl.DataFrame:
    return issue_frame(
        [
            {"source": "desk", "service": "mail", "source_created_at": START + timedelta(days=day)}
            for day in days
        ]
    )


def test_messages_of_one_template_are_as_similar_as_can_be() -> None:
    members = list_members(machine_issues())
    assert members["similarity"].unique().to_list() == [1.0]
    assert members["confidence"].to_list() == pytest.approx([ATOM_SIMILARITY["template"]] * members.height)


def test_a_text_names_the_most_similar_issue_of_its_pattern() -> None:
    members = list_members(human_issues())
    reasons = dict(members.select("issue_id", "reason").iter_rows())
    assert reasons["i0000"]["with"] == "i0001"
    assert reasons["i0001"]["with"] == "i0000"
    assert members["similarity"].is_between(0, 1, closed="none").all()


def test_what_a_text_shares_is_named_in_its_own_words() -> None:
    titles = ["Coffee machines leaking in Antwerp's offices", "Leaking coffee machines in offices of Antwerp"]
    issues = human_issues([*titles, *human_issues()["title"][2:]])
    reasons = dict(list_members(issues).select("issue_id", "reason").iter_rows())

    for issue_id, title in issues.select("issue_id", "title").rows()[:2]:
        words = [listed["term"] for listed in reasons[issue_id]["terms"]]
        assert {word.lower() for word in words} >= {"coffee", "leaking"}
        assert all(word in title for word in words)
        assert all(word in reasons[issue_id]["text"] for word in words[:4])


def test_incidents_without_text_are_less_sure_and_name_their_place() -> None:
    members = list_members(incidents(0, 1))
    assert members["similarity"].to_list() == [ATOM_SIMILARITY["burst"]] * 2
    assert members["reason"][0]["dimensions"] == {"service": "mail", "component": None}


def test_a_burst_names_the_burst_before_it_at_its_place_and_the_days_between() -> None:
    members = list_members(incidents(0, 1, 100, 101))
    later = members.drop_nulls("nearest_pattern_id")
    first = members.filter(pl.col("issue_id") == "i0000")["pattern_id"][0]
    assert later["issue_id"].to_list() == ["i0002", "i0003"]
    assert set(later["nearest_pattern_id"]) == {first}
    assert later["nearest_missing"][0].startswith("it ended 99.0 days before")


def test_a_user_link_is_the_reason_whatever_else_the_issues_share() -> None:
    members = list_members(machine_issues(), ("must", "i0000", "i0003"))
    kinds = dict(members.select("issue_id", pl.col("reason").struct.field("kind")).iter_rows())
    assert {issue for issue, kind in kinds.items() if kind == "person"} == {"i0000", "i0003"}


def test_a_text_that_nearly_joined_another_pattern_says_how_similar_it_was() -> None:
    titles = [
        "Payment gateway slow, checkout times out",
        "Payment gateway slow, checkout times out again",
        "Payment gateway certificate renewed late",
        "Payment gateway certificate renewed late again",
    ]
    members = list_members(human_issues([*titles, *human_issues()["title"][2:]]))
    near = members.filter(pl.col("issue_id") == "i0002")
    assert near["nearest_pattern_id"][0] != near["pattern_id"][0]
    assert "mean similarity to all its members" in near["nearest_missing"][0]
