"""The demo's deployments explain the failures that were planted to follow them."""

from datetime import timedelta

import polars as pl
import pytest

from causeloop_pipeline.analysis.predict.recurrence.history import number_occurrences
from causeloop_pipeline.analysis.predict.triggers.triggers import find_triggers
from causeloop_pipeline.demo.causes import read_demo_workspaces
from causeloop_pipeline.demo.deployments import find_deployment_source, list_deployments
from causeloop_pipeline.demo.story import list_visible_failures
from tests.demo.story_issues import EPOCH, NOW

WORKSPACES = ("clinical-it", "payments", "storefront")


def test_every_workspace_has_a_tool_that_lists_its_deployments():
    assert {workspace: find_deployment_source(workspace) for workspace in WORKSPACES} == {
        "clinical-it": "pagerduty",
        "payments": "github",
        "storefront": "github",
    }


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_the_past_never_changes(workspace):
    list_deployments.cache_clear()
    first = list_deployments(workspace, EPOCH)
    list_deployments.cache_clear()
    assert list_deployments(workspace, EPOCH) == first
    assert [item.at for item in first] == sorted(item.at for item in first)
    assert first[0].at < NOW - timedelta(days=350)
    assert first[-1].at > NOW


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_exactly_the_planted_causes_are_found_to_follow_deployments(workspace):
    setting = read_demo_workspaces()[workspace]
    planted = {cause.key for cause in setting.causes if cause.rhythm.kind == "deploy"}
    rows = [
        (
            failure.cause,
            failure.created_at,
            failure.service,
            failure.team,
            failure.environment,
            failure.severity,
        )
        for failure in list_visible_failures(workspace, EPOCH, NOW)
        if failure.cause
    ]
    columns = ("pattern_id", "occurred_at", "service", "team", "environment", "severity")
    occurrences = pl.DataFrame(rows, schema=list(columns), orient="row")
    changes = pl.DataFrame(
        [
            (item.at, "deploy", item.service, item.version)
            for item in list_deployments(workspace, EPOCH)
            if item.at <= NOW
        ],
        schema=["changed_at", "kind", "service", "title"],
        orient="row",
    )
    numbered = number_occurrences(occurrences, NOW, setting.timezone)
    triggers = find_triggers(numbered, changes, as_of=NOW)
    blamed = {
        pattern
        for pattern, evidence in triggers.iter_rows()
        if any(item["kind"] == "deploy" for item in evidence)
    }
    assert planted
    assert blamed == planted
