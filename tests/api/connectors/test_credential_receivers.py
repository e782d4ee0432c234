"""Whatever would send credentials to others than they were entered for asks for them again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from api.connectors import setup
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import OAuth2
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app import connector_credentials
from causeloop_pipeline.storage.app.connector_credentials import open_credentials
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.secrets.key_ring import open_vault
from tests.api.conftest import Client
from tests.api.connectors.owners_connector import (
    SECRETS,
    Own,
    answer,
    make_key,
    poll,
    read_row,
    seal_as_before,
    write,
    write_oauth,
)
from tests.api.sample import Sample
from tests.support.fake_tool import FakeTool, fake_tool


@pytest.fixture
def tool() -> Iterator[FakeTool]:
    with fake_tool(answer) as running:
        yield running


@pytest.fixture
def thief(tool: FakeTool, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTool]:
    """A listener of somebody else; connectors may reach it as they reach any public host."""
    with fake_tool(answer) as running:
        allowed = f"127.0.0.1:{tool.port},127.0.0.1:{running.port}"
        monkeypatch.setattr(settings(), "egress_allow", allowed)
        yield running


def test_a_declaration_stored_again_sends_no_credential_to_its_new_token_endpoint(
    client: Client, fresh_sample: Sample, database: Database, tool: FakeTool, thief: FakeTool
) -> None:
    """N2: an analyst took the owner's client secret by another token_url."""
    own = Own(client, fresh_sample, write_oauth("n2", tool.url), "n2", SECRETS)
    assert own.analyst.post(f"{own.path}/test").json()["ok"]
    before = own.owner.get(own.path).json()

    again = own.redeclare(write_oauth("n2", tool.url, f"{thief.url}/token"))
    first = own.owner.get(own.path).json()
    tested = own.try_everything(database)
    last = own.owner.get(own.path).json()

    assert again.status_code == 201
    assert (thief.requests, tested["ok"]) == ([], False)
    for status, reason in (
        (first["status"], first["status_reason"]),
        (last["status"], last["status_reason"]),
    ):
        assert status == "error"
        assert thief.url in reason.partition("would be sent to ")[2]
        assert "enter them again" in reason
    assert first["credential_receivers"] == before["credential_receivers"]
    assert before["credential_receivers"] == {
        "authentication": "OAuth 2.0, client_credentials, client in the body, as form",
        "receivers": [{"origin": tool.url, "receives": ["client_id", "client_secret", "token"]}],
    }
    entries = own.owner.get("/v1/audit", params={"action": "declaration.stored"}).json()["data"]
    assert entries[0]["details"]["credentials_to_reenter"] == [last["id"]]


def test_credentials_are_used_again_once_they_are_entered_or_the_declaration_is_as_before(
    client: Client, fresh_sample: Sample, database: Database, tool: FakeTool, thief: FakeTool
) -> None:
    first, second = write_oauth("back", tool.url), write_oauth("back", tool.url, f"{thief.url}/token")
    own = Own(client, fresh_sample, first, "back", SECRETS)

    own.redeclare(second)
    own.redeclare(first)
    restored = own.analyst.post(f"{own.path}/test").json()
    own.redeclare(second)
    entered = own.owner.patch(own.path, json={"credentials": SECRETS})
    tested = own.owner.post(f"{own.path}/test").json()

    assert restored["ok"], restored
    assert entered.status_code == 200
    origins = [each["origin"] for each in entered.json()["credential_receivers"]["receivers"]]
    assert origins == sorted([tool.url, thief.url])
    assert tested["ok"], tested
    assert len(thief.requests) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "thief"},
        {"token_url": "//thief/token"},
        {"token_url": "thief/token"},
    ],
)
def test_no_address_of_a_declaration_stored_again_receives_stored_credentials(
    change: dict[str, str],
    client: Client,
    fresh_sample: Sample,
    database: Database,
    tool: FakeTool,
    thief: FakeTool,
) -> None:
    name = f"d{uuid4().hex[:8]}"
    own = Own(client, fresh_sample, write_oauth(name, tool.url), name, SECRETS)
    places = {
        key: text.replace("//thief", f"//127.0.0.1:{thief.port}").replace("thief", thief.url)
        for key, text in change.items()
    }

    own.redeclare(write_oauth(name, **({"base_url": tool.url} | places)))
    own.try_everything(database)

    assert thief.requests == []


def test_no_host_receives_more_credentials_than_it_was_entered_for(
    client: Client, fresh_sample: Sample, database: Database, tool: FakeTool, thief: FakeTool
) -> None:
    """The tool gets tokens only, as long as its token endpoint is elsewhere."""
    login = f"{thief.url}/token"
    own = Own(client, fresh_sample, write_oauth("more", tool.url, login), "more", SECRETS)

    own.redeclare(write_oauth("more", tool.url, login, "Bearer {token} {client_secret}"))
    own.try_everything(database)
    stopped = own.owner.get(own.path).json()

    assert (tool.requests, thief.requests, stopped["status"]) == ([], [], "error")


def test_the_token_path_of_a_github_app_leads_nowhere_else(
    client: Client, fresh_sample: Sample, database: Database, tool: FakeTool, thief: FakeTool
) -> None:
    """N2's variant: `@attacker/…` behind the address made the tool's host a user name."""
    credentials = {"app_id": "1", "installation_id": "2", "private_key": make_key()}
    auth = "{{github_app: {{token_path: '{path}'}}}}"
    written = write("gh", tool.url, auth.format(path="/app/{installation_id}/token"), *credentials)
    own = Own(client, fresh_sample, written, "gh", credentials)

    answers = [
        own.redeclare(write("gh", tool.url, auth.format(path=path.format(thief.port)), *credentials))
        for path in (
            "@127.0.0.1:{}/token",
            "//127.0.0.1:{}/token",
            "http://127.0.0.1:{}/token",
            "\\\\127.0.0.1:{}/t",
        )
    ]
    tested = own.try_everything(database)

    assert [each.status_code for each in answers] == [422] * 4
    assert "begins with one /" in answers[0].json()["detail"]
    assert (tested["ok"], thief.requests) == (True, [])


def test_a_data_center_of_zoho_is_one_of_its_own_and_another_one_asks_for_the_credentials(
    client: Client, fresh_sample: Sample
) -> None:
    """N3: the token request went to accounts.zoho.<whatever an analyst wrote>."""
    api, owner = (client(fresh_sample.credentials[role]) for role in ("analyst", "owner"))
    entered = SECRETS | {"refresh_token": "planted-refresh"}
    config = {"organization": "7", "base_url": "https://desk.zoho.com"}
    new = {"type": "zoho_desk", "display_name": "Z", "config": config, "credentials": entered}
    made = owner.post("/v1/connectors", json=new).json()
    path = f"/v1/connectors/{made['id']}"

    answers = [api.patch(path, json={"config": config | {"tld": tld}}) for tld in ("attacker.com", "eu")]

    assert made["credential_receivers"]["receivers"] == [
        {
            "origin": "https://accounts.zoho.com",
            "receives": ["client_id", "client_secret", "refresh_token"],
        },
        {"origin": "https://desk.zoho.com", "receives": ["token"]},
    ]
    assert [each.json()["code"] for each in answers] == ["credentials_required"] * 2
    refused = owner.patch(path, json={"config": config | {"tld": "attacker.com"}, "credentials": entered})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/config/tld")
    assert owner.get(path).json()["config"] == config


def test_a_new_version_of_a_type_that_adds_a_host_asks_for_the_credentials(
    client: Client,
    fresh_sample: Sample,
    database: Database,
    tool: FakeTool,
    thief: FakeTool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = client(fresh_sample.credentials["owner"])
    config, entered = {"base_url": tool.url}, {"client_id": "planted-id", "client_secret": "planted"}
    new = {"type": "vanta", "display_name": "V", "config": config, "credentials": entered}
    path = f"/v1/connectors/{owner.post('/v1/connectors', json=new).json()['id']}"
    later = replace(CONNECTORS["vanta"], auth=OAuth2(token_url=f"{thief.url}/token", encoding="json"))
    for module in (connector_credentials, setup):
        monkeypatch.setattr(module, "CONNECTORS", {**CONNECTORS, "vanta": later})

    tested = owner.post(f"{path}/test").json()
    poll(database, fresh_sample.workspace_id, path)
    stopped = owner.get(path).json()

    assert (thief.requests, tested["ok"], stopped["status"]) == ([], False, "error")
    assert thief.url in stopped["status_reason"].partition("would be sent to ")[2]


def test_a_person_sees_who_receives_the_credentials_before_they_are_entered(
    client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    outline = {"type": "zoho_desk", "config": {"organization": "7", "tld": "eu"}}

    preview = api.post("/v1/connectors/receivers", json=outline).json()
    incomplete = api.post("/v1/connectors/receivers", json={"type": "zoho_desk"}).json()
    new = outline | {
        "display_name": uuid4().hex,
        "credentials": SECRETS | {"refresh_token": "r"},
        "paused": True,
    }
    others = api.post("/v1/connectors", json=new | {"credentials_for": ["https://desk.zoho.eu"]})
    origins = [each["origin"] for each in preview["receivers"]]
    made = api.post("/v1/connectors", json=new | {"credentials_for": origins})

    assert origins == ["https://accounts.zoho.eu", "https://desk.zoho.eu"]
    assert incomplete["receivers"] == []
    assert (others.status_code, others.json()["code"]) == (422, "credentials_required")
    assert made.status_code == 201
    assert made.json()["credential_receivers"] == preview


def test_credentials_of_an_earlier_version_are_used_and_bound_to_all_receivers(
    client: Client, fresh_sample: Sample, database: Database, tool: FakeTool, thief: FakeTool
) -> None:
    written = write_oauth("old", tool.url)
    own = Own(client, fresh_sample, written, "old", SECRETS)
    seal_as_before(database, own, f"http://127.0.0.1:{tool.port}")

    tested = own.analyst.post(f"{own.path}/test").json()
    unbound = own.owner.get(own.path).json()["credential_receivers"]
    poll(database, own.workspace_id, own.path)
    bound = own.owner.get(own.path).json()["credential_receivers"]

    assert (tested["ok"], unbound) == (True, None)
    assert bound["receivers"][0]["origin"] == tool.url
    row = read_row(database, own.workspace_id, own.path)
    assert open_credentials(open_vault(), row) == SECRETS


def test_credentials_of_an_earlier_version_follow_no_declaration_to_others(
    client: Client, fresh_sample: Sample, database: Database, tool: FakeTool, thief: FakeTool
) -> None:
    own = Own(client, fresh_sample, write_oauth("olds", tool.url), "olds", SECRETS)
    seal_as_before(database, own, f"http://127.0.0.1:{tool.port}")

    own.redeclare(write_oauth("olds", tool.url, f"{thief.url}/token"))
    own.try_everything(database)

    assert thief.requests == []
    assert own.owner.get(own.path).json()["credential_receivers"]["receivers"][0]["origin"] == tool.url


def test_receivers_that_were_changed_in_the_table_open_nothing(
    client: Client, fresh_sample: Sample, database: Database, tool: FakeTool, thief: FakeTool
) -> None:
    """Who may write the table still cannot send credentials elsewhere: they are sealed for receivers."""
    own = Own(client, fresh_sample, write_oauth("row", tool.url), "row", SECRETS)
    row = read_row(database, own.workspace_id, own.path)
    config = row["config"] | {"base_url": thief.url}
    moved = connector_credentials.find_stored_receivers({**row, "config": config})
    with database.workspace(own.workspace_id) as session:
        session.execute(
            "update app.connector set config = %s, credential_receivers = %s where connector_id = %s",
            (json.dumps(config), json.dumps(moved), row["connector_id"]),
        )

    own.try_everything(database)

    assert thief.requests == []
