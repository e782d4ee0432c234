"""Issued predictions are never changed, and issued again only for a reason."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid5

import polars as pl
import psycopg
import pytest

from causeloop_pipeline.storage.core.issues import read_first_occurrence_time
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.predict.predictions import (
    append_predictions,
    read_due_predictions,
    read_latest_predictions,
)
from tests.conftest import Installation
from tests.storage.stored import (
    SEEN,
    new_id,
    pattern,
    prediction,
    store_issue,
    store_occurrence,
    store_pattern,
)

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


@dataclass(frozen=True)
class _History:
    """Of a pattern: how many issues its summary counts, how many of these begin later, when it was claimed to
    be fixed, and window → when and with how many issues it was predicted.
    """

    counted: int
    later: int
    claims: list[datetime]
    predicted: dict[int, tuple[datetime, int]]

    def find_due_windows(self) -> list[int]:
        """By the definition, window by window."""
        return [window for window in (7, 30) if self._is_due(window)]

    def _is_due(self, window: int) -> bool:
        issued_at, issues = self.predicted.get(window, (NOW - 9 * DAY, 0))
        is_claimed = any(issued_at < claim <= NOW for claim in self.claims)
        return is_claimed or issued_at < NOW - DAY or issues != self.counted - self.later


def draw_history(generator: random.Random) -> _History:
    """A pattern that is not due, of which something may have changed."""
    later = generator.choice([0, 0, 0, 2])
    counted = generator.choice([0, 3, 3, 3, 4]) if not later else 5
    issues = counted - later
    predicted = dict.fromkeys((7, 30), (NOW - DAY / 2, issues))
    window, moment = generator.choice([7, 30]), NOW - generator.choice([2, 1, 0.25]) * DAY
    match generator.choice(["nothing", "nothing", "missing", "later", "miscounted", "uncounted"]):
        case "missing":
            del predicted[window]
        case "later":
            predicted[window] = moment, issues
        case "miscounted":
            predicted[window] = predicted[window][0], issues + later + generator.choice([0, 1])
        case "uncounted":
            predicted = {name: (at, issues + later) for name, (at, _) in predicted.items()}
    moments = [NOW - 3 * DAY, NOW - DAY, NOW - DAY / 2, NOW - DAY / 3, NOW, NOW + DAY]
    return _History(
        counted, later, generator.choices(moments, k=generator.choice([0, 0, 0, 1, 2])), predicted
    )


def store_history(session: Session, workspace_id: UUID, pattern_id: str, history: _History) -> None:
    session.execute(
        "update detect.pattern set occurrence_count = %s where pattern_id = %s", (history.counted, pattern_id)
    )
    for number in range(history.later):
        issue_id = store_issue(session, workspace_id, f"{pattern_id}-{number}")
        session.execute("update core.issue set pattern_id = %s where issue_id = %s", (pattern_id, issue_id))
        session.execute("delete from core.occurrence where issue_id = %s", (issue_id,))
        store_occurrence(session, workspace_id, issue_id, NOW + number * DAY)
    for window, (issued_at, issues) in history.predicted.items():
        row = prediction(pattern_id, window).with_columns(event_count=pl.lit(issues, pl.Int64))
        append_predictions(session, workspace_id, row, issued_at)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_due_is_what_a_look_at_each_pattern_and_window_tells(
    seed: int, installation: Installation, database: Database, workspace_id: UUID
) -> None:
    generator = random.Random(seed)
    histories = {new_id(): draw_history(generator) for _ in range(25)}
    with database.workspace(workspace_id) as session:
        for name, history in histories.items():
            row = pattern(name).with_columns(workspace_id=pl.lit(str(workspace_id)))
            session.insert("detect.pattern", row)
            store_history(session, workspace_id, name, history)
    with psycopg.connect(installation.server.url("causeloop")) as superuser:
        for name, history in histories.items():
            for claim in history.claims:
                superuser.execute(NOTE, (workspace_id, name, claim))

    with database.workspace(workspace_id) as session:
        stored = read_due_predictions(session, workspace_id, (7, 30), NOW, NOW - DAY)
    expected = [(name, window) for name in sorted(histories) for window in histories[name].find_due_windows()]
    assert stored.rows() == expected
    assert 0 < len({name for name, _ in expected}) < len(histories)


def test_the_id_of_a_prediction_follows_from_pattern_window_and_moment(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        append_predictions(session, workspace_id, prediction(pattern_id), NOW)
        row = session.row("select prediction_id from predict.prediction")
    name = f"prediction|{pattern_id}|7|{NOW.isoformat()}"
    assert row == {"prediction_id": uuid5(workspace_id, name)}


def test_a_workspace_is_observed_from_its_first_occurrence_on(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        assert read_first_occurrence_time(session, workspace_id) is None
        store_issue(session, workspace_id, "X-1")
        assert read_first_occurrence_time(session, workspace_id) == SEEN


def test_texts_that_differ_between_the_windows_of_a_pattern_are_refused(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    other = prediction(pattern_id, window=30).with_columns(likely_trigger=pl.lit("another"))
    with database.workspace(workspace_id) as session, pytest.raises(ValueError, match="same in all"):
        append_predictions(session, workspace_id, pl.concat([prediction(pattern_id), other]), NOW)
