"""The search for similar issues: issues of the same cause first, each with the terms that both hold."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.similar_issues import (
    SIMILAR_ISSUE_SCHEMA,
    UnknownIssueError,
    find_similar_issues,
    find_similar_to_each,
)
from tests.support.failure_texts import human_issues, issue_frame, machine_issues


def test_the_report_of_the_same_failure_comes_first() -> None:
    ranked = find_similar_issues(human_issues(), "i0000", 3)
    assert ranked.schema == SIMILAR_ISSUE_SCHEMA
    assert ranked["issue_id"][0] == "i0001"
    assert {"gateway", "payment"} & set(ranked["terms"][0])
    assert ranked["similarity"].is_sorted(descending=True)


def test_row_order_does_not_matter_and_the_limit_holds() -> None:
    shuffled = human_issues().sample(fraction=1.0, shuffle=True, seed=1)
    assert find_similar_issues(shuffled, "i0002", 2).equals(find_similar_issues(human_issues(), "i0002", 2))
    assert find_similar_issues(human_issues(), "i0002", 1).height == 1


def test_messages_of_one_template_come_first_and_are_as_similar_as_grouping_takes_them_to_be() -> None:
    issues = machine_issues()
    fingerprints = fingerprint_issues(issues).select("issue_id", "template_key", "template_probability")
    templates = {issue_id: template for issue_id, *template in fingerprints.iter_rows()}
    ranked = find_similar_issues(
        issues, "i0000", 30, {issue_id: (key, likely) for issue_id, (key, likely) in templates.items()}
    )
    same = [templates[issue_id] == templates["i0000"] for issue_id in ranked["issue_id"]]
    assert sum(same) > 1
    assert same == sorted(same, reverse=True)
    assert (ranked["similarity"].to_numpy()[same] >= templates["i0000"][1]).all()
    assert all(likely < 0.98 for likely in ranked.filter(~pl.Series(same))["similarity"])


def test_issues_without_text_are_found_by_rare_dimensions_that_they_share() -> None:
    rows = [
        {"service": "mail", "team": "a"},
        {"service": "mail", "team": "a"},
        {"service": "web"},
        {"service": "web"},
    ]
    ranked = find_similar_issues(issue_frame(rows), "i0000", 2)
    assert ranked["issue_id"][0] == "i0001"


def test_searching_for_all_at_once_agrees_with_searching_for_one() -> None:
    similar = find_similar_to_each(human_issues(), pl.Series(["i0000", "i0002"]), limit=1)
    assert similar == {"i0000": ["i0001"], "i0002": ["i0003"]}


def test_an_issue_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UnknownIssueError, match="i9999"):
        find_similar_issues(human_issues(), "i9999")
