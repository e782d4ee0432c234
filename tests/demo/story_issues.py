"""The demo's failures as the frame that analysis reads, in the shape normalization gives them."""

from datetime import UTC, datetime

import polars as pl

from bench.data.demo_workspaces import describe_failure
from causeloop_pipeline.demo.story import list_visible_failures
from causeloop_pipeline.model.frames import ISSUE_SCHEMA

NOW = datetime(2026, 11, 24, 22, tzinfo=UTC)
EPOCH = NOW.date()


def story_issues(workspace: str) -> pl.DataFrame:
    """ISSUE_SCHEMA of one workspace, ids being `source:external id`."""
    visible = list_visible_failures(workspace, EPOCH, NOW)
    return pl.DataFrame([describe_failure(failure, NOW) for failure in visible], schema=ISSUE_SCHEMA)


def story_causes(workspace: str) -> dict[str, str | None]:
    """Issue id → planted cause."""
    return {failure.key: failure.cause for failure in list_visible_failures(workspace, EPOCH, NOW)}
