"""Alert rules."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import SecretStr

from bench.installation import wait_until
from causeloop_pipeline.outbound.alert_text import Alert, write_sentence
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.notify.outbox import CHANNEL_SECRETS, claim_due_messages
from tests.api.conftest import Client, Mailbox
from tests.api.people import new_person
from tests.api.sample import Sample
from tests.conftest import new_workspace

SLACK = "https://hooks.slack.com/services/T0/B0/planted-secret"


def test_channel_secrets_are_shown_once_or_never(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["admin"])
    channels = [
        {"type": "email", "to": "oncall@example.com"},
        {"type": "webhook", "url": "https://example.com/hook"},
        {"type": "slack", "url": SLACK},
    ]

    rule = api.post("/v1/alert-rules", json={"name": "wake me", "channels": channels}).json()
    visible = api.get(f"/v1/alert-rules/{rule['id']}")

    assert list(rule["webhook_secrets"]) == ["1"]
    secret = rule["webhook_secrets"]["1"]
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert secret not in visible.text
    assert "planted-secret" not in str(rule) + visible.text
    assert [channel["type"] for channel in visible.json()["channels"]] == ["email", "webhook", "slack"]
    with database.workspace(fresh_sample.workspace_id) as session:
        row = session.row(
            "select alert_rule_id, channel_secrets from notify.alert_rule where alert_rule_id = %s",
            (rule["id"],),
        )
    assert row is not None
    vault = Vault.of(settings().require("secret_key"))
    opened = vault.open(
        row["channel_secrets"], fresh_sample.workspace_id, row["alert_rule_id"], CHANNEL_SECRETS
    )
    assert opened == {"1.secret": secret, "2.url": SLACK}


def test_a_changed_address_gets_a_secret_of_its_own(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["admin"])
    channels = [{"type": "webhook", "url": "https://example.com/hook"}, {"type": "slack", "url": SLACK}]
    made = api.post("/v1/alert-rules", json={"name": "moved", "channels": channels}).json()

    moved = api.patch(
        f"/v1/alert-rules/{made['id']}",
        json={"channels": [{"type": "webhook", "url": "https://elsewhere.example.com/hook"}]},
    ).json()

    assert set(moved["webhook_secrets"]) == {"0"}
    assert moved["webhook_secrets"]["0"] != made["webhook_secrets"]["0"]
    with database.workspace(fresh_sample.workspace_id) as session:
        row = session.row(
            "select channel_secrets from notify.alert_rule where alert_rule_id = %s", (made["id"],)
        )
    assert row is not None
    vault = Vault.of(settings().require("secret_key"))
    opened = vault.open(row["channel_secrets"], fresh_sample.workspace_id, UUID(made["id"]), CHANNEL_SECRETS)
    assert opened == {"0.secret": moved["webhook_secrets"]["0"]}


def test_the_default_threshold_is_that_of_the_workspace(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["admin"])
    api.patch("/v1/workspace/settings", json={"alert_probability_threshold": 0.55})

    made = api.post(
        "/v1/alert-rules", json={"name": "r", "channels": [{"type": "email", "to": "a@example.com"}]}
    )

    assert made.json()["probability_threshold"] == 0.55


def test_absent_fields_keep_their_value(client: Client, fresh_sample: Sample) -> None:
    api, path = client(fresh_sample.credentials["admin"]), f"/v1/alert-rules/{fresh_sample.ids['rule_id']}"
    before = api.get(path).json()

    after = api.patch(path, json={"scope": {"service": "checkout"}}).json()

    assert after["scope"] == {"service": "checkout"}
    assert {name: after[name] for name in before if name != "scope"} == {
        name: before[name] for name in before if name != "scope"
    }


def test_a_rule_can_be_snoozed_and_woken(client: Client, fresh_sample: Sample) -> None:
    api, path = client(fresh_sample.credentials["admin"]), f"/v1/alert-rules/{fresh_sample.ids['rule_id']}"
    until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()

    snoozed = api.post(f"{path}/snooze", json={"until": until}).json()
    awake = api.post(f"{path}/snooze", json={"until": None}).json()

    assert datetime.fromisoformat(snoozed["snoozed_until"]) == datetime.fromisoformat(until)
    assert awake["snoozed_until"] is None


def test_an_invalid_rule_is_refused(client: Client, sample: Sample, owner: psycopg.Connection) -> None:
    api, mail = client(sample.credentials["admin"]), [{"type": "email", "to": "a@example.com"}]

    for body in (
        {"name": "r", "channels": []},
        {"name": "r", "channels": [{"type": "email", "to": "a@b.c\r\nBcc: x@y.z"}]},
        {"name": "r", "channels": [{"type": "webhook", "url": "ftp://example.com"}]},
        {"name": "r", "channels": [{"type": "pigeon"}]},
        {"name": "r", "channels": mail, "window_days": 8},
        {"name": "r", "channels": mail, "scope": {"colour": "red"}},
        {"name": "r", "channels": mail, "probability_threshold": 1.1},
    ):
        assert api.post("/v1/alert-rules", json=body).status_code == 422
    free = client(create_service_key(owner, new_workspace(owner, "free"), "k", "owner"))
    refused = free.post("/v1/alert-rules", json={"name": "r", "channels": mail})
    assert (refused.status_code, refused.json()["code"]) == (403, "plan_feature_missing")


def test_an_address_of_nobody_here_gets_a_link_by_e_mail_and_confirms_by_its_link(
    client: Client, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox
) -> None:
    workspace_id = new_workspace(owner)
    _, member = new_person(owner, workspace_id)
    monkeypatch.setattr(settings(), "smtp_url", SecretStr(mailbox.url))
    api = client(create_service_key(owner, workspace_id, "a", "admin"))
    stranger = f"{uuid4().hex}@example.com"
    channels = [{"type": "email", "to": address} for address in (member, stranger)]

    rule = api.post("/v1/alert-rules", json={"name": "wake me", "channels": channels}).json()
    api.patch(f"/v1/alert-rules/{rule['id']}", json={"channels": channels})
    wait_until(lambda: mailbox.texts, 20)
    (message,) = mailbox.texts
    token = message.partition("#confirm=")[2].split()[0]
    wrong = client().post("/v1/auth/confirm-address", json={"token": f"{token}x"})
    confirmed = client().post("/v1/auth/confirm-address", json={"token": token})

    assert rule["unconfirmed_addresses"] == [stranger]
    assert (wrong.status_code, confirmed.json()) == (404, {"address": stranger})
    assert api.get(f"/v1/alert-rules/{rule['id']}").json()["unconfirmed_addresses"] == []


def test_a_test_message_goes_to_every_channel_and_says_that_it_is_a_test(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["admin"])
    channels = [{"type": "slack", "url": SLACK}, {"type": "email", "to": "oncall@example.com"}]
    rule = api.post("/v1/alert-rules", json={"name": "wake me", "channels": channels}).json()

    assert api.post(f"/v1/alert-rules/{rule['id']}/test").json() == {"channels": 2}

    with database.workspace(fresh_sample.workspace_id) as session:
        messages = [message for message in claim_due_messages(session) if message.body["rule"] == "wake me"]
    assert [message.channel["type"] for message in messages] == ["slack", "email"]
    assert all(message.is_wanted for message in messages)
    assert "This is a test" in write_sentence(Alert.of(messages[0].body))


@pytest.mark.parametrize("leaving", ["suspended", "removed"])
def test_whoever_is_not_a_member_any_more_gets_no_more_alerts(
    client: Client, owner: psycopg.Connection, leaving: str
) -> None:
    workspace_id = new_workspace(owner)
    user_id, address = new_person(owner, workspace_id)
    api = client(create_service_key(owner, workspace_id, "a", "admin"))
    channels = [{"type": "email", "to": address}]
    rule = api.post("/v1/alert-rules", json={"name": "wake me", "channels": channels}).json()

    if leaving == "suspended":
        api.patch(f"/v1/members/{user_id}", json={"status": "suspended"})
    else:
        api.delete(f"/v1/members/{user_id}")

    assert rule["unconfirmed_addresses"] == []
    assert api.get(f"/v1/alert-rules/{rule['id']}").json()["unconfirmed_addresses"] == [address]


def test_an_address_in_letters_that_only_the_database_can_lower_is_taken(
    client: Client, sample: Sample
) -> None:
    api, address = client(sample.credentials["admin"]), f"\U00010d50{uuid4().hex}@example.com"
    rule = {"name": "r", "channels": [{"type": "email", "to": address}]}

    assert api.post("/v1/alert-rules", json=rule).status_code == 201
    assert api.post("/v1/members", json={"email": address}).status_code == 201
