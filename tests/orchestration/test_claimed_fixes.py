"""What people claim to have fixed is less likely to recur in the next prediction; the ledger keeps both."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from causeloop_pipeline.model.prediction import WINDOWS
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation
from tests.orchestration.conftest import Run
from tests.orchestration.failures import failures, ingest

FIXED_DAYS_AGO = 80
FIX = (
    "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, expected_loops_prevented, "
    "claimed_by) values (%s, %s, %s, %s, 1, 'a test')"
)
NOTE = (
    "insert into detect.closure_note (workspace_id, pattern_id, note, made_by, made_at) "
    "values (%s, %s, 'pool enlarged', 'a test', %s)"
)
SELECT_PREDICTIONS = """
select window_days, probability, evidence, model_probabilities
from predict.prediction
where workspace_id = %s and pattern_id = %s
order by issued_at, window_days
"""


def add_fixed_pattern(database: Database, workspace_id: UUID, run: Run) -> UUID:
    """A pattern that recurred every nine days, and not once in the last 80; predicted without any claim."""
    horizon = datetime.now(UTC) - timedelta(days=FIXED_DAYS_AGO)
    seen = [
        failure
        for failure in failures(days=350)
        if failure["service"] != "checkout" or datetime.fromisoformat(failure["source_created_at"]) < horizon
    ]
    ingest(database, workspace_id, seen)
    assert run([workspace_id]).success
    with database.workspace(workspace_id) as session:
        row = session.row(
            "select pattern_id from core.issue where workspace_id = %s and service = 'checkout' limit 1",
            (workspace_id,),
        )
    assert row is not None
    return UUID(str(row["pattern_id"]))


def predictions(database: Database, workspace_id: UUID, pattern_id: UUID) -> list[dict[str, Any]]:
    with database.workspace(workspace_id) as session:
        return session.rows(SELECT_PREDICTIONS, (workspace_id, pattern_id))


def make_old(installation: Installation, workspace_id: UUID) -> None:
    with psycopg.connect(installation.server.url("causeloop")) as connection:
        for table in ("prediction", "current_prediction"):
            connection.execute(
                f"update predict.{table} set issued_at = issued_at - interval '2 days' "
                "where workspace_id = %s",
                (workspace_id,),
            )


@pytest.mark.parametrize("claim", ["fix", "note"])
def test_a_claimed_fix_that_holds_lowers_the_next_prediction(
    run: Run, database: Database, installation: Installation, workspace_id: UUID, claim: str
) -> None:
    pattern_id = add_fixed_pattern(database, workspace_id, run)
    fixed_at = datetime.now(UTC) - timedelta(days=FIXED_DAYS_AGO)
    with psycopg.connect(installation.server.url("causeloop")) as connection:
        if claim == "fix":
            connection.execute(FIX, (workspace_id, uuid4(), pattern_id, fixed_at))
        else:
            connection.execute(NOTE, (workspace_id, pattern_id, fixed_at))
    make_old(installation, workspace_id)

    assert run([workspace_id], first="patterns").success

    rows = predictions(database, workspace_id, pattern_id)
    unaware, aware = rows[:4], rows[4:]
    assert [row["window_days"] for row in aware] == list(WINDOWS)
    for before, after in zip(unaware, aware, strict=True):
        assert after["probability"] < before["probability"]
        assert not any(finding["kind"] == "fix" for finding in before["evidence"])
        assert after["evidence"][-1]["kind"] == "fix"
        assert after["model_probabilities"]["without_fix"] > after["probability"]
    assert aware[2]["probability"] < 0.1
