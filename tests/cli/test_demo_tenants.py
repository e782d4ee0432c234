import json
import stat

import pytest

from causeloop_pipeline.cli.demo_tenants import load_demo_tenants
from causeloop_pipeline.connectors.configuration import find_problems
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.demo.accounts import list_accounts
from causeloop_pipeline.demo.tenants import DEMO_PASSWORD
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.connectors import read_connectors
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.notify.outbox import CHANNEL_SECRETS

DEMO_URL = "http://127.0.0.1:8090"


@pytest.fixture(scope="module")
def vault(installation):
    return Vault.of(settings().require("secret_key"))


@pytest.fixture(scope="module")
def loaded(installation, vault, tmp_path_factory):
    state_dir = tmp_path_factory.mktemp("demo")
    return load_demo_tenants(installation.owner_url, vault, DEMO_URL, state_dir), state_dir


def count(owner, query, *parameters):
    return owner.execute(query, parameters).fetchone()[0]


def test_two_organizations_and_three_workspaces_with_their_connectors_are_loaded(loaded, database, vault):
    tenants, _ = loaded
    assert tenants.organizations == 2
    assert tenants.workspaces == 3
    with database.workspace(tenants.workspace_ids["payments"]) as session:
        connector = read_connectors(session, vault, "pagerduty")[0]
    assert connector.config["base_url"] == DEMO_URL
    assert connector.credentials == {"api_token": "demo-payments-pagerduty"}
    assert connector.backfill_days >= 366


def test_loading_again_changes_nothing_but_the_address(loaded, installation, owner, vault, database):
    tenants, state_dir = loaded
    keys = (state_dir / "demo_keys.json").read_text()
    again = load_demo_tenants(installation.owner_url, vault, "http://127.0.0.1:9999", state_dir)
    assert again.workspace_ids == tenants.workspace_ids
    assert (state_dir / "demo_keys.json").read_text() == keys
    ids = list(tenants.workspace_ids.values())
    assert count(owner, "select count(*) from app.connector where workspace_id = any (%s)", ids) == len(
        list_accounts("")
    )
    assert count(owner, "select count(*) from app.service_account where workspace_id = any (%s)", ids) == len(
        ids
    )
    with database.workspace(ids[0]) as session:
        assert session.rows("select distinct config ->> 'base_url' as url from app.connector") == [
            {"url": "http://127.0.0.1:9999"}
        ]
    # Credentials are sealed for the address that they are sent to.
    with database.workspace(tenants.workspace_ids["payments"]) as session:
        assert read_connectors(session, vault, "pagerduty")[0].credentials == {
            "api_token": "demo-payments-pagerduty"
        }


def test_the_alert_rules_send_to_the_chat_of_the_demo_and_what_people_changed_stays(
    loaded, installation, database, vault
):
    tenants, state_dir = loaded
    payments = tenants.workspace_ids["payments"]
    with database.workspace(payments) as session:
        session.execute("update notify.alert_rule set probability_threshold = 0.6")

    load_demo_tenants(installation.owner_url, vault, "http://127.0.0.1:9998", state_dir)

    with database.workspace(payments) as session:
        rules = session.rows("select * from notify.alert_rule")
        owners = session.rows("select item from app.owner order by item")
    assert {rule["probability_threshold"] for rule in rules} == {0.6}
    for rule in rules:
        secrets = vault.open(rule["channel_secrets"], payments, rule["alert_rule_id"], CHANNEL_SECRETS)
        assert secrets == {"0.url": "http://127.0.0.1:9998/chat/payments"}
    assert [row["item"] for row in owners] == ["card-gateway", "payments-core"]


def test_the_keys_are_readable_by_their_owner_only_and_one_that_was_lost_is_made_again(
    loaded, installation, vault
):
    tenants, state_dir = loaded
    path = state_dir / "demo_keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    keys = json.loads(path.read_text())
    assert set(keys) == set(tenants.workspace_ids)
    path.write_text(json.dumps({"storefront": keys["storefront"]}))
    load_demo_tenants(installation.owner_url, vault, DEMO_URL, state_dir)
    renewed = json.loads(path.read_text())
    assert set(renewed) == set(keys)
    assert renewed["storefront"] == keys["storefront"]
    assert renewed["payments"] != keys["payments"]


def test_the_documented_people_can_sign_in(loaded, owner):
    from argon2 import PasswordHasher

    hashed = count(
        owner,
        "select password_hash from app.users join app.user_password using (user_id) where email = %s",
        "analyst@northwind.example",
    )
    assert PasswordHasher().verify(hashed, DEMO_PASSWORD)
    role = count(
        owner,
        "select m.role from app.membership as m join app.users as u using (user_id) "
        "where u.email = %s and m.workspace_id = %s",
        "analyst@northwind.example",
        loaded[0].workspace_ids["storefront"],
    )
    assert role == "analyst"


def test_every_demo_connector_is_configured_as_its_tool_asks():
    for account in list_accounts(DEMO_URL):
        assert not find_problems(CONNECTORS[account.tool], account.config, account.credentials)


def test_each_workspace_has_an_app_in_the_demos_slack_whose_secret_only_its_user_reads(
    loaded, installation, database, vault
):
    tenants, state_dir = loaded
    for _ in range(2):
        load_demo_tenants(installation.owner_url, vault, DEMO_URL, state_dir, "http://127.0.0.1:8080")
    path = state_dir / "demo_slack.json"
    apps = json.loads(path.read_text())
    assert path.stat().st_mode & 0o077 == 0
    for slug, workspace_id in tenants.workspace_ids.items():
        with database.workspace(workspace_id) as session:
            (app,) = session.rows("select secrets from notify.slack_app where mode = 'live'")
        opened = vault.open(app["secrets"], workspace_id, workspace_id, "slack_secrets")
        assert opened["signing_secret"] == apps[slug]["signing_secret"]
        assert apps[slug]["address"] == f"http://127.0.0.1:8080/v1/slack/{workspace_id}"
