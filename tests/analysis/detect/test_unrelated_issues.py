"""Unrelated reports stay alone, whatever the workspace that they come into holds."""

import polars as pl
import pytest

from bench.data.unrelated_reports import build_unrelated_reports
from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from tests.support.failure_texts import human_issues, machine_issues

MAX_LINKED = 0.01


def workspaces() -> dict[str, pl.DataFrame]:
    people = human_issues().with_columns(issue_id="h" + pl.col("issue_id"))
    return {
        "nothing": people.clear(),
        "people": people,
        "machines": machine_issues(),
        "both": pl.concat([people, machine_issues()]),
    }


@pytest.mark.parametrize("workspace", ["nothing", "people", "machines", "both"])
@pytest.mark.parametrize("size", [20, 200])
def test_of_two_hundred_unrelated_reports_at_most_one_in_a_hundred_is_linked(
    workspace: str, size: int
) -> None:
    issues = workspaces()[workspace]
    reports = build_unrelated_reports(issues)
    index = group_issues(issues, fingerprint_issues(issues)).index
    linked: set[str] = set()
    for start in range(0, reports.height, size):
        part = reports[start : start + size]
        grouping = assign_issues(part, fingerprint_issues(part, catalog=index.catalog), index)
        index = grouping.index
        linked |= set(grouping.members["issue_id"])
    every = pl.concat([issues, reports])
    rebuilt = set(group_issues(every, fingerprint_issues(every)).members["issue_id"])
    for joined in (linked, rebuilt):
        assert len(joined & set(reports["issue_id"])) <= MAX_LINKED * reports.height
