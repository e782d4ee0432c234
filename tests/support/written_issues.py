"""Issues that people wrote, with the fingerprints that the pipeline would give them."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import psycopg
import pytest

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect import text_vectors

NAMESPACE = UUID("0190a000-0000-7000-8000-00000000e5c0")
INSERT_ISSUE = """
insert into core.issue (workspace_id, issue_id, source, external_id, title, body, severity, status,
    source_created_at, source_updated_at, ingested_at)
values (%(workspace_id)s, %(issue_id)s, 'jira', %(key)s, %(title)s, %(body)s, 'p3', 'open',
    %(at)s, %(at)s, %(at)s)
"""
INSERT_FINGERPRINT = """
insert into detect.fingerprint (workspace_id, issue_id, kind, issue_changed_at)
select workspace_id, issue_id, %(kind)s, changed_at from core.issue where issue_id = %(issue_id)s
"""
INSERT_OCCURRENCE = """
insert into core.occurrence (workspace_id, issue_id, started_at)
values (%(workspace_id)s, %(issue_id)s, %(at)s)
"""
INSERT_FRESHNESS = """
insert into app.workspace_freshness (workspace_id, stage, computed_at, as_of, run_id)
values (%s, 'patterns', clock_timestamp(), now(), 'a test')
on conflict (workspace_id, stage) do update set computed_at = clock_timestamp()
"""
TEXTS = {
    "T-1": "The app crashes at start",
    "T-2": "Invoice total is wrong",
    "T-3": "Search is slow in the evening",
    "T-4": "The printer jams",
    "T-5": "Upload hangs",
}


def store_written(
    session: Session, workspace_id: UUID, titles: Mapping[str, str] = TEXTS, *, kind: str = "human"
) -> dict[str, UUID]:
    """Store issues, grouped just now; their ids by key."""
    ids = {}
    for number, (key, title) in enumerate(titles.items()):
        ids[key] = uuid5(NAMESPACE, f"{workspace_id} {key}")
        row = {
            "workspace_id": workspace_id,
            "issue_id": ids[key],
            "key": key,
            "title": title,
            "body": None,
            "at": datetime(2026, 9, 1, tzinfo=UTC) + timedelta(days=number),
        }
        session.execute(INSERT_ISSUE, row)
        session.execute(INSERT_OCCURRENCE, row)
        session.execute(INSERT_FINGERPRINT, {"kind": kind, **row})
    note_grouped(session, workspace_id)
    return ids


def note_grouped(session: Session, workspace_id: UUID) -> None:
    """Note that the patterns of a workspace were computed just now."""
    session.execute(INSERT_FRESHNESS, (workspace_id,))


def encode_only(monkeypatch: pytest.MonkeyPatch, workspace_ids: Collection[UUID]) -> None:
    """Let only these workspaces be due, for other tests have left theirs; all vectors are deleted."""
    list_due = text_vectors.list_due

    def list_own(session: Session, encoder: str, wait_seconds: float) -> list[UUID]:
        return [each for each in list_due(session, encoder, wait_seconds) if each in workspace_ids]

    delete_vectors()
    monkeypatch.setattr(text_vectors, "list_due", list_own)


def delete_vectors() -> None:
    """Delete the vectors of all workspaces that other tests have left."""
    with psycopg.connect(settings().require("pipeline_database_url")) as connection:
        connection.execute(
            "select set_config('causeloop.scope', "
            "(select coalesce(array_agg(workspace_id), '{}')::text from app.workspace), true)"
        )
        connection.execute("delete from detect.vector_space")
