"""Alert rules."""

import base64
from datetime import UTC, datetime, timedelta

import psycopg

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.notify.outbox import CHANNEL_SECRETS
from tests.api.conftest import Client
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
