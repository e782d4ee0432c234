"""Issued predictions are never changed, and issued again only for a reason."""

from datetime import UTC, datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid5

import polars as pl
import psycopg
import pytest

from causeloop_pipeline.storage.core.issues import read_first_issue_time
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.predict.predictions import (
    append_predictions,
    read_due_predictions,
    read_latest_predictions,
)
from tests.conftest import Installation
from tests.storage.stored import SEEN, prediction, store_issue, store_pattern

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def pattern_id(database: Database, workspace_id: UUID) -> str:
    """A pattern without issues."""
    with database.workspace(workspace_id) as session:
        return store_pattern(session, workspace_id)


def due(session: Session, workspace_id: UUID, as_of: datetime) -> list[int]:
    frame = read_due_predictions(session, workspace_id, (7, 30), as_of, as_of - DAY)
    return sorted(frame["window_days"].to_list())


def test_the_same_prediction_of_the_same_moment_is_one_row(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        assert append_predictions(session, workspace_id, prediction(pattern_id), NOW) == 1
        assert append_predictions(session, workspace_id, prediction(pattern_id, probability=0.9), NOW) == 0
        latest = read_latest_predictions(session, workspace_id, (7,))
    assert latest["probability"].to_list() == [0.5]


def test_a_prediction_is_due_a_day_after_the_latest(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        assert due(session, workspace_id, NOW) == [7, 30]
        append_predictions(session, workspace_id, prediction(pattern_id), NOW)
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
def test_a_pattern_is_due_once_a_fix_is_claimed_or_withdrawn(
    installation: Installation,
    database: Database,
    workspace_id: UUID,
    pattern_id: str,
    statement: LiteralString,
    moments: list[datetime | None],
) -> None:
    with database.workspace(workspace_id) as session:
        append_predictions(session, workspace_id, prediction(pattern_id), NOW)
        append_predictions(session, workspace_id, prediction(pattern_id, window=30), NOW)
    with psycopg.connect(installation.server.url("causeloop")) as superuser:
        superuser.execute(statement, (workspace_id, pattern_id, *moments))
    with database.workspace(workspace_id) as session:
        assert due(session, workspace_id, NOW + DAY / 8) == []
        assert due(session, workspace_id, NOW + DAY / 2) == [7, 30]


def test_the_id_of_a_prediction_follows_from_pattern_window_and_moment(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        append_predictions(session, workspace_id, prediction(pattern_id), NOW)
        row = session.row("select prediction_id from predict.prediction")
    name = f"prediction|{pattern_id}|7|{NOW.isoformat()}"
    assert row == {"prediction_id": uuid5(workspace_id, name)}


def test_a_workspace_is_observed_from_its_first_issue_on(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        assert read_first_issue_time(session, workspace_id) is None
        store_issue(session, workspace_id, "X-1")
        assert read_first_issue_time(session, workspace_id) == SEEN


def test_texts_that_differ_between_the_windows_of_a_pattern_are_refused(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    other = prediction(pattern_id, window=30).with_columns(likely_trigger=pl.lit("another"))
    with database.workspace(workspace_id) as session, pytest.raises(ValueError, match="same in all"):
        append_predictions(session, workspace_id, pl.concat([prediction(pattern_id), other]), NOW)
