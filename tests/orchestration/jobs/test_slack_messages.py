"""A pattern has one card in Slack, edited in place, whatever is interrupted."""

from datetime import timedelta
from uuid import UUID

import pytest

from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.deliveries import has_anything_due
from causeloop_pipeline.stages.jobs.slack_messages import send_slack_messages
from causeloop_pipeline.storage.app.retention import delete_expired
from tests.conftest import Installation
from tests.orchestration.jobs.killed_program import kill_after_post
from tests.orchestration.jobs.slack_patterns import (
    NOW,
    TITLE,
    Slack,
    add_pattern,
    decide,
    decide_and_send,
    let_time_pass,
    pattern_id,
    read_messages,
    recur,
    slack,
)
from tests.support.slack_setup import set_up_slack

__all__ = ["pattern_id", "slack"]


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


def test_what_is_stored_of_a_message_ends_with_its_pattern(
    slack: Slack, resources: Resources, workspace_id: UUID, pattern_id: UUID
) -> None:
    decide_and_send(resources, workspace_id)
    with resources.database.workspace(workspace_id) as session:
        session.execute("update notify.slack_message set updated_at = now() - interval '3 years'")
        of_present = delete_expired(session, workspace_id, "messages in Slack")
        session.execute("delete from detect.pattern where pattern_id = %s", (pattern_id,))
        of_former = delete_expired(session, workspace_id, "messages in Slack")

    assert (of_present, of_former) == (0, 1)


def test_a_message_that_is_due_starts_a_run(
    slack: Slack, resources: Resources, workspace_id: UUID, pattern_id: UUID
) -> None:
    decide(resources.database, workspace_id)
    with resources.database.workspace(workspace_id) as session:
        waiting = has_anything_due(session)
    send_slack_messages(resources)
    with resources.database.workspace(workspace_id) as session:
        afterwards = has_anything_due(session)

    assert (waiting, afterwards) == (True, False)
