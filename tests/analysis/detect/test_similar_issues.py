"""The search for similar issues: what tells of the same first, each with the terms that both hold."""

import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.analysis.detect.similar_issues import (
    SIMILAR,
    similar_in_index,
    similar_issues,
    similar_to_each,
)
from tests.support.failure_texts import human_issues, issue_frame, machine_issues


def test_the_report_of_the_same_failure_comes_first() -> None:
    found = similar_issues(human_issues(), "i0000", 3)
    assert found.schema == SIMILAR
    assert found["issue_id"][0] == "i0001"
    assert {"gateway", "payment"} & set(found["terms"][0])
    assert found["similarity"].is_sorted(descending=True)


def test_row_order_does_not_matter_and_the_limit_is_kept() -> None:
    shuffled = human_issues().sample(fraction=1.0, shuffle=True, seed=1)
    assert similar_issues(shuffled, "i0002", 2).equals(similar_issues(human_issues(), "i0002", 2))
    assert similar_issues(human_issues(), "i0002", 1).height == 1


def test_messages_of_one_template_come_first_and_are_as_sure_as_their_group() -> None:
    issues = machine_issues()
    keys = dict(fingerprint_issues(issues).select("issue_id", "template_key").iter_rows())
    found = similar_issues(issues, "i0000", 30, keys)
    same = [keys[one] == keys["i0000"] for one in found["issue_id"]]
    assert sum(same) > 1
    assert same == sorted(same, reverse=True)
    assert (found["similarity"].to_numpy()[same] >= 0.98).all()
    assert all(likely < 0.98 for likely in found.filter(~pl.Series(same))["similarity"])


def test_issues_without_text_are_found_by_rare_dimensions_that_they_share() -> None:
    rows = [
        {"service": "mail", "team": "a"},
        {"service": "mail", "team": "a"},
        {"service": "web"},
        {"service": "web"},
    ]
    found = similar_issues(issue_frame(rows), "i0000", 2)
    assert found["issue_id"][0] == "i0001"


def test_an_index_finds_the_same_issue_and_names_its_pattern() -> None:
    issues = human_issues()
    grouping = group_issues(issues, fingerprint_issues(issues))
    found = similar_in_index(grouping.index, issues.head(1), 2)
    assert found["issue_id"][0] == "i0001"
    assert found["pattern_id"][0] == grouping.members.filter(pl.col("issue_id") == "i0001")["pattern_id"][0]


def test_searching_for_all_at_once_agrees_with_searching_for_one() -> None:
    found = similar_to_each(human_issues(), pl.Series(["i0000", "i0002"]), limit=1)
    assert found == {"i0000": ["i0001"], "i0002": ["i0003"]}
