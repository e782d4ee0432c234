"""The demo's workspaces as the analysis reads them, at any day of their year."""

from datetime import UTC, datetime
from typing import Any

import polars as pl

from causeloop_pipeline.analysis.act.stated_endings import StatedEnding, read_stated_ending
from causeloop_pipeline.demo.causes import read_demo_workspaces
from causeloop_pipeline.demo.deployments import list_deployments
from causeloop_pipeline.demo.story import Failure, list_visible_failures
from causeloop_pipeline.model.frames import ISSUE_SCHEMA

EPOCH = datetime(2026, 11, 24, 22, tzinfo=UTC)
CHANGE_SCHEMA = pl.Schema(
    {
        "changed_at": pl.Datetime("us", "UTC"),
        "kind": pl.String(),
        "service": pl.String(),
        "title": pl.String(),
    }
)


def list_workspaces() -> dict[str, str]:
    """The time zone of each workspace, by slug."""
    return {slug: workspace.timezone for slug, workspace in read_demo_workspaces().items()}


def read_demo_issues(workspace: str, as_of: datetime) -> pl.DataFrame:
    """ISSUE_SCHEMA of what the tools showed then."""
    visible = list_visible_failures(workspace, EPOCH.date(), as_of)
    return pl.DataFrame([describe_failure(failure, as_of) for failure in visible], schema=ISSUE_SCHEMA)


def read_demo_endings(workspace: str, as_of: datetime) -> dict[str, StatedEnding]:
    """What people wrote until then of how failures ended, by issue id."""
    visible = list_visible_failures(workspace, EPOCH.date(), as_of)
    written = [each for each in visible if each.ending and each.status(as_of) == "resolved"]
    return {each.key: read_stated_ending({"close_notes": each.ending}, None) for each in written}


def read_demo_changes(workspace: str, as_of: datetime) -> pl.DataFrame:
    """The deployments until then."""
    rows = [
        (each.at, "deploy", each.service, f"Deployed {each.service} {each.version}")
        for each in list_deployments(workspace, EPOCH.date())
        if each.at <= as_of
    ]
    return pl.DataFrame(rows, schema=CHANGE_SCHEMA, orient="row")


def describe_failure(failure: Failure, as_of: datetime) -> dict[str, Any]:
    """A row of ISSUE_SCHEMA: what a tool shows of a failure then."""
    is_run = failure.kind == "run"
    status = failure.status(as_of)
    return {
        "issue_id": failure.key,
        "source": failure.source,
        "external_id": failure.external_id,
        "title": f"{failure.title}: {failure.body}" if is_run else failure.title,
        "body": None if is_run else failure.body or None,
        "severity": failure.severity,
        "status": status,
        "service": failure.service,
        "error_type": "workflow_run_failed" if is_run else failure.error_type or None,
        "team": failure.team,
        "environment": failure.environment,
        "source_created_at": failure.created_at,
        "source_updated_at": failure.last_update(as_of),
        "resolved_at": failure.resolved_at if status == "resolved" else None,
    }
