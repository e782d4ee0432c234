"""Buttons of cards are facts under the role of whoever clicked, and nobody else sees what came of them."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.api.sample import Sample
from tests.api.slack.conftest import SlackTeam
from tests.support.slack_sender import press

BUTTONS = ("causeloop_same", "causeloop_not_same", "causeloop_fixed", "causeloop_snooze")


def read_rows(database: Database, sample: Sample, statement: str) -> list[dict[str, Any]]:
    with database.workspace(sample.workspace_id) as session:
        return session.rows(statement)


def count_facts(database: Database, sample: Sample) -> int:
    """How many corrections, claims, notes and snoozes there are."""
    (row,) = read_rows(
        database,
        sample,
        "select (select count(*) from detect.pattern_constraint) + (select count(*) from act.fix) "
        "+ (select count(*) from detect.closure_note) "
        "+ (select count(*) from detect.pattern_handling where snoozed_until is not null) as facts",
    )
    return int(row["facts"])


@pytest.mark.parametrize(("button", "act"), [("causeloop_same", "link"), ("causeloop_not_same", "unlink")])
def test_same_and_not_the_same_are_corrections(
    team: SlackTeam, database: Database, button: str, act: str
) -> None:
    answered = team.sender.click("UANALYST", press(team.card, button))
    (answer,) = team.fake.answers
    rows = read_rows(
        database,
        team.sample,
        "select distinct act, made_by from detect.pattern_constraint where correction_id is not null",
    )

    assert answered.status_code == 200
    assert "Recorded" in answer["text"]
    assert (answer["response_type"], answer["replace_original"]) == ("ephemeral", False)
    assert {"act": act, "made_by": f"user:{team.sample.ids['slack_analyst']}"} in rows


def test_fixed_claims_the_fix_of_the_first_open_recommendation(team: SlackTeam, database: Database) -> None:
    with database.workspace(team.sample.workspace_id) as session:
        session.execute("update act.recommendation set status = 'pending'")
        session.execute("delete from act.fix")
    team.sender.click("UANALYST", press(team.card, "causeloop_fixed"))
    fixes = read_rows(database, team.sample, "select claimed_by, pattern_id from act.fix")

    assert "a fix is in place" in team.fake.answers[0]["text"]
    assert {fix["claimed_by"] for fix in fixes} == {f"user:{team.sample.ids['slack_analyst']}"}
    assert team.sample.ids["pattern_id"] in {fix["pattern_id"] for fix in fixes}


def test_fixed_is_a_closure_note_where_nothing_is_recommended(team: SlackTeam, database: Database) -> None:
    with database.workspace(team.sample.workspace_id) as session:
        session.execute("update act.recommendation set status = 'dismissed'")
    team.sender.click("UANALYST", press(team.card, "causeloop_fixed"))
    notes = read_rows(database, team.sample, "select note from detect.closure_note")

    assert {"note": "Fixed, as claimed in Slack."} in notes


def test_snooze_snoozes_the_pattern_and_has_its_card_written_again(
    team: SlackTeam, database: Database
) -> None:
    with database.workspace(team.sample.workspace_id) as session:
        session.execute("update notify.slack_message set status = 'sent', ts = '1.1'")
    team.sender.click("UANALYST", press(team.card, "causeloop_snooze", option=1))
    (handling,) = read_rows(
        database,
        team.sample,
        "select (snoozed_until - now())::text as left, pattern_id from detect.pattern_handling "
        "where snoozed_until is not null",
    )
    edited = read_rows(database, team.sample, "select pattern_id from notify.slack_message where is_edit_due")

    assert handling["left"].startswith("6 days 23:59")
    assert [row["pattern_id"] for row in edited] == [handling["pattern_id"]]


def test_the_audit_log_names_the_person_through_slack(team: SlackTeam, database: Database) -> None:
    team.sender.click("UANALYST", press(team.card, "causeloop_snooze"))
    entries = read_rows(
        database,
        team.sample,
        "select actor, action, details ->> 'agent' as through from app.audit_log "
        "where details ->> 'agent' is not null",
    )

    assert entries == [
        {
            "actor": f"user:{team.sample.ids['slack_analyst']}",
            "action": "pattern.updated",
            "through": "Slack (UANALYST)",
        }
    ]


def test_who_may_not_reads_whom_to_ask(team: SlackTeam, database: Database) -> None:
    fake, sample = team.fake, team.sample
    fake.add_person("USTRANGER", "stranger@example.com")
    address = f"analyst-{sample.canary}@example.com"
    fake.add_person("UUNCONFIRMED", address, is_email_confirmed=False)
    fake.add_person("UELSEWHERE", address, team_id="T0OTHER")
    fake.add_person("UGONE", address, deleted=True)
    before = count_facts(database, sample)
    for user_id in ("UVIEWER", "USTRANGER", "UUNCONFIRMED", "UELSEWHERE", "UGONE"):
        for button in BUTTONS:
            assert team.sender.click(user_id, press(team.card, button)).status_code == 200
    nobody = team.sender.click("UNOBODY", press(team.card, "causeloop_fixed"))

    texts = [answer["text"] for answer in fake.answers]
    assert count_facts(database, sample) == before
    assert len(texts) == 5 * len(BUTTONS) + 1
    assert all("role analyst" in text for text in texts[:4])
    assert all(f"ask {sample.canary} owner" in text for text in texts[:20])
    assert nobody.status_code == 200


def test_a_member_who_was_suspended_is_refused(team: SlackTeam, database: Database, owner: Any) -> None:
    owner.execute(
        "update app.membership set status = 'suspended' where user_id = %s",
        (team.sample.ids["slack_analyst"],),
    )
    before = count_facts(database, team.sample)
    team.sender.click("UANALYST", press(team.card, "causeloop_fixed"))

    assert "suspended" in team.fake.answers[0]["text"]
    assert count_facts(database, team.sample) == before


def test_the_pattern_of_another_tenant_is_none(
    team: SlackTeam, other_sample: Sample, database: Database
) -> None:
    pair = f"{other_sample.ids['pattern_id']}:{other_sample.issues[0]}"
    before = count_facts(database, other_sample), count_facts(database, team.sample)
    for button in BUTTONS[:3]:
        action = press(team.card, button) | {"value": pair if button != BUTTONS[2] else pair[:36]}
        team.sender.click("UANALYST", action)
    snooze = {**press(team.card, BUTTONS[3]), "selected_option": {"value": f"{pair[:36]}:7"}}
    team.sender.click("UANALYST", snooze)

    assert (count_facts(database, other_sample), count_facts(database, team.sample)) == before
    assert len(team.fake.answers) == 4
    assert all("Nothing was recorded" in answer["text"] for answer in team.fake.answers)
    assert not any(other_sample.canary in answer["text"] for answer in team.fake.answers)


@pytest.mark.parametrize(
    "action",
    [
        {"action_id": "causeloop_open", "value": str(uuid4())},
        {"action_id": "of_another_app", "value": str(uuid4())},
        {"action_id": "causeloop_fixed", "value": "'; drop table"},
        {"action_id": "causeloop_fixed", "value": ["x"]},
        {"action_id": "causeloop_snooze", "selected_option": {"value": None}},
    ],
)
def test_what_is_not_a_click_of_ours_is_acknowledged_and_nothing_else(
    team: SlackTeam, action: dict[str, Any]
) -> None:
    assert team.sender.click("UANALYST", action).status_code == 200
    assert team.fake.calls == []


def test_a_click_in_another_team_is_none(team: SlackTeam, database: Database) -> None:
    before = count_facts(database, team.sample)
    assert (
        team.sender.click("UANALYST", press(team.card, "causeloop_fixed"), team="T0OTHER").status_code == 200
    )
    assert count_facts(database, team.sample) == before


def test_nothing_is_answered_to_an_address_that_is_not_slacks(team: SlackTeam) -> None:
    sender = replace(team.sender, answers="http://127.0.0.1:9")
    assert sender.click("UANALYST", press(team.card, "causeloop_snooze")).status_code == 200
    assert team.fake.answers == []


def test_slack_is_acknowledged_while_it_is_slow_to_name_the_person(
    team: SlackTeam, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.slack.receiving.acknowledged.SECONDS_TO_ANSWER", 0.2)
    team.fake.may_answer.clear()
    acknowledged = team.sender.click("UANALYST", press(team.card, "causeloop_snooze"))
    answered_before = list(team.fake.answers)
    team.fake.may_answer.set()

    assert (acknowledged.status_code, answered_before) == (200, [])
    assert "Snoozed" in team.fake.await_answer()["text"]
