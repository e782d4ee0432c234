"""The demo's failures as the frame that analysis reads, in the shape normalization gives them."""

from datetime import UTC, datetime
from typing import Any

import polars as pl

from causeloop_pipeline.demo.story import Failure, list_visible_failures, map_true_causes
from causeloop_pipeline.model.frames import ISSUE_SCHEMA

NOW = datetime(2026, 11, 24, 22, tzinfo=UTC)
EPOCH = NOW.date()


def story_issues(workspace: str) -> pl.DataFrame:
    """ISSUE_SCHEMA of one workspace, ids being `source:external id`."""
    return pl.DataFrame(
        [_row(failure) for failure in list_visible_failures(workspace, EPOCH, NOW)], schema=ISSUE_SCHEMA
    )


def story_causes(workspace: str) -> dict[str, str | None]:
    """Issue id → planted cause."""
    return {
        f"{source}:{external}": cause
        for (source, external), cause in map_true_causes(workspace, EPOCH, NOW).items()
    }


def _row(failure: Failure) -> dict[str, Any]:
    is_run = failure.kind == "run"
    status = failure.status(NOW)
    return {
        "issue_id": f"{failure.source}:{failure.external_id}",
        "source": failure.source,
        "external_id": failure.external_id,
        "title": f"{failure.title}: {failure.body}" if is_run else failure.title,
        "body": None if is_run else failure.body or None,
        "severity": failure.severity,
        "status": status,
        "service": failure.service,
        "component": None,
        "error_type": "workflow_run_failed" if is_run else failure.error_type or None,
        "team": failure.team,
        "environment": failure.environment,
        "region": None,
        "source_created_at": failure.created_at,
        "source_updated_at": failure.last_update(NOW),
        "resolved_at": failure.resolved_at if status == "resolved" else None,
    }
