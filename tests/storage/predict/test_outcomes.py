"""Outcomes are recorded once a window has closed; a user's outcome counts before the system's."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import polars as pl
import pytest

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.predict.outcomes import (
    append_outcomes,
    read_ledger,
    read_undecided_predictions,
)
from causeloop_pipeline.storage.predict.predictions import append_predictions
from tests.storage.stored import prediction, store_pattern

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def pattern_id(database: Database, workspace_id: UUID) -> str:
    """A pattern without issues."""
    with database.workspace(workspace_id) as session:
        return store_pattern(session, workspace_id)


def test_predictions_lowered_by_a_fix_are_not_in_the_ledger(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    lowered = prediction(pattern_id, window=30, by_model={"prior": 0.5, "without_fix": 0.6})
    with database.workspace(workspace_id) as session:
        append_predictions(session, workspace_id, pl.concat([prediction(pattern_id), lowered]), NOW)
        closed = read_undecided_predictions(session, workspace_id, NOW + 100 * DAY).select("prediction_id")
        values = {"outcome": pl.lit("hit"), "counterfactual_rate": pl.lit(1.0), "reason": pl.lit("seen")}
        append_outcomes(session, workspace_id, closed.with_columns(**values), NOW + 100 * DAY)
        windows = read_ledger(session, workspace_id, NOW, pl.Schema({"window_days": pl.Int64()}))
    assert windows["window_days"].to_list() == [7]


def test_only_closed_predictions_need_an_outcome_and_a_user_may_overrule_it(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        append_predictions(session, workspace_id, prediction(pattern_id), NOW)
        assert read_undecided_predictions(session, workspace_id, NOW + 6 * DAY).is_empty()
        closed = read_undecided_predictions(session, workspace_id, NOW + 8 * DAY)
        outcomes = closed.select("prediction_id").with_columns(
            outcome=pl.lit("miss"), counterfactual_rate=pl.lit(None, pl.Float64), reason=pl.lit("quiet")
        )
        append_outcomes(session, workspace_id, outcomes, NOW + 8 * DAY)
        assert read_undecided_predictions(session, workspace_id, NOW + 8 * DAY).is_empty()
        session.execute(
            "insert into predict.outcome (workspace_id, prediction_id, decided_by, outcome, reason) "
            "select workspace_id, prediction_id, 'a person', 'hit', 'seen' from predict.prediction",
        )
        assert read_ledger(session, workspace_id, NOW - DAY)["outcome"].to_list() == ["hit"]


def test_a_ledger_over_the_limit_gives_the_same_sample_of_the_whole_time_every_time(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        for day in range(40):
            append_predictions(session, workspace_id, prediction(pattern_id), NOW + day * DAY)
        closed = read_undecided_predictions(session, workspace_id, NOW + 100 * DAY).select("prediction_id")
        values = {"outcome": pl.lit("hit"), "counterfactual_rate": pl.lit(1.0), "reason": pl.lit("seen")}
        append_outcomes(session, workspace_id, closed.with_columns(**values), NOW + 100 * DAY)
        columns = pl.Schema({"prediction_id": pl.String(), "issued_at": pl.Datetime("us", "UTC")})
        first, again = (read_ledger(session, workspace_id, NOW, columns, limit=20) for _ in range(2))
    assert first.equals(again)
    assert first.height == 20
    assert first["issued_at"].max() - first["issued_at"].min() > 20 * DAY
