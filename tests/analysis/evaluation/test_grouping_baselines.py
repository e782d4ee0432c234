"""Baselines group what is obviously the same, and decline what would not fit into memory."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.evaluation.grouping_baselines import (
    BASELINES,
    MAX_ISSUES,
    group_by_average_link,
    group_by_hdbscan,
    group_by_title,
    search_by_tfidf,
)
from causeloop_pipeline.analysis.evaluation.grouping_metrics import pair_scores
from tests.support.failure_texts import REPORTS, human_issues


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_puts_copies_into_one_group_and_names_a_group_for_each_issue(name: str) -> None:
    issues = human_issues([title for title in REPORTS for _ in range(20)])
    groups = BASELINES[name](issues)
    if groups is None:
        pytest.skip(f"the package of {name} is not installed")
    assert len(groups) == issues.height
    assert pair_scores(groups, issues["title"])["recall"] == 1.0


def test_titles_are_compared_without_their_case() -> None:
    assert group_by_title(human_issues(["Disk full", "disk FULL", "Disk"])).n_unique() == 2


def test_the_search_by_tfidf_ranks_the_nearest_text_first_and_never_the_issue_itself() -> None:
    issues = human_issues(["disk full", "disk is full again", "login failed", "login of a user failed"])
    ids = issues["issue_id"].to_list()
    similar = search_by_tfidf(issues, 2)
    assert [similar[ids[row]][0] for row in range(4)] == [ids[1], ids[0], ids[3], ids[2]]
    assert all(own not in others for own, others in similar.items())


def test_methods_of_quadratic_memory_decline_large_inputs() -> None:
    issues = pl.DataFrame({"title": ["x"] * (MAX_ISSUES + 1), "body": [None] * (MAX_ISSUES + 1)})
    assert group_by_average_link(issues) is None
    assert group_by_hdbscan(issues) is None
    assert group_by_average_link(issues.head(1)) is None
