"""Which tool a connector reads: by its configuration, or as its owner says."""

from typing import Any
from uuid import uuid4

import httpx2

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample

SECRET = {"api_key": "planted-key-4713"}
FORMER, LATER = {"base_url": "https://one.example.com"}, {"base_url": "https://two.example.com/redmine/"}


def create(api: httpx2.Client, config: dict[str, Any], **more: Any) -> httpx2.Response:
    body = {"type": "redmine", "display_name": uuid4().hex, "config": config, "credentials": SECRET}
    return api.post("/v1/connectors", json=body | more)


def read_cursor(database: Database, sample: Sample, connector_id: str) -> Any:
    with database.workspace(sample.workspace_id) as session:
        row = session.row("select cursor from app.connector where connector_id = %s", (connector_id,))
    assert row is not None
    return row["cursor"]


def test_connectors_of_one_address_share_a_site(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])

    sites = [create(api, config).json()["site"] for config in (FORMER, LATER, FORMER)]

    assert sites == ["one.example.com", "two.example.com/redmine", "one.example.com"]


def test_the_owner_says_that_two_addresses_lead_to_one_tool(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])
    first = create(api, FORMER).json()

    second = create(api, LATER, same_site_as=first["id"])

    assert second.json()["site"] == first["site"] == "one.example.com"


def test_a_site_is_shared_by_connectors_of_one_type_only(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])

    refused = create(api, FORMER, same_site_as=str(fresh_sample.ids["connector_id"]))

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/same_site_as")


def test_what_is_only_pushed_to_is_a_site_of_its_own(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])

    made = [
        api.post("/v1/connectors", json={"type": "uptime_kuma", "display_name": name}).json()
        for name in ("Kuma 1", "Kuma 2")
    ]

    assert [connector["site"] for connector in made] == [connector["id"] for connector in made]


def test_another_address_is_another_tool_which_is_read_from_the_beginning(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    made = create(api, FORMER).json()
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update app.connector set cursor = '{\"page\": 7}'")

    same = api.patch(
        f"/v1/connectors/{made['id']}", json={"config": {"base_url": "https://one.example.com/"}}
    )
    cursor = read_cursor(database, fresh_sample, made["id"])
    other = api.patch(f"/v1/connectors/{made['id']}", json={"config": LATER, "credentials": SECRET})

    assert (same.json()["site"], cursor) == ("one.example.com", {"page": 7})
    assert (other.json()["site"], read_cursor(database, fresh_sample, made["id"])) == (
        "two.example.com/redmine",
        None,
    )


def test_a_tool_that_has_moved_goes_on(client: Client, fresh_sample: Sample, database: Database) -> None:
    api = client(fresh_sample.credentials["analyst"])
    made = create(api, FORMER).json()
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update app.connector set cursor = '{\"page\": 7}'")
    body = {"config": LATER, "credentials": SECRET, "same_site": True}

    moved = api.patch(f"/v1/connectors/{made['id']}", json=body).json()
    joined, at_the_old_address = create(api, LATER).json(), create(api, FORMER).json()

    assert (moved["site"], read_cursor(database, fresh_sample, made["id"])) == (made["site"], {"page": 7})
    assert joined["site"] == made["site"]
    assert at_the_old_address["site"] == at_the_old_address["id"]


def test_an_address_that_is_added_to_what_was_only_pushed_to_leads_to_the_same_tool(
    client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    made = api.post("/v1/connectors", json={"type": "custom_api", "display_name": "Ours"}).json()

    polled = api.patch(f"/v1/connectors/{made['id']}", json={"config": {**FORMER, "path": "/incidents"}})

    assert polled.json()["site"] == made["site"] == made["id"]
