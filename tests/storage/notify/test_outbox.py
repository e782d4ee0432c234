"""A message is queued once, delivered at least once, and given up only after every retry."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.model.plans import PLANS
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.notify import outbox

CHANNELS = [{"type": "webhook", "url": "https://example.org/hook"}, {"type": "email", "to": "a@example.org"}]


@pytest.fixture
def rule_id(owner: psycopg.Connection, database: Database, workspace_id: UUID) -> UUID:
    with database.workspace(workspace_id) as session:
        row = session.row(
            "insert into notify.alert_rule (workspace_id, name, probability_threshold, channels, created_by) "
            "values (%s, 'Often', 0.7, '[]', 'a test') returning alert_rule_id",
            (workspace_id,),
        )
    assert row is not None
    return UUID(str(row["alert_rule_id"]))


def make_due(session: Session) -> None:
    session.execute("update notify.outbox set next_try_at = now()")


def test_a_crossing_is_queued_once_for_each_channel(
    database: Database, workspace_id: UUID, rule_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        first = outbox.enqueue(session, workspace_id, rule_id, CHANNELS, "crossing-1", {"pattern": "p"})
        again = outbox.enqueue(session, workspace_id, rule_id, CHANNELS, "crossing-1", {"pattern": "p"})

    assert (first, again) == (2, 0)


def test_two_senders_never_claim_the_same_message(
    database: Database, workspace_id: UUID, rule_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        outbox.enqueue(session, workspace_id, rule_id, CHANNELS, "crossing-1", {})

    with database.workspace(workspace_id) as first, database.workspace(workspace_id) as second:
        sent = outbox.claim_due_messages(first, limit=1)
        rest = outbox.claim_due_messages(second)

    assert len(sent) == len(rest) == 1
    assert sent[0].message_id != rest[0].message_id


def test_a_delivered_message_is_not_due_again(database: Database, workspace_id: UUID, rule_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        outbox.enqueue(session, workspace_id, rule_id, CHANNELS[:1], "crossing-1", {})
        (message,) = outbox.claim_due_messages(session)
        outbox.mark_delivered(session, message)

        assert outbox.claim_due_messages(session) == []
        assert outbox.read_workspaces_with_messages(session) == []


def test_a_failing_message_waits_longer_each_time_and_is_given_up_at_last(
    database: Database, workspace_id: UUID, rule_id: UUID
) -> None:
    delays: list[timedelta] = []
    with database.workspace(workspace_id) as session:
        outbox.enqueue(session, workspace_id, rule_id, CHANNELS[:1], "crossing-1", {})
        while messages := outbox.claim_due_messages(session):
            outbox.mark_failed(session, messages[0], "503", permanent=False)
            state = session.row("select next_try_at - now() as wait, given_up_at from notify.outbox") or {}
            if state["given_up_at"] is None:
                delays.append(state["wait"])
            make_due(session)

    assert tuple(delays) == outbox.RETRY_DELAYS


def test_a_permanent_failure_is_given_up_at_once(
    database: Database, workspace_id: UUID, rule_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        outbox.enqueue(session, workspace_id, rule_id, CHANNELS[:1], "crossing-1", {})
        (message,) = outbox.claim_due_messages(session)
        outbox.mark_failed(session, message, "410 gone", permanent=True)
        make_due(session)

        assert outbox.claim_due_messages(session) == []
        assert session.row("select error, attempts from notify.outbox") == {
            "error": "410 gone",
            "attempts": 1,
        }


def test_beyond_the_plan_s_number_of_a_day_messages_are_stored_as_given_up(
    database: Database, workspace_id: UUID, rule_id: UUID
) -> None:
    limit = PLANS["growth"].messages_per_day
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into notify.outbox (workspace_id, channel, dedupe_key, body, delivered_at) "
            "select %s, '{}', n::text, '{}', now() from generate_series(1, %s) as n",
            (workspace_id, limit - 1),
        )
        queued = outbox.enqueue(session, workspace_id, rule_id, CHANNELS, "crossing-1", {})
        more = outbox.enqueue(session, workspace_id, rule_id, CHANNELS[:1], "crossing-2", {})
        refused = session.rows("select error from notify.outbox where given_up_at is not null")

    assert (queued, more) == (1, 0)
    assert {row["error"] for row in refused} == {
        "the growth plan allows 1000 messages a day, and they are used up"
    }
