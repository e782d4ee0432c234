"""The demo, whose people have a published password, is served on the own machine only."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.main import create_app
from causeloop_pipeline.cli import app
from causeloop_pipeline.cli.demo_people import close_demo, explain_reach
from causeloop_pipeline.cli.demo_tenants import KEYS_FILE, load_demo_tenants
from causeloop_pipeline.cli.doctor import State
from causeloop_pipeline.cli.doctor.check_database import check_database
from causeloop_pipeline.demo.accounts import list_accounts
from causeloop_pipeline.demo.tenants import DEMO_PASSWORD, ORGANIZATIONS, USERS
from causeloop_pipeline.settings import Settings, settings
from causeloop_pipeline.storage.app.tenants import create_organization, create_service_key, create_workspace
from causeloop_pipeline.storage.app.vault import Vault
from tests.conftest import Installation
from tests.storage.own_installation import OwnInstallation, own_installation

DEMO_URL = "http://127.0.0.1:8090"


@pytest.fixture
def own(installation: Installation, tmp_path: Path) -> Iterator[OwnInstallation]:
    """A database that has the demo."""
    with own_installation(installation, tmp_path) as made:
        load_demo(made)
        yield made


@pytest.fixture
def api(own: OwnInstallation) -> Iterator[TestClient]:
    with TestClient(create_app()) as client:
        yield client


def load_demo(own: OwnInstallation) -> None:
    vault = Vault.of(settings().require("secret_key"))
    load_demo_tenants(own.owner_url, vault, DEMO_URL, own.state_dir, api_url="http://127.0.0.1:1")


def sign_in(api: TestClient, email: str) -> int:
    body = {"email": email, "password": DEMO_PASSWORD}
    status = api.post("/v1/auth/login", json=body).status_code
    return 200 if status == 422 else int(status)  # they choose one of their workspaces


def read_finding(own: OwnInstallation) -> tuple[State, str, str]:
    (finding,) = [each for each in check_database(settings()) if each.about == "demo"]
    return finding.state, finding.message, finding.fix


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CAUSELOOP_PUBLIC_URL", "https://causeloop.example.com"),
        ("CAUSELOOP_PUBLIC_URL", "http://192.168.1.20:8080"),
        ("CAUSELOOP_API_HOST", "0.0.0.0"),
        ("CAUSELOOP_DATABASE_URL", "postgresql://causeloop_owner@db.example.com/prod"),
    ],
)
def test_the_demo_is_refused_where_others_reach_it_and_nothing_is_made(
    variable: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUSELOOP_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv(variable, value)
    settings.cache_clear()
    try:
        refused = CliRunner().invoke(app, ["up", "--once"])
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    assert refused.exit_code == 1
    assert variable in refused.output
    assert "causeloop up --no-demo" in refused.output
    assert "secret" not in refused.output
    assert not (tmp_path / "state").exists()


def test_the_demo_is_served_on_the_own_machine() -> None:
    assert explain_reach(Settings(public_url="http://localhost:8080")) is None
    assert explain_reach(Settings(public_url="http://[::1]:8080", api_host="::1")) is None


def test_where_the_demo_was_its_people_sign_in_no_more_until_it_is_loaded_again(
    own: OwnInstallation, api: TestClient
) -> None:
    assert {sign_in(api, user.email) for user in USERS} == {200}

    assert close_demo(own.owner_url) > 0
    assert {sign_in(api, user.email) for user in USERS} == {401}
    assert close_demo(own.owner_url) == 0

    load_demo(own)
    assert sign_in(api, USERS[0].email) == 200


def test_nothing_of_the_demo_is_posted_to_the_real_slack(own: OwnInstallation) -> None:
    load_demo(own)
    assert count_slack_apps(own) > 0

    close_demo(own.owner_url)

    assert count_slack_apps(own) == 0
    load_demo(own)
    assert count_slack_apps(own) > 0


def test_nothing_of_the_demo_goes_to_its_addresses_until_it_is_loaded_again(own: OwnInstallation) -> None:
    before = read_reach(own)
    assert before["paused"] == 0
    assert before["rules"] > 0
    change_two_connectors(own)
    store_message(own)

    close_demo(own.owner_url)

    off = read_reach(own)
    assert (off["rules"], off["waiting"]) == (0, 0)
    assert off["active"] == 1  # which leads to an address of somebody's own
    assert off["paused"] == before["active"] - 1

    load_demo(own)
    again = read_reach(own)
    assert again["rules"] == before["rules"]
    assert again["paused"] == 1  # by a person, before the demo was off


def change_two_connectors(own: OwnInstallation) -> None:
    """One is paused by a person, and another one gets an address of their own."""
    with psycopg.connect(own.superuser_url) as superuser:
        superuser.execute(
            "update app.connector set status = 'paused' where connector_id = "
            "(select connector_id from app.connector order by connector_id limit 1)"
        )
        superuser.execute(
            """update app.connector set config = config || '{"base_url": "https://tool.example.com"}' """
            "where connector_id = (select connector_id from app.connector order by connector_id desc limit 1)"
        )


def store_message(own: OwnInstallation) -> None:
    """A message of the demo that was not delivered yet."""
    with psycopg.connect(own.superuser_url) as superuser:
        superuser.execute(
            "insert into notify.outbox (workspace_id, alert_rule_id, channel, dedupe_key, body) "
            """select workspace_id, alert_rule_id, '{"type": "slack"}', 'waiting', '{}' """
            "from notify.alert_rule limit 1"
        )


def read_reach(own: OwnInstallation) -> dict[str, int]:
    """How many connectors are active or paused, rules there are, and messages wait."""
    with psycopg.connect(own.superuser_url) as superuser:
        row = superuser.execute(
            "select (select count(*) from app.connector where status = 'active'), "
            "(select count(*) from app.connector where status = 'paused'), "
            "(select count(*) from notify.alert_rule), "
            "(select count(*) from notify.outbox where delivered_at is null and given_up_at is null)"
        ).fetchone()
    assert row is not None
    return dict(zip(("active", "paused", "rules", "waiting"), row, strict=True))


def count_slack_apps(own: OwnInstallation) -> int:
    with psycopg.connect(own.superuser_url) as superuser:
        row = superuser.execute("select count(*) from notify.slack_app").fetchone()
    return row[0] if row else 0


def test_a_session_that_somebody_has_ends_with_the_demo(own: OwnInstallation, api: TestClient) -> None:
    with psycopg.connect(own.owner_url) as owner:
        row = owner.execute(
            "select workspace_id::text from app.workspace where slug = 'clinical-it'"
        ).fetchone()
    body = {
        "email": "owner@harbor-clinics.example",
        "password": DEMO_PASSWORD,
        "workspace_id": row and row[0],
    }
    signed_in = api.post("/v1/auth/login", json=body).json()
    headers = {"authorization": f"Bearer {signed_in['access_token']}"}
    assert api.get("/v1/issues", headers=headers).status_code == 200

    close_demo(own.owner_url)

    assert api.get("/v1/issues", headers=headers).status_code in {401, 403}
    refreshed = api.post("/v1/auth/refresh", json={"refresh_token": signed_in["refresh_token"]})
    assert refreshed.status_code in {401, 403}


def test_its_keys_and_the_published_secrets_of_its_webhooks_are_refused_where_it_is_off(
    own: OwnInstallation, api: TestClient
) -> None:
    before = read_keys(own)
    assert {ask_with_key(api, key) for key in before} == {200}
    assert deliver_signed(own, api) == 202

    close_demo(own.owner_url)
    assert {ask_with_key(api, key) for key in before} == {401}
    assert deliver_signed(own, api) == 401

    load_demo(own)
    again = read_keys(own)
    assert {ask_with_key(api, key) for key in again} == {200}
    assert {ask_with_key(api, key) for key in before} == {401}
    assert deliver_signed(own, api) == 202


def test_the_keys_of_somebody_whose_organization_has_the_name_of_one_of_the_demo_stay(
    installation: Installation, tmp_path: Path
) -> None:
    with own_installation(installation, tmp_path) as own:
        with psycopg.connect(own.owner_url) as owner:
            organization = create_organization(owner, ORGANIZATIONS[0].slug, "Northwind", "growth", 5)
            workspace = create_workspace(owner, organization, "payments", "Payments", "UTC")
            key = create_service_key(owner, workspace, "ci", "admin")
        close_demo(own.owner_url)
        with TestClient(create_app()) as api:
            assert ask_with_key(api, key) == 200


def read_keys(own: OwnInstallation) -> list[str]:
    return list(json.loads((own.state_dir / KEYS_FILE).read_text()).values())


def ask_with_key(api: TestClient, key: str) -> int:
    return int(api.get("/v1/issues", headers={"authorization": f"Bearer {key}"}).status_code)


def deliver_signed(own: OwnInstallation, api: TestClient) -> int:
    """What an empty delivery to the demo's GitHub gets, signed as the published sources say."""
    (account,) = [
        each for each in list_accounts(DEMO_URL) if (each.workspace, each.tool) == ("payments", "github")
    ]
    with psycopg.connect(own.superuser_url) as superuser:
        row = superuser.execute(
            "select connector_id from app.connector join app.workspace using (workspace_id) "
            "where type = 'github' and slug = 'payments'"
        ).fetchone()
    assert row is not None
    signature = hmac.new(f"{account.token}-webhook".encode(), b"{}", hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": f"sha256={signature}", "x-github-event": "ping"}
    return int(api.post(f"/v1/webhooks/inbound/{row[0]}", content=b"{}", headers=headers).status_code)


def test_doctor_says_who_can_sign_in(own: OwnInstallation, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_finding(own)[0] is State.OK
    monkeypatch.setenv("CAUSELOOP_PUBLIC_URL", "https://causeloop.example.com")
    settings.cache_clear()

    state, message, fix = read_finding(own)
    assert (state, "6 of its people" in message, "--no-demo" in fix) == (State.WRONG, True, True)
    close_demo(own.owner_url)
    assert read_finding(own) == (State.OK, "none of its people can sign in", "")
