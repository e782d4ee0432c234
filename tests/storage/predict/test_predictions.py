"""Predictions on record: said once, said again only for a reason, and graded with people's word first."""

from datetime import UTC, datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid4, uuid5

import polars as pl
import psycopg
import pytest

from causeloop_pipeline.model.frames import PREDICTION_SCHEMA
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.predict.predictions import (
    append_outcomes,
    append_predictions,
    observed_since,
    predictions_due,
    read_latest_predictions,
    read_ledger,
    read_undecided,
)
from tests.conftest import Installation
from tests.storage.stored import SEEN, store_issue

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
    return pl.DataFrame([{name: values.get(name) for name in PREDICTION_SCHEMA}], schema=PREDICTION_SCHEMA)


def due(session: Session, workspace_id: UUID, as_of: datetime) -> list[int]:
    frame = predictions_due(session, workspace_id, (7, 30), as_of, as_of - DAY)
    return sorted(frame["window_days"].to_list())


def test_the_same_prediction_of_the_same_moment_is_one_row(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        assert append_predictions(session, workspace_id, said(pattern_id), NOW) == 1
        assert append_predictions(session, workspace_id, said(pattern_id, probability=0.9), NOW) == 0
        latest = read_latest_predictions(session, workspace_id, (7,), PREDICTION_SCHEMA)
    assert latest["probability"].to_list() == [0.5]


def test_a_prediction_is_due_when_nothing_was_said_for_a_day(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        assert due(session, workspace_id, NOW) == [7, 30]
        append_predictions(session, workspace_id, said(pattern_id), NOW)
        assert due(session, workspace_id, NOW + DAY / 2) == [30]
        assert due(session, workspace_id, NOW + 2 * DAY) == [7, 30]


FIX = (
    "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, withdrawn_at, "
    "expected_loops_prevented, claimed_by) values (%s, gen_random_uuid(), %s, %s, %s, 1, 'a person')"
)
NOTE = (
    "insert into detect.closure_note (workspace_id, pattern_id, note, made_by, made_at) "
    "values (%s, %s, 'pool enlarged', 'a person', %s)"
)


@pytest.mark.parametrize(
    ("statement", "moments"),
    [(FIX, [NOW + DAY / 4, None]), (FIX, [NOW - DAY, NOW + DAY / 4]), (NOTE, [NOW + DAY / 4])],
    ids=["claimed", "withdrawn", "noted"],
)
def test_a_pattern_is_due_once_a_fix_is_claimed_or_taken_back(
    installation: Installation,
    database: Database,
    workspace_id: UUID,
    pattern_id: str,
    statement: LiteralString,
    moments: list[datetime | None],
) -> None:
    with database.workspace(workspace_id) as session:
        append_predictions(session, workspace_id, said(pattern_id), NOW)
        append_predictions(session, workspace_id, said(pattern_id, window=30), NOW)
    with psycopg.connect(installation.server.url("causeloop")) as people:
        people.execute(statement, (workspace_id, pattern_id, *moments))
    with database.workspace(workspace_id) as session:
        assert due(session, workspace_id, NOW + DAY / 8) == []
        assert due(session, workspace_id, NOW + DAY / 2) == [7, 30]


def test_what_was_said_in_view_of_a_fix_teaches_nothing(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    aware = said(pattern_id, window=30).with_columns(
        model_probabilities=pl.lit('{"prior": 0.5, "without_fix": 0.6}')
    )
    with database.workspace(workspace_id) as session:
        append_predictions(session, workspace_id, pl.concat([said(pattern_id), aware]), NOW)
        closed = read_undecided(session, workspace_id, NOW + 100 * DAY).select("prediction_id")
        values = {"outcome": pl.lit("hit"), "counterfactual_rate": pl.lit(1.0), "reason": pl.lit("seen")}
        append_outcomes(session, workspace_id, closed.with_columns(**values), NOW + 100 * DAY)
        windows = read_ledger(session, workspace_id, NOW, pl.Schema({"window_days": pl.Int64()}))
    assert windows["window_days"].to_list() == [7]


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


def test_a_prediction_is_named_by_what_was_said_when(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        append_predictions(session, workspace_id, said(pattern_id), NOW)
        row = session.row("select prediction_id from predict.prediction")
    name = f"prediction|{pattern_id}|7|{NOW.isoformat()}"
    assert row == {"prediction_id": uuid5(workspace_id, name)}


def test_a_workspace_is_observed_from_its_first_issue_on(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        assert observed_since(session, workspace_id) is None
        store_issue(session, workspace_id, "X-1")
        assert observed_since(session, workspace_id) == SEEN


def test_texts_that_differ_between_the_windows_of_a_pattern_are_refused(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    other = said(pattern_id, window=30).with_columns(likely_trigger=pl.lit("another"))
    with database.workspace(workspace_id) as session, pytest.raises(ValueError, match="same in all"):
        append_predictions(session, workspace_id, pl.concat([said(pattern_id), other]), NOW)


def test_a_ledger_that_is_too_long_gives_the_same_sample_of_the_whole_time_every_time(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        for day in range(40):
            append_predictions(session, workspace_id, said(pattern_id), NOW + day * DAY)
        closed = read_undecided(session, workspace_id, NOW + 100 * DAY).select("prediction_id")
        values = {"outcome": pl.lit("hit"), "counterfactual_rate": pl.lit(1.0), "reason": pl.lit("seen")}
        append_outcomes(session, workspace_id, closed.with_columns(**values), NOW + 100 * DAY)
        columns = pl.Schema({"prediction_id": pl.String(), "issued_at": pl.Datetime("us", "UTC")})
        first, again = (read_ledger(session, workspace_id, NOW, columns, limit=20) for _ in range(2))
    assert first.equals(again)
    assert first.height == 20
    assert first["issued_at"].max() - first["issued_at"].min() > 20 * DAY
