"""Predictions on record: said once, said again only for a reason, and graded with people's word first."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import polars as pl
import pytest

from causeloop_pipeline.analysis.frames import FORECASTS, PREDICTIONS
from causeloop_pipeline.storage.predictions import (
    append_outcomes,
    append_predictions,
    predictions_due,
    read_latest_predictions,
    read_ledger,
    read_undecided,
    replace_forecasts,
)
from causeloop_pipeline.storage.session import Database, Session

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LEDGER = pl.Schema({"prediction_id": pl.String(), "outcome": pl.String()})


@pytest.fixture
def pattern_id(database: Database, workspace_id: UUID) -> str:
    """A pattern without issues."""
    identity = uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, "
            "issue_count, first_seen_at, last_seen_at) "
            "values (%s, %s, 'a', 'machine', 'active', 1, 2, %s, %s)",
            (workspace_id, identity, NOW, NOW),
        )
    return str(identity)


def said(pattern_id: str, window: int = 7, probability: float = 0.5) -> pl.DataFrame:
    values = {
        "pattern_id": pattern_id,
        "window_days": window,
        "probability": probability,
        "impact": "high",
        "evidence": '[{"kind": "count"}]',
        "event_count": 0,
        "model_version": "a model",
    }
    return pl.DataFrame([{name: values.get(name) for name in PREDICTIONS}], schema=PREDICTIONS)


def due(session: Session, workspace_id: UUID, as_of: datetime) -> list[int]:
    frame = predictions_due(session, workspace_id, (7, 30), as_of, as_of - DAY)
    return sorted(frame["window_days"].to_list())


def test_the_same_prediction_of_the_same_moment_is_one_row(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        assert append_predictions(session, workspace_id, said(pattern_id), NOW) == 1
        assert append_predictions(session, workspace_id, said(pattern_id, probability=0.9), NOW) == 0
        latest = read_latest_predictions(session, workspace_id, (7,), PREDICTIONS)
    assert latest["probability"].to_list() == [0.5]


def test_a_prediction_is_due_when_nothing_was_said_for_a_day(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        assert due(session, workspace_id, NOW) == [7, 30]
        append_predictions(session, workspace_id, said(pattern_id), NOW)
        assert due(session, workspace_id, NOW + DAY / 2) == [30]
        assert due(session, workspace_id, NOW + 2 * DAY) == [7, 30]


def test_only_closed_predictions_wait_for_a_decision_and_a_person_overrules_it(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        append_predictions(session, workspace_id, said(pattern_id), NOW)
        assert read_undecided(session, workspace_id, NOW + 6 * DAY).is_empty()
        closed = read_undecided(session, workspace_id, NOW + 8 * DAY)
        outcomes = closed.select("prediction_id").with_columns(
            outcome=pl.lit("miss"), counterfactual_rate=pl.lit(None, pl.Float64), reason=pl.lit("quiet")
        )
        append_outcomes(session, workspace_id, outcomes, NOW + 8 * DAY)
        assert read_undecided(session, workspace_id, NOW + 8 * DAY).is_empty()
        session.execute(
            "insert into predict.outcome (workspace_id, prediction_id, decided_by, outcome, reason) "
            "select workspace_id, prediction_id, 'a person', 'hit', 'seen' from predict.prediction",
        )
        assert read_ledger(session, workspace_id, NOW - DAY, LEDGER)["outcome"].to_list() == ["hit"]


def test_forecasts_of_the_workspace_and_of_patterns_are_replaced_together(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    rows = [
        {
            "pattern_id": name,
            "day": (NOW + day * DAY).date(),
            "yhat": 1.0,
            "yhat_lower": 0.0,
            "yhat_upper": 2.0,
        }
        for name in (None, pattern_id)
        for day in (2, 1)
    ]
    with database.workspace(workspace_id) as session:
        for _ in range(2):
            replace_forecasts(session, workspace_id, pl.DataFrame(rows, schema=FORECASTS), NOW)
        stored = session.rows("select pattern_id::text, days, yhat from predict.forecast order by pattern_id")
    assert [row["pattern_id"] for row in stored] == [pattern_id, None]
    assert [row["days"] for row in stored] == [[(NOW + DAY).date(), (NOW + 2 * DAY).date()]] * 2
