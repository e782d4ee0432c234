"""The demo's deployments explain the failures that were planted to follow them."""

import json
from datetime import timedelta

import polars as pl
import pytest

from causeloop_pipeline.analysis.predict.triggers.triggers import likely_triggers
from causeloop_pipeline.demo.causes import settings_of_the_demo
from causeloop_pipeline.demo.deployments import deployments, teller
from causeloop_pipeline.demo.story import visible
from tests.demo.story_issues import EPOCH, NOW

WORKSPACES = ("clinical-it", "payments", "storefront")


def test_every_workspace_has_a_tool_that_tells_its_deployments():
    assert {workspace: teller(workspace) for workspace in WORKSPACES} == {
        "clinical-it": "pagerduty",
        "payments": "github",
        "storefront": "github",
    }


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_the_past_stays_as_it_was_told(workspace):
    deployments.cache_clear()
    first = deployments(workspace, EPOCH)
    deployments.cache_clear()
    assert deployments(workspace, EPOCH) == first
    assert [one.at for one in first] == sorted(one.at for one in first)
    assert first[0].at < NOW - timedelta(days=350)
    assert first[-1].at > NOW


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_what_was_planted_to_follow_deployments_is_found_to_and_nothing_else(workspace):
    setting = settings_of_the_demo()[workspace]
    planted = {cause.key for cause in setting.causes if cause.rhythm.kind == "deploy"}
    rows = [
        (told.cause, told.created_at, told.service, told.team, told.environment, told.severity)
        for told in visible(workspace, EPOCH, NOW)
        if told.cause
    ]
    columns = ("pattern_id", "occurred_at", "service", "team", "environment", "severity")
    occurrences = pl.DataFrame(rows, schema=list(columns), orient="row")
    changes = pl.DataFrame(
        [
            (one.at, "deploy", one.service, one.version)
            for one in deployments(workspace, EPOCH)
            if one.at <= NOW
        ],
        schema=["changed_at", "kind", "service", "title"],
        orient="row",
    )
    found = likely_triggers(occurrences, changes, as_of=NOW, timezone=setting.timezone)
    blamed = {
        pattern
        for pattern, evidence in found.iter_rows()
        if any(one["kind"] == "deploy" for one in json.loads(evidence))
    }
    assert planted
    assert blamed == planted
