"""A file that is analyzed gives the same patterns, predictions and ranks as the same file landed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from causeloop_pipeline.analysis.loop import Loop, run_loop
from causeloop_pipeline.cli.issue_input import read_issues
from causeloop_pipeline.model.frames import (
    MEMBER_SCHEMA,
    PATTERN_SCHEMA,
    PREDICTION_SCHEMA,
    RECOMMENDATION_SCHEMA,
)
from causeloop_pipeline.model.prediction import WINDOWS
from causeloop_pipeline.stages import clusters, fingerprints, patterns, predictions, recommendations, risk
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.detect.patterns import read_members, read_patterns
from causeloop_pipeline.storage.predict.predictions import read_latest_predictions
from tests.conftest import Installation
from tests.orchestration.failures import event, failures, ingest
from tests.support.normalizing import normalize, normalizer

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIMEZONE = "Europe/Berlin"
STAGES: tuple[Callable[..., Counts], ...] = (
    fingerprints.run,
    patterns.run,
    clusters.run,
    predictions.run,
    risk.run,
    recommendations.run,
)


RECOMMENDATIONS = "select * from act.recommendation where workspace_id = %s"


def write_file(path: Path, events: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(failure) + "\n" for failure in events))
    return path


def failures_before(as_of: datetime) -> list[dict[str, Any]]:
    """Four causes that recur, and one failure that occurred once."""
    once = event(
        "once", "search", "discovery", "A goat ate the cable", "GoatError", as_of.replace(day=1, hour=3)
    )
    return [*failures(until=as_of), once]


def read_file(path: Path) -> pl.DataFrame:
    return read_issues(path, [], TIMEZONE).read.issues


def with_stored_ids(issues: pl.DataFrame, session: Session, workspace_id: UUID) -> pl.DataFrame:
    """The issues of a file under the ids that the same issues have in the workspace."""
    rows = session.rows(
        "select issue_id::text, external_id, source from core.issue where workspace_id = %s", (workspace_id,)
    )
    stored = pl.DataFrame(rows)
    return issues.drop("issue_id", "source").join(stored, on="external_id").select(issues.columns)


def run_stages(session: Session, workspace_id: UUID) -> None:
    workspace = ScopedWorkspace(workspace_id, TIMEZONE)
    for run in STAGES:
        run(session, workspace, AS_OF, RunOptions("a test"))


def comparable(frame: pl.DataFrame, schema: pl.Schema, *, by: list[str]) -> pl.DataFrame:
    return frame.select(schema.names()).sort(by)


@pytest.fixture
def analyzed_and_stored(
    installation: Installation, database: Database, workspace_id: UUID, tmp_path: Path
) -> tuple[Loop, dict[str, pl.DataFrame]]:
    """What `causeloop analyze` finds in a file, and what the stages write of the same file."""
    events = failures_before(AS_OF)
    path = write_file(tmp_path / "issues.jsonl", events)
    ingest(database, workspace_id, events)
    normalize(database, normalizer(installation.pipeline_url), workspace_id)
    with database.workspace(workspace_id) as session:
        run_stages(session, workspace_id)
        issues = with_stored_ids(read_file(path), session, workspace_id)
        stored = {
            "patterns": read_patterns(session, workspace_id),
            "members": read_members(session, workspace_id),
            "predictions": read_latest_predictions(session, workspace_id, WINDOWS),
            "recommendations": session.read(RECOMMENDATIONS, (workspace_id,), schema=RECOMMENDATION_SCHEMA),
        }
    return run_loop(issues, as_of=AS_OF, timezone=TIMEZONE, namespace=str(workspace_id)), stored


def test_a_file_gives_the_patterns_probabilities_and_ranks_of_the_workspace_it_landed_in(
    analyzed_and_stored: tuple[Loop, dict[str, pl.DataFrame]],
) -> None:
    loop, stored = analyzed_and_stored

    names = ("pattern_id", "name", "status", "fingerprint", "issue_count")
    columns = pl.Schema({name: PATTERN_SCHEMA[name] for name in names})
    assert_frame_equal(
        comparable(stored["patterns"], columns, by=["pattern_id"]),
        comparable(loop.grouping.patterns, columns, by=["pattern_id"]),
    )
    assert_frame_equal(
        comparable(stored["members"], MEMBER_SCHEMA, by=["issue_id"]),
        comparable(loop.grouping.members, MEMBER_SCHEMA, by=["issue_id"]),
    )
    assert_frame_equal(
        comparable(stored["predictions"], PREDICTION_SCHEMA, by=["pattern_id", "window_days"]),
        comparable(loop.predictions, PREDICTION_SCHEMA, by=["pattern_id", "window_days"]),
    )
    assert loop.recommendations.height >= 2
    assert_frame_equal(
        comparable(stored["recommendations"], RECOMMENDATION_SCHEMA, by=["rank"]),
        comparable(loop.recommendations, RECOMMENDATION_SCHEMA, by=["rank"]),
    )
