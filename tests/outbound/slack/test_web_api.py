"""Slack is called with the token it belongs to, and its refusals say what to do."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.outbound.slack.web_api import SlackApi, answer_person, list_receivers
from tests.support.fake_slack import BOT_TOKEN, TEAM, FakeSlack
from tests.support.fake_tool import FakeTool, Reply, fake_tool


@pytest.fixture
def slack() -> Iterator[tuple[FakeSlack, FakeTool]]:
    """A team's Slack."""
    fake = FakeSlack()
    with fake_tool(fake) as running:
        yield fake, running


def connect(running: FakeTool, token: str = BOT_TOKEN) -> SlackApi:
    return SlackApi(running.url, token, running.egress)


def test_a_person_is_of_the_team_with_a_confirmed_address(slack: tuple[FakeSlack, FakeTool]) -> None:
    fake, running = slack
    fake.add_person("U1", "Ana@Acme.example")
    fake.add_person("U2", "ana@acme.example", is_email_confirmed=False)
    fake.add_person("U3", "ana@acme.example", team_id="T0OTHER")
    fake.add_person("U4", "ana@acme.example", is_stranger=True)
    fake.add_person("U5", "ana@acme.example", profile={})
    api = connect(running)

    emails = [api.find_person(f"U{number}", TEAM).email for number in range(1, 6)]

    assert emails == ["ana@acme.example", None, None, None, None]


@pytest.mark.parametrize(
    ("reply", "failure", "words"),
    [
        (Reply({"ok": False, "error": "token_revoked"}), PermanentFailure, "enter a new one"),
        (Reply({"ok": False, "error": "is_archived"}), PermanentFailure, "choose another"),
        (Reply({"ok": False, "error": "weird_new_error"}), PermanentFailure, "weird_new_error"),
        (Reply({"ok": False, "error": "internal_error"}), TransientFailure, "out of order"),
        (Reply(status=503), TransientFailure, "503"),
        (Reply(raw=b"<html>"), TransientFailure, "CAUSELOOP_SLACK_URL"),
        (Reply(["ok"]), TransientFailure, "CAUSELOOP_SLACK_URL"),
    ],
)
def test_a_refusal_says_what_to_do(
    slack: tuple[FakeSlack, FakeTool], reply: Reply, failure: type[OutsideFailure], words: str
) -> None:
    slack[1].script[0] = lambda _: reply
    with pytest.raises(failure, match=words) as raised:
        connect(slack[1]).post("chat.postMessage", {})
    assert BOT_TOKEN not in str(raised.value)


def test_slack_says_how_long_to_wait(slack: tuple[FakeSlack, FakeTool]) -> None:
    slack[0].waits = [42]
    with pytest.raises(TransientFailure) as raised:
        connect(slack[1]).post("auth.test", {})
    assert raised.value.retry_after == timedelta(seconds=42)


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.slack.com.evil.example/actions/1",
        "https://slack.com@evil.example/actions/1",
        "http://hooks.slack.com/actions/1",
        "https://evil.example/actions/1",
        "",
    ],
)
def test_a_person_is_answered_at_slack_only(address: str) -> None:
    with pytest.raises(PermanentFailure, match="not its own"):
        answer_person("https://slack.com", EgressPolicy(frozenset()), address, "text")


def test_slack_has_two_origins() -> None:
    assert list_receivers("https://slack.com") == {"https://slack.com", "https://hooks.slack.com"}
