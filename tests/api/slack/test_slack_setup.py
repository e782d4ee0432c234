"""A Slack app is set up by its two secrets, which are encrypted and never shown again."""

from typing import Any

import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.support.fake_slack import BOT_TOKEN, SIGNING_SECRET, FakeSlack

SETUP = {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "channel_id": "C0001"}


def test_an_app_is_set_up_and_shows_no_secret(
    client: Client, fake: tuple[FakeSlack, str], fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["admin"])
    api.delete("/v1/slack")
    before = api.get("/v1/slack").json()
    made = api.put("/v1/slack", json=SETUP)
    entries = api.get("/v1/audit-log", params={"action": "slack.set_up"})
    with database.workspace(fresh_sample.workspace_id) as session:
        stored = session.row("select secrets from notify.slack_app")

    assert (before["is_connected"], before["mode"]) == (False, "off")
    assert made.status_code == 200, made.text
    assert (made.json()["team_name"], made.json()["mode"], made.json()["error"]) == ("Acme", "live", None)
    assert stored is not None
    for secret in (BOT_TOKEN, SIGNING_SECRET):
        assert secret not in made.text + entries.text
        assert secret.encode() not in stored["secrets"]


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"bot_token": "xoxp-of-a-person"}, "validation_failed", "xoxb-"),
        ({"bot_token": "xoxb-of-nobody-at-all"}, "tool_failed", "no longer accepted"),
        ({"channel_id": "#failures"}, "validation_failed", ""),
    ],
)
def test_what_slack_does_not_accept_is_refused(
    client: Client,
    fake: tuple[FakeSlack, str],
    sample: Sample,
    change: dict[str, Any],
    code: str,
    words: str,
) -> None:
    refused = client(sample.credentials["admin"]).put("/v1/slack", json=SETUP | change)

    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert words in refused.text
    assert "of-nobody" not in refused.text


def test_the_manifest_has_the_workspaces_addresses(client: Client, sample: Sample) -> None:
    manifest = client(sample.credentials["viewer"]).get("/v1/slack").json()["manifest"]
    address = f"/v1/slack/{sample.workspace_id}"

    assert manifest["settings"]["event_subscriptions"]["request_url"].endswith(f"{address}/events")
    assert manifest["settings"]["interactivity"]["request_url"].endswith(f"{address}/interactions")
    assert manifest["features"]["slash_commands"][0]["url"].endswith(f"{address}/commands")


def test_what_was_only_listed_is_not_posted_once_it_is_live(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["admin"])
    listed = api.get("/v1/slack/messages", params={"status": "shadow"}).json()["data"]
    before = api.get("/v1/slack").json()["started_at"]
    changed = api.patch("/v1/slack", json={"mode": "live"}).json()

    assert fresh_sample.canary in listed[0]["text"]
    assert (changed["mode"], changed["started_at"] > before) == ("live", True)
    assert api.get("/v1/slack/messages").json()["data"] == []


def test_a_disconnected_app_has_no_secret_any_more(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["admin"])

    assert api.delete("/v1/slack").status_code == 204
    assert api.get("/v1/slack").json()["is_connected"] is False
    assert api.patch("/v1/slack", json={"mode": "off"}).status_code == 404
