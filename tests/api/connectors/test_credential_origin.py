"""Credentials go only to the address that they were entered for."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.connector_credentials import open_credentials
from causeloop_pipeline.storage.app.vault import SecretError, Vault
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample

SECRET = {"api_token": "planted-secret-4712"}
QUERY = {
    "host": "db.example.com",
    "database": "d",
    "user": "u",
    "query": "select 1",
    "sslmode": "verify-full",
}


def create(api: httpx2.Client, tool: str, config: dict[str, Any], credentials: dict[str, str]) -> str:
    """The path of a new connector."""
    body = {"type": tool, "display_name": uuid4().hex, "config": config, "credentials": credentials}
    made = api.post("/v1/connectors", json=body)
    assert made.status_code == 201, made.text
    return f"/v1/connectors/{made.json()['id']}"


@pytest.mark.parametrize(
    ("tool", "before", "after", "credentials"),
    [
        ("pagerduty", {}, {"base_url": "https://thief.example.com"}, SECRET),
        ("pagerduty", {}, {"base_url": "http://api.pagerduty.com"}, SECRET),
        ("pagerduty", {}, {"base_url": "https://api.pagerduty.com:8443"}, SECRET),
        ("postgresql", QUERY, QUERY | {"host": "thief.example.com"}, {"password": "p"}),
        ("postgresql", QUERY, QUERY | {"port": 5433}, {"password": "p"}),
        ("postgresql", QUERY, QUERY | {"sslmode": "disable"}, {"password": "p"}),
    ],
)
def test_another_origin_is_refused_until_the_credentials_are_entered_again(
    client: Client,
    fresh_sample: Sample,
    tool: str,
    before: dict[str, Any],
    after: dict[str, Any],
    credentials: dict[str, str],
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    path = create(api, tool, before, credentials)

    refused = api.patch(path, json={"config": after})
    config = api.get(path).json()["config"]
    accepted = api.patch(path, json={"config": after, "credentials": credentials})

    assert (refused.status_code, refused.json()["code"]) == (422, "credentials_required")
    assert refused.json()["errors"][0]["pointer"] == "/credentials"
    assert (config, accepted.status_code) == (before, 200)


def test_the_path_of_the_same_origin_is_changed_without_entering_credentials(
    client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    path = create(api, "pagerduty", {"base_url": "https://pager.example.com"}, SECRET)

    changed = api.patch(path, json={"config": {"base_url": "https://PAGER.example.com:443/v2"}})

    assert changed.status_code == 200


def test_credentials_cannot_be_read_where_the_stored_address_was_replaced(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    path = create(api, "pagerduty", {}, SECRET)
    statement = "update app.connector set config = %s where connector_id = %s"
    moved = '{"base_url": "https://thief.example.com"}'
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            statement,
            (
                moved,
                path.rpartition("/")[2],
            ),
        )
        row = session.row("select * from app.connector where connector_id = %s", (path.rpartition("/")[2],))

    result = api.post(f"{path}/test").json()
    client(fresh_sample.credentials["admin"]).delete(path)

    assert row is not None
    assert (result["ok"], result["records"]) == (False, 0)
    assert "cannot be decrypted" in result["detail"]
    with pytest.raises(SecretError, match="address"):
        open_credentials(Vault.of(settings().require("secret_key")), row)


def test_a_connector_without_readable_credentials_can_still_be_renamed(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    path = create(api, "pagerduty", {}, SECRET)
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update app.connector set credentials = '\\x0200' where connector_id = %s",
            (path.rpartition("/")[2],),
        )

    assert api.patch(path, json={"display_name": uuid4().hex}).status_code == 200
    assert api.patch(path, json={"credentials": SECRET}).status_code == 200
