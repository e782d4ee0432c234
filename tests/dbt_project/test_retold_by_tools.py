"""One weekly failure of a year, sent by seven tools: the same occurrences, predictions and proof."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.stages import fingerprints, patterns, predictions, proofs, risk
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.dbt.runner import Normalizer
from tests.conftest import Installation, new_workspace
from tests.support.normalizing import land_records, normalize
from tests.support.retold_by_tools import TOOLS, retell
from tests.support.retold_failures import AS_OF, LASTS, STARTS, WEEKS

GROUPING: tuple[Callable[..., Counts], ...] = (fingerprints.run, patterns.run)
REST: tuple[Callable[..., Counts], ...] = (predictions.run, risk.run, proofs.run)
INSERT_FIX = (
    "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, expected_loops_prevented, "
    "claimed_by) select workspace_id, %s, pattern_id, %s, 1, 'a test' from detect.pattern "
    "where workspace_id = any(%s)"
)
SELECTS = {
    "occurrences": "select started_at, count from core.occurrence order by started_at",
    "pattern": "select status, occurrence_count, first_seen_at, last_seen_at, typical_gap_days "
    "from detect.pattern",
    "predictions": "select window_days, round(probability::numeric, 9) as probability, event_count, impact, "
    "next_date_median from predict.prediction order by window_days, issued_at",
    "proofs": "select verdict, events_before, days_before, events_after, days_after, rate_ratio "
    "from act.proof",
}
SELECT_LENGTHS = "select distinct ended_at - started_at as length from core.occurrence"
Results = dict[str, dict[str, list[dict[str, Any]]]]


def run_stages(session: Session, workspace_id: UUID, stages: tuple[Callable[..., Counts], ...]) -> None:
    for run in stages:
        run(session, ScopedWorkspace(workspace_id, "Europe/Berlin"), AS_OF, RunOptions("a test"))


@pytest.fixture(scope="module")
def results(installation: Installation, models: Normalizer) -> Results:
    """What the workspace of each tool holds, after a fix that was claimed four months ago."""
    database = Database(installation.pipeline_url)
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        workspaces = {tool: new_workspace(owner) for tool in TOOLS}
    for tool, workspace_id in workspaces.items():
        land_records(database, workspace_id, *retell(tool))
    normalize(database, models, *workspaces.values())
    for workspace_id in workspaces.values():
        with database.workspace(workspace_id) as session:
            run_stages(session, workspace_id, GROUPING)
    with psycopg.connect(installation.server.url("causeloop")) as superuser:
        fix = (UUID(int=1), AS_OF - timedelta(days=120), list(workspaces.values()))
        superuser.execute(INSERT_FIX, fix)
    held: Results = {}
    for tool, workspace_id in workspaces.items():
        with database.workspace(workspace_id) as session:
            run_stages(session, workspace_id, REST)
            held[tool] = {name: session.rows(query) for name, query in SELECTS.items()}
            held[tool]["lengths"] = session.rows(SELECT_LENGTHS)
    return held


def test_each_tool_tells_of_the_same_occurrences(results: Results) -> None:
    for tool, of_tool in results.items():
        starts = [row["started_at"] for row in of_tool["occurrences"]]
        assert starts == list(STARTS), tool
        assert [row["count"] for row in of_tool["occurrences"]] == [1] * WEEKS, tool
        # An event of an error tracker has no end of its own.
        assert of_tool["lengths"] == [{"length": None if tool == "Sentry" else LASTS}], tool


def test_each_telling_gives_the_same_pattern_predictions_and_proof(results: Results) -> None:
    first, *others = results
    assert len(results[first]["pattern"]) == 1
    assert [row["probability"] is None for row in results[first]["predictions"]] == [False] * 4
    assert [row["events_after"] > 0 for row in results[first]["proofs"]] == [True]
    for tool in others:
        for name in ("pattern", "predictions", "proofs"):
            assert results[tool][name] == results[first][name], (tool, name)
