"""Rows of a chosen age, for the tests of retention."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from causeloop_pipeline.storage.database.session import Database
from tests.support.single_occurrences import add_single_occurrences

NOW = datetime.now(UTC)


def add_issue(database: Database, workspace_id: UUID, days: float, updated: float | None = None) -> UUID:
    """An issue of so many days ago, with its payload and an edit."""
    issue_id, external_id, record_id = uuid4(), uuid4().hex, uuid4()
    began = NOW - timedelta(days=days)
    changed = began if updated is None else NOW - timedelta(days=updated)
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into raw.record (workspace_id, record_id, source, external_id, channel, payload, "
            "payload_hash) values (%s, %s, 'custom_api', %s, 'poll', '{}', 'h')",
            (workspace_id, record_id, external_id),
        )
        session.execute(
            "insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status, "
            "source_created_at, source_updated_at, ingested_at) "
            "values (%s, %s, 'custom_api', %s, 'It broke', 'p2', 'open', %s, %s, now())",
            (workspace_id, issue_id, external_id, began, changed),
        )
        add_single_occurrences(session)
        session.execute(
            "insert into core.issue_edit (workspace_id, issue_id, field, value, edited_by) "
            "values (%s, %s, 'team', 'core', 'a person')",
            (workspace_id, issue_id),
        )
    return issue_id


def add_pattern(database: Database, workspace_id: UUID, members: Sequence[UUID]) -> UUID:
    """A pattern of these issues, the first the most central."""
    pattern_id = uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, "
            "issue_count, first_seen_at, last_seen_at) "
            "values (%s, %s, 'p', 'machine', 'active', 0.9, %s, now(), now())",
            (workspace_id, pattern_id, len(members)),
        )
        for place, issue_id in enumerate(members):
            session.execute(
                "insert into detect.pattern_member (workspace_id, issue_id, pattern_id, similarity, "
                "confidence, reason) values (%s, %s, %s, %s, 1, '{}')",
                (workspace_id, issue_id, pattern_id, 1 - place / 1000),
            )
    return pattern_id


def add_prediction(database: Database, workspace_id: UUID, closed: float, graded: bool = True) -> UUID:
    """A prediction whose window closed so many days ago."""
    prediction_id, closes = uuid4(), NOW - timedelta(days=closed)
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into predict.prediction (workspace_id, prediction_id, pattern_id, window_days, "
            "issued_at, closes_at, probability, impact, event_count, model_version) "
            "values (%s, %s, %s, 7, %s, %s, 0.5, 'high', 9, 'test')",
            (workspace_id, prediction_id, uuid4(), closes - timedelta(days=7), closes),
        )
        if graded:
            session.execute(
                "insert into predict.outcome (workspace_id, prediction_id, decided_by, outcome, reason) "
                "values (%s, %s, 'system', 'hit', 'event_in_window')",
                (workspace_id, prediction_id),
            )
    return prediction_id


def ids(database: Database, workspace_id: UUID, table: str, column: str) -> set[UUID]:
    with database.workspace(workspace_id) as session:
        return {row[column] for row in session.rows(f"select {column} from {table}")}


def ids_of_all(database: Database) -> set[UUID]:
    with database.every_workspace() as session:
        return {
            row["workspace_id"] for row in session.rows("select workspace_id from app.workspace_settings")
        }
