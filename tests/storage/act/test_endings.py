"""How issues ended is read once from their newest record, and grouped by what was done."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from causeloop_pipeline.stages.endings import gather_experience, refresh_endings
from causeloop_pipeline.storage.act.investigations import read_investigation_states
from causeloop_pipeline.storage.database.session import Database, Session
from tests.storage.stored import SEEN, store_issue, store_occurrence, store_pattern

INSERT_RECORD = """
insert into raw.record (workspace_id, source, external_id, channel, payload, payload_hash, source_updated_at)
values (
    %s, 'custom_api', %s, 'ingest', jsonb_build_object('close_notes', %s::text, 'closed_by', 'Ana'), %s, %s
)
"""


def end(session: Session, workspace_id: UUID, issue_id: str, at: datetime) -> None:
    session.execute(
        "update core.issue set resolved_at = %s, status = 'resolved', source_updated_at = %s "
        "where workspace_id = %s and issue_id = %s",
        (at, at, workspace_id, issue_id),
    )


def store_ended(session: Session, workspace_id: UUID, pattern_id: str, key: str, day: int, note: str) -> str:
    """An issue that began on a day and ended an hour later, as a note says."""
    issue_id = store_issue(session, workspace_id, key)
    began = SEEN + timedelta(days=day)
    session.execute("delete from core.occurrence where issue_id = %s", (issue_id,))
    store_occurrence(session, workspace_id, issue_id, began)
    session.execute(
        "update core.issue set pattern_id = %s, source_created_at = %s where issue_id = %s",
        (pattern_id, began, issue_id),
    )
    end(session, workspace_id, issue_id, began + timedelta(hours=1))
    for version, text in enumerate((f"will look, {key}", note)):
        session.execute(
            INSERT_RECORD, (workspace_id, key, text, f"{key}{version}", began + timedelta(hours=version))
        )
    return issue_id


@pytest.fixture
def pattern_id(database: Database, workspace_id: UUID) -> str:
    """A pattern that was restarted twice, and then its pool was enlarged."""
    with database.workspace(workspace_id) as session:
        pattern_id = store_pattern(session, workspace_id)
        notes = (
            (0, "Restarted the pool."),
            (3, "restarted the pool again"),
            (10, "Increased the pool size."),
            (51, ""),
        )
        for number, (day, note) in enumerate(notes):
            store_ended(session, workspace_id, pattern_id, f"E-{number}", day, note)
    return pattern_id


def test_endings_are_grouped_by_what_was_done_with_how_long_it_held(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        assert refresh_endings(session, workspace_id, is_rebuild=False) == 4
        assert refresh_endings(session, workspace_id, is_rebuild=False) == 0
        states = read_investigation_states(session, workspace_id)
        experience = gather_experience(session, workspace_id, [pattern_id], states, as_of=SEEN)
        raised, restarted = experience.endings[pattern_id]

    assert (raised.action, raised.phrase, raised.count) == (
        "raised a limit",
        "increased the pool size",
        1,
    )
    assert raised.held_low == raised.held_high == pytest.approx(41 - 1 / 24)
    assert (restarted.action, restarted.count, restarted.is_holding) == ("restarted", 2, False)
    assert restarted.held_low == pytest.approx(3 - 1 / 24)
    assert restarted.held_high == pytest.approx(7 - 1 / 24)
    assert len(restarted.issue_ids) == 2


def test_an_issue_that_is_open_again_has_not_ended_and_one_that_ends_once_more_is_read_again(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    with database.workspace(workspace_id) as session:
        refresh_endings(session, workspace_id, is_rebuild=True)
        row = session.row("select issue_id from core.issue where external_id = 'E-2'")
        assert row is not None
        session.execute("update core.issue set resolved_at = null where external_id = 'E-2'")
        refresh_endings(session, workspace_id, is_rebuild=True)
        count = session.row(
            "select count(*) as endings from act.ending where workspace_id = %s", (workspace_id,)
        )
        assert count == {"endings": 3}
        end(session, workspace_id, row["issue_id"], SEEN + timedelta(days=60))
        assert refresh_endings(session, workspace_id, is_rebuild=True) == 1
        ending = session.row("select made_by, quote from act.ending where issue_id = %s", (row["issue_id"],))
        assert ending == {"made_by": "Ana", "quote": "Increased the pool size."}
