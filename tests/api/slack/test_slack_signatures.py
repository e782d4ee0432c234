"""What is not signed by Slack for the workspace, in time and once, is refused and records nothing."""

from dataclasses import replace
from uuid import uuid4

import httpx2
import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.api.slack.conftest import SlackTeam
from tests.support.slack_sender import press, sign

CHALLENGE = {"type": "url_verification", "token": "t", "challenge": "3eZbrw1aBm2rZgRNFdxV"}


def test_a_signature_is_that_of_slacks_documentation() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    assert (
        sign(body, 1531420618, "8f742231b10e8888abcd99yyyzzz85a5")
        == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )


def test_slacks_check_of_the_address_is_answered(team: SlackTeam) -> None:
    answered = team.sender.event(CHALLENGE)

    assert (answered.status_code, answered.json()) == (200, {"challenge": CHALLENGE["challenge"]})


@pytest.mark.parametrize(
    "options", [{"secret": "another-signing-secret"}, {"age": 330}, {"age": -330}, {"secret": ""}]
)
def test_what_slack_did_not_sign_now_is_refused(team: SlackTeam, options: dict[str, object]) -> None:
    refused = team.sender.event(CHALLENGE, **options)

    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_signature")


def spell_otherwise(request: httpx2.Request) -> str:
    """The same signature with capital letters."""
    prefix, _, digits = request.headers["x-slack-signature"].partition("=")
    assert digits.upper() != digits
    return f"{prefix}={digits.upper()}"


def test_a_request_counts_once(team: SlackTeam, database: Database) -> None:
    sent = team.sender.click("UANALYST", press(team.card, "causeloop_snooze"))
    repeated = team.sender.api.send(sent.request)

    spelled = {**sent.request.headers, "x-slack-signature": spell_otherwise(sent.request)}
    respelled = team.sender.api.post(sent.request.url, content=sent.request.content, headers=spelled)

    assert (sent.status_code, repeated.status_code, respelled.status_code) == (200, 401, 401)
    assert len(team.fake.answers) == 1


def test_an_unknown_workspace_looks_like_a_wrong_signature(team: SlackTeam) -> None:
    unknown = replace(team.sender, workspace_id=uuid4()).event(CHALLENGE)
    wrong = team.sender.event(CHALLENGE, secret="another-signing-secret")

    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json()["detail"] == wrong.json()["detail"]


def test_what_is_not_json_or_no_form_is_refused(team: SlackTeam) -> None:
    assert team.sender.send("events", b"{", "application/json").status_code == 400
    form = "application/x-www-form-urlencoded"
    assert team.sender.send("interactions", b"payload=%7B", form).status_code == 400
    assert team.sender.send("interactions", b"\xff", form).status_code == 400


def test_an_app_that_was_removed_from_slack_is_noted(team: SlackTeam, database: Database) -> None:
    event = {"type": "event_callback", "team_id": "T0001", "event": {"type": "app_uninstalled"}}
    team.sender.event(event | {"team_id": "T0OTHER"})
    with database.workspace(team.sample.workspace_id) as session:
        before = session.row("select error from notify.slack_app")
    answered = team.sender.event(event)
    with database.workspace(team.sample.workspace_id) as session:
        after = session.row("select error from notify.slack_app")

    assert answered.status_code == 200
    assert before == {"error": None}
    assert after is not None
    assert "install it again" in after["error"]
