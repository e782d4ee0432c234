"""A pattern that has a card comes back into the channel with its reason, once, and never only in a thread."""

from datetime import timedelta
from uuid import UUID

import pytest

from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.slack_messages import send_slack_messages
from causeloop_pipeline.stages.slack_cards import decide_cards
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from tests.orchestration.jobs.slack_patterns import (
    NOW,
    Slack,
    claim_fix,
    decide_and_send,
    let_time_pass,
    pattern_id,
    recur,
    set_snooze,
    slack,
)

__all__ = ["pattern_id", "slack"]


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


def test_a_pattern_that_recurs_as_badly_as_before_after_a_long_silence_only_has_its_card_edited(
    slack: Slack, resources: Resources, workspace_id: UUID, pattern_id: UUID
) -> None:
    fake, _ = slack
    decide_and_send(resources, workspace_id)
    with resources.database.workspace(workspace_id) as session:
        session.execute("update notify.slack_message set noted = noted || '{\"round_number\": 5}'")
        decide_cards(session, ScopedWorkspace(workspace_id, "UTC"), NOW + timedelta(days=60))
    recur(resources.database, workspace_id, pattern_id, 0, "p3")
    decide_and_send(resources, workspace_id)

    assert len(fake.messages) == 1
