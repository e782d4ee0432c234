"""The spine finds what was planted: grouping by the very functions that the assets call."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from statistics import median

import polars as pl
import pytest

from bench.stability import MAX_UNRELATED, count_joined
from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions
from causeloop_pipeline.analysis.loop import GroupingFacts, group, run_loop
from causeloop_pipeline.demo.causes import read_demo_workspaces
from causeloop_pipeline.demo.story import list_fixes
from tests.demo.story_issues import EPOCH, NOW, story_causes, story_issues


def pairwise_f1(predicted: dict[str, str], planted: dict[str, str | None]) -> float:
    """Over all pairs of issues; an issue in no pattern, or without a cause, is alone."""
    groups = {issue: (predicted.get(issue, issue), cause or issue) for issue, cause in planted.items()}

    def pairs(keys: Iterable[object]) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(keys).values())

    together = pairs(groups.values())
    return (
        2
        * together
        / (pairs(group for group, _ in groups.values()) + pairs(cause for _, cause in groups.values()))
    )


@pytest.mark.parametrize("workspace", ["clinical-it", "payments", "storefront"])
def test_planted_causes_are_grouped_with_a_pairwise_f1_of_at_least_090(workspace):
    timezone = read_demo_workspaces()[workspace].timezone
    _, grouping = group(
        story_issues(workspace),
        GroupingFacts(),
        timezone=timezone,
        options=GroupingOptions(namespace=workspace),
    )
    predicted = dict(grouping.members.select("issue_id", "pattern_id").iter_rows())
    assert pairwise_f1(predicted, story_causes(workspace)) >= 0.9


@pytest.mark.parametrize("workspace", ["clinical-it", "payments", "storefront"])
def test_unrelated_reports_are_not_linked_in_a_demo_workspace(workspace):
    assert count_joined(story_issues(workspace)) <= MAX_UNRELATED


def test_the_loop_predicts_continuing_causes_above_those_that_were_fixed():
    loop = run_loop(story_issues("payments"), as_of=NOW, timezone="Europe/Berlin", namespace="payments")
    causes = story_causes("payments")
    cause_of = {
        row[0]: causes[row[1]] for row in loop.grouping.members.select("pattern_id", "issue_id").iter_rows()
    }
    week = loop.predictions.filter(pl.col("window_days") == 7)
    chances = {
        cause_of[pattern]: chance for pattern, chance in week.select("pattern_id", "probability").iter_rows()
    }
    held = {fix.cause for fix in list_fixes("payments", EPOCH) if fix.held}
    going_on = {
        cause_of[row["pattern_id"]]
        for row in loop.grouping.patterns.iter_rows(named=True)
        if row["last_seen_at"] > NOW - timedelta(days=8)
    } - {None}
    assert len(held) == 2
    assert len(going_on) >= 8
    assert max(chances[cause] for cause in held) < median(chances[cause] for cause in going_on) * 0.75
    assert loop.recommendations["rank"].to_list() == list(range(1, loop.recommendations.height + 1))
