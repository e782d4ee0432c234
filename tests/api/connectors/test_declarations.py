"""Connectors of people's own: tried, stored, listed as custom, polled, pushed to, and normalized."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Stages
from causeloop_pipeline.stages.landing import sync
from causeloop_pipeline.storage.app.connectors import read_active_connector
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import Installation
from tests.connectors.declared.written import ANSWER, DEPLOY, DESK, TICKET
from tests.support.fake_tool import FakeTool, Reply, fake_tool
from tests.support.normalizing import issues, normalize, normalizer

PATH = "/v1/connector-declarations"


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTool]:
    """The declared tool, on loopback, that an administrator allowed."""
    with fake_tool(lambda _: Reply(ANSWER)) as running:
        monkeypatch.setattr(settings(), "egress_allow", f"127.0.0.1:{running.port}")
        yield running


def test_a_declared_connector_is_tried_stored_polled_pushed_to_and_becomes_issues(
    client: Client, fresh_sample: Sample, database: Database, installation: Installation, desk: FakeTool
) -> None:
    api = client(fresh_sample.credentials["owner"])
    written = DESK.replace("https://api.acme.example", desk.url)
    trial = api.post(f"{PATH}/check", json={"written": written, "sample": ANSWER}).json()
    stored = api.post(PATH, json={"written": written})
    entry = next(
        tool
        for tool in api.get("/v1/connectors/catalog").json()["data"]
        if tool["declaration"] == "acme_desk"
    )
    made = api.post(
        "/v1/connectors",
        json={
            "type": "custom_api",
            "declaration": "acme_desk",
            "display_name": "Desk",
            "config": {"project": "shop"},
            "credentials": {"token": "planted-token"},
            "backfill_days": 3_650,
        },
    )
    connector_id = made.json()["id"]
    tested = api.post(f"/v1/connectors/{connector_id}/test").json()

    assert (trial["ok"], trial["records"], trial["samples"][0]["severity"]) == (True, 1, "p1")
    assert (stored.status_code, stored.json()["connectors"]) == (201, 0)
    assert (entry["is_custom"], entry["title"], entry["webhooks"]) == (True, "Acme Desk", True)
    assert [field["name"] for field in entry["config"]] == ["project", "base_url"]
    assert made.status_code == 201, made.text
    assert (made.json()["declaration"], made.json()["config"]) == ("acme_desk", {"project": "shop"})
    assert made.json()["webhook_url"].endswith(f"/v1/webhooks/inbound/{connector_id}")
    assert (tested["ok"], tested["samples"][0]["external_id"]) == (True, "acme_desk/7")
    assert desk.requests[-1].headers["authorization"] == "Bearer planted-token"

    stages = Stages()
    with database.workspace(fresh_sample.workspace_id) as session:
        configured = read_active_connector(
            session, stages.vault, fresh_sample.workspace_id, UUID(connector_id)
        )
    assert configured is not None
    assert sync(stages, CONNECTORS["custom_api"], configured, None).error is None
    push = {"ticket": {**TICKET, "id": 8, "subject": "Out of memory", "state": "new"}}
    for body in (push, {"deploy": DEPLOY}):
        assert deliver(client, connector_id, made.json()["webhook_secret"], body).status_code == 202

    normalize(database, normalizer(installation.pipeline_url), fresh_sample.workspace_id)
    landed = issues(database, fresh_sample.workspace_id)
    assert {name: landed["acme_desk/7"][name] for name in ("title", "severity", "status", "service")} == {
        "title": "TimeoutError in checkout",
        "severity": "p1",
        "status": "resolved",
        "service": "pay",
    }
    assert landed["acme_desk/8"]["status"] == "open"
    assert landed["acme_desk/7"]["source"] == made.json()["source"] == "custom_api:acme_desk"
    with database.workspace(fresh_sample.workspace_id) as session:
        change = session.row(
            "select kind, title, service from core.change where external_id = 'acme_desk/deploy/d1'"
        )
    assert change == {"kind": "deploy", "title": "Release 7", "service": "pay"}


def deliver(client: Client, connector_id: str, secret: str, body: Any) -> Any:
    """A webhook delivery, signed as the declaration says."""
    content = json.dumps(body).encode()
    signature = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return client().post(
        f"/v1/webhooks/inbound/{connector_id}", content=content, headers={"x-acme-signature": signature}
    )


def test_a_new_version_of_a_declaration_is_followed_by_its_connectors_but_credentials_go_nowhere_else(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["owner"])
    assert api.post(PATH, json={"written": DESK}).status_code == 201
    new = {
        "type": "custom_api",
        "declaration": "acme_desk",
        "display_name": "Desk",
        "config": {"project": "shop"},
        "credentials": {"token": "planted-token"},
    }
    connector_id = api.post("/v1/connectors", json=new).json()["id"]

    renamed = api.post(PATH, json={"written": DESK.replace("title: Acme Desk", "title: Acme Help")})
    moved = api.post(PATH, json={"written": DESK.replace("api.acme.example", "evil.example")})
    stopped = api.get(f"/v1/connectors/{connector_id}").json()
    api.post(PATH, json={"written": DESK.replace("title: Acme Desk", "title: Acme Help")})
    deleted = api.delete(f"{PATH}/acme_desk")
    edited = api.patch(f"/v1/connectors/{connector_id}", json={"config": {"project": "other"}})
    smuggled = api.patch(f"/v1/connectors/{connector_id}", json={"config": {"declaration": {"name": "x"}}})

    assert (renamed.status_code, renamed.json()["connectors"]) == (201, 1)
    assert (moved.status_code, stopped["status"]) == (201, "error")
    assert "would be sent to https://evil.example" in stopped["status_reason"]
    assert deleted.json()["code"] == "declaration_in_use"
    assert smuggled.status_code == 422
    assert (edited.json()["config"], edited.json()["declaration"]) == ({"project": "other"}, "acme_desk")
    with database.workspace(fresh_sample.workspace_id) as session:
        row = session.row("select config from app.connector where connector_id = %s", (connector_id,))
    assert row is not None
    assert row["config"]["declaration"]["title"] == "Acme Help"

    assert api.delete(f"/v1/connectors/{connector_id}").status_code == 204
    assert api.delete(f"{PATH}/acme_desk").status_code == 204
    assert "acme_desk" not in [row["name"] for row in api.get(PATH).json()["data"]]


def test_a_declaration_of_another_workspace_is_neither_listed_nor_followed(
    client: Client, fresh_sample: Sample, other_sample: Sample
) -> None:
    own, other = (client(entry.credentials["owner"]) for entry in (fresh_sample, other_sample))
    assert own.post(PATH, json={"written": DESK}).status_code == 201
    body = {"type": "custom_api", "declaration": "acme_desk", "display_name": "Mine"}

    assert "acme_desk" not in [row["name"] for row in other.get(PATH).json()["data"]]
    assert other.post("/v1/connectors", json=body).status_code == 422


def test_a_wrong_declaration_is_refused_with_the_line_of_each_problem(
    client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    internal = DESK.replace("https://api.acme.example", "https://169.254.169.254")
    wrong = DESK.replace("size: 50", "size: 0")

    refused = [api.post(PATH, json={"written": written}) for written in (internal, wrong)]
    checked = api.post(f"{PATH}/check", json={"written": wrong}).json()

    assert [answer.status_code for answer in refused] == [422, 422]
    assert "private network" in refused[0].text
    assert (checked["ok"], checked["problems"][0]["line"]) == (False, 16)
    assert checked["problems"][0]["field"] == "pulls[0].pages.offset_pages.size"
