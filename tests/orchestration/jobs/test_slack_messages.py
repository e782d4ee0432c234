"""A pattern has one card in Slack, edited in place, and comes back into the channel when it matters again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.slack_messages import send_slack_messages
from causeloop_pipeline.stages.slack_cards import decide_cards
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database, Session
from tests.conftest import Installation
from tests.orchestration.jobs.conftest import serve_reachable
from tests.orchestration.jobs.killed_program import kill_after_post
from tests.support.fake_slack import FakeSlack
from tests.support.fake_tool import FakeTool
from tests.support.slack_setup import set_up_slack

NOW = datetime.now(UTC).replace(microsecond=0)
TITLE = "Payment timeout <!channel> *urgent* <https://evil.example|click>"
Slack = tuple[FakeSlack, FakeTool]


@pytest.fixture
def slack(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:
    """A team's Slack that the pipeline reaches."""
    fake = FakeSlack()
    with serve_reachable(fake) as running:
        monkeypatch.setenv("CAUSELOOP_SLACK_URL", running.url)
        settings.cache_clear()
        yield fake, running


@pytest.fixture
def pattern_id(slack: Slack, database: Database, workspace_id: UUID) -> UUID:
    """A pattern of four issues in a workspace with a Slack app."""
    with database.every_workspace() as session:
        session.execute("delete from notify.slack_message")
    set_up_slack(workspace_id)
    return add_pattern(database, workspace_id)


def add_pattern(database: Database, workspace_id: UUID, severity: str = "p3") -> UUID:
    pattern_id = uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, "
            "issue_count, occurrence_count, first_seen_at, last_seen_at) "
            "values (%s, %s, %s, 'machine', 'active', 0.9, 0, 0, now() - interval '90 days', now())",
            (workspace_id, pattern_id, TITLE),
        )
    for days in (90, 60, 40, 1):
        recur(database, workspace_id, pattern_id, days, severity)
    return pattern_id


def recur(
    database: Database, workspace_id: UUID, pattern_id: UUID, days_ago: float, severity: str = "p3"
) -> None:
    """One more issue of a pattern."""
    began, issue_id = NOW - timedelta(days=days_ago), uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status, "
            "source_created_at, source_updated_at, ingested_at, pattern_id) "
            "values (%s, %s, 'test', %s, %s, %s, 'open', %s, %s, now(), %s)",
            (workspace_id, issue_id, str(issue_id), TITLE, severity, began, began, pattern_id),
        )
        session.execute(
            "insert into core.occurrence (workspace_id, issue_id, started_at) values (%s, %s, %s) "
            "on conflict do nothing",
            (workspace_id, issue_id, began),
        )
        session.execute(
            "update detect.pattern set issue_count = issue_count + 1, "
            "occurrence_count = occurrence_count + 1, last_seen_at = greatest(last_seen_at, %s) "
            "where pattern_id = %s",
            (began, pattern_id),
        )


def decide(database: Database, workspace_id: UUID) -> dict[str, float]:
    with database.workspace(workspace_id) as session:
        return decide_cards(session, ScopedWorkspace(workspace_id, "UTC"), NOW)


def decide_and_send(resources: Resources, workspace_id: UUID) -> None:
    decide(resources.database, workspace_id)
    send_slack_messages(resources)


def read_messages(database: Database, workspace_id: UUID) -> list[dict[str, Any]]:
    with database.workspace(workspace_id) as session:
        return session.rows("select * from notify.slack_message order by decided_at, kind")


def let_time_pass(database: Database) -> None:
    with database.every_workspace() as session:
        session.execute("update notify.slack_message set next_try_at = now() - interval '1 minute'")


def claim_fix(session: Session, workspace_id: UUID, pattern_id: UUID, days_ago: int, verdict: str) -> None:
    recommendation_id = uuid4()
    session.execute(
        "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, "
        "expected_loops_prevented, claimed_by) values (%s, %s, %s, %s, 3, 'user:1')",
        (workspace_id, recommendation_id, pattern_id, NOW - timedelta(days=days_ago)),
    )
    session.execute(
        "insert into act.proof (workspace_id, recommendation_id, pattern_id, verdict, events_before, "
        "days_before, events_after, days_after, text, computed_at) "
        "values (%s, %s, %s, %s, 3, 90, 1, 20, 'text', now())",
        (workspace_id, recommendation_id, pattern_id, verdict),
    )


def test_a_pattern_has_one_card_that_is_edited_in_place(
    slack: Slack, resources: Resources, workspace_id: UUID, pattern_id: UUID
) -> None:
    fake, _ = slack
    decide_and_send(resources, workspace_id)
    first = [dict(message) for message in fake.messages]
    decide_and_send(resources, workspace_id)
    unchanged = fake.calls.count("chat.update")
    recur(resources.database, workspace_id, pattern_id, 0)
    with resources.database.workspace(workspace_id) as session:  # 5 is a round number: not of interest here
        session.execute("update notify.slack_message set noted = noted || '{\"round_number\": 5}'")
    decide_and_send(resources, workspace_id)

    assert len(first) == len(fake.messages) == 1
    assert unchanged == 0
    assert "Occurred 4 times" in first[0]["text"]
    assert "Occurred 5 times" in fake.messages[0]["text"]
    assert fake.messages[0]["ts"] == first[0]["ts"]


def test_what_tools_wrote_is_neither_markup_nor_a_mention(
    slack: Slack, resources: Resources, workspace_id: UUID, pattern_id: UUID
) -> None:
    fake, _ = slack
    recur(resources.database, workspace_id, pattern_id, 0)
    decide_and_send(resources, workspace_id)
    (card,) = fake.messages

    assert fake.notified == []
    assert card["blocks"][0]["text"] == {"type": "plain_text", "text": TITLE, "emoji": False}
    assert "&lt;!channel&gt;" in card["text"]
    markup = [
        block["text"]["text"] for block in card["blocks"] if block.get("text", {}).get("type") == "mrkdwn"
    ]
    assert not any("evil" in text for text in markup)


@pytest.mark.parametrize(("mode", "status"), [("off", None), ("shadow", "shadow")])
def test_nothing_is_sent_before_it_is_live(
    slack: Slack, resources: Resources, workspace_id: UUID, pattern_id: UUID, mode: str, status: str | None
) -> None:
    fake, _ = slack
    set_up_slack(workspace_id, mode)
    decide_and_send(resources, workspace_id)

    assert fake.calls == []
    stored = read_messages(resources.database, workspace_id)
    assert [message["status"] for message in stored] == ([status] if status else [])


def test_a_card_that_was_posted_by_a_killed_attempt_is_not_posted_again(
    slack: Slack, resources: Resources, installation: Installation, workspace_id: UUID, pattern_id: UUID
) -> None:
    fake, running = slack
    decide(resources.database, workspace_id)
    kill_after_post(send_slack_messages, installation, running, fake)
    (left,) = read_messages(resources.database, workspace_id)
    running.script[0] = fake
    let_time_pass(resources.database)
    send_slack_messages(resources)
    (stored,) = read_messages(resources.database, workspace_id)

    assert (left["status"], left["ts"]) == ("queued", None)
    assert fake.calls.count("chat.postMessage") == len(fake.messages) == 1
    assert (stored["status"], stored["ts"]) == ("sent", fake.messages[0]["ts"])


def test_slack_is_waited_for_as_long_as_it_asks(
    slack: Slack, resources: Resources, workspace_id: UUID, pattern_id: UUID
) -> None:
    fake, _ = slack
    add_pattern(resources.database, workspace_id)
    fake.waits = [120]
    decide_and_send(resources, workspace_id)
    waiting = read_messages(resources.database, workspace_id)
    send_slack_messages(resources)
    calls_meanwhile = len(fake.calls)
    let_time_pass(resources.database)
    send_slack_messages(resources)

    assert calls_meanwhile == 1
    assert {message["attempts"] for message in waiting} == {0}
    assert all(message["next_try_at"] > NOW + timedelta(seconds=60) for message in waiting)
    assert len(fake.messages) == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("fix failed", "The fix of "),
        ("severity rose", "Its severity rose to p1."),
        ("round number", "It has occurred for the 5th time."),
        ("pace changed", "It recurs faster: on 9 of the last 28 days, on 3 of the "),
    ],
)
def test_a_pattern_comes_back_into_the_channel_with_its_reason_once(
    slack: Slack, resources: Resources, workspace_id: UUID, pattern_id: UUID, change: str, reason: str
) -> None:
    fake, _ = slack
    decide_and_send(resources, workspace_id)
    with resources.database.workspace(workspace_id) as session:
        if change != "round number":
            session.execute("update notify.slack_message set noted = noted || '{\"round_number\": 25}'")
        if change == "fix failed":
            claim_fix(session, workspace_id, pattern_id, 20, "failed")
    if change == "severity rose":
        recur(resources.database, workspace_id, pattern_id, 0, "p1")
    if change == "round number":
        recur(resources.database, workspace_id, pattern_id, 0)
    if change == "pace changed":
        for days in range(2, 10):
            recur(resources.database, workspace_id, pattern_id, days)
    decide_and_send(resources, workspace_id)
    decide_and_send(resources, workspace_id)

    card, resurfaced = fake.messages
    assert reason in resurfaced["text"]
    assert (resurfaced["thread_ts"], resurfaced["subtype"]) == (card["ts"], "thread_broadcast")


def test_a_snoozed_pattern_comes_back_after_its_snooze(
    slack: Slack, resources: Resources, workspace_id: UUID, pattern_id: UUID
) -> None:
    fake, _ = slack
    decide_and_send(resources, workspace_id)
    set_snooze(workspace_id, pattern_id, NOW + timedelta(days=1))
    recur(resources.database, workspace_id, pattern_id, 0, "p1")
    decide_and_send(resources, workspace_id)
    snoozed = [message["text"] for message in fake.messages]
    set_snooze(workspace_id, pattern_id, None)
    decide_and_send(resources, workspace_id)

    assert len(snoozed) == 1
    assert "Snoozed until" in snoozed[0]
    assert "Its severity rose to p1." in fake.messages[1]["text"]


def set_snooze(workspace_id: UUID, pattern_id: UUID, until: datetime | None) -> None:
    with psycopg.connect(settings().require("api_database_url")) as api:
        api.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
        api.execute(
            "insert into detect.pattern_handling (workspace_id, pattern_id, snoozed_until, changed_by) "
            "values (%s, %s, %s, 'user:1') "
            "on conflict (workspace_id, pattern_id) do update set snoozed_until = excluded.snoozed_until",
            (workspace_id, pattern_id, until),
        )


def test_a_pattern_whose_card_was_deleted_gets_a_new_one_when_it_comes_back(
    slack: Slack, resources: Resources, workspace_id: UUID, pattern_id: UUID
) -> None:
    fake, _ = slack
    decide_and_send(resources, workspace_id)
    fake.delete(fake.messages[0]["ts"])
    recur(resources.database, workspace_id, pattern_id, 0, "p1")
    decide_and_send(resources, workspace_id)
    let_time_pass(resources.database)
    send_slack_messages(resources)

    resurfaced, card = fake.messages
    assert "severity rose" in resurfaced["text"]
    assert "thread_ts" not in resurfaced
    assert "Occurred 5 times" in card["text"]


def test_a_refusal_of_the_app_holds_everything_until_somebody_changed_it(
    slack: Slack, resources: Resources, workspace_id: UUID, pattern_id: UUID
) -> None:
    fake, _ = slack
    fake.joined.clear()
    decide_and_send(resources, workspace_id)
    let_time_pass(resources.database)
    send_slack_messages(resources)
    with resources.database.workspace(workspace_id) as session:
        app = session.row("select error from notify.slack_app")
    fake.joined.update(fake.channels)
    set_up_slack(workspace_id)
    send_slack_messages(resources)

    assert app == {"error": "Slack: the app is not in the channel: /invite @Causeloop there"}
    assert fake.calls.count("chat.postMessage") == 2
    assert len(fake.messages) == 1


def test_the_card_of_a_pattern_that_was_merged_says_so(
    slack: Slack, resources: Resources, workspace_id: UUID, pattern_id: UUID
) -> None:
    fake, _ = slack
    decide_and_send(resources, workspace_id)
    with resources.database.workspace(workspace_id) as session:
        session.execute("delete from detect.pattern where pattern_id = %s", (pattern_id,))
    decide_and_send(resources, workspace_id)

    (card,) = fake.messages
    assert "is a part of another pattern now" in card["text"]
    assert len(card["blocks"]) == 2
