"""Connection tests: no database connection waits for a tool, and a workspace runs few at once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from itertools import islice
from uuid import uuid4

import httpx2
import psycopg
import pytest

from api.http import bounded_pool
from api.main import MAX_TESTS_PER_WORKSPACE, create_app
from causeloop_pipeline.egress import access_tokens
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.connector_credentials import open_credentials
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.secrets.key_ring import open_vault
from tests.api.conftest import Client, serving
from tests.api.sample import Sample
from tests.conftest import Installation, new_workspace
from tests.support.fake_tool import ReceivedRequest, Reply, fake_tool


@dataclass
class SilentTool:
    """A tool that does not answer until it may."""

    url: str = ""
    is_requested: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    may_answer: threading.Event = field(default_factory=threading.Event)

    def answer(self, request: ReceivedRequest) -> Reply:
        self.is_requested.release()
        assert self.may_answer.wait(timeout=60)
        return Reply({"items": []})


@pytest.fixture
def silent_tool(monkeypatch: pytest.MonkeyPatch) -> Iterator[SilentTool]:
    """A silent tool that connectors may reach."""
    silent = SilentTool()
    with fake_tool(silent.answer) as running:
        silent.url = running.url
        monkeypatch.setattr(settings(), "egress_allow", f"127.0.0.1:{running.port}")
        yield silent
        silent.may_answer.set()


def make_connector(api: httpx2.Client, url: str) -> str:
    """The path of a new connector of a tool at this address."""
    body = {
        "type": "custom_api",
        "display_name": uuid4().hex,
        "config": {"base_url": url, "path": "/items"},
    }
    made = api.post("/v1/connectors", json=body)
    assert made.status_code == 201, made.text
    return f"/v1/connectors/{made.json()['id']}"


def test_a_tool_that_does_not_answer_keeps_no_other_tenant_waiting(
    silent_tool: SilentTool,
    installation: Installation,
    owner: psycopg.Connection,
    sample: Sample,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounded_pool, "POOL_SIZE", MAX_TESTS_PER_WORKSPACE)
    key = create_service_key(owner, new_workspace(owner), "k", "analyst")
    with (
        serving(create_app()) as url,
        httpx2.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=60) as api,
        ThreadPoolExecutor(MAX_TESTS_PER_WORKSPACE) as pool,
    ):
        path = make_connector(api, silent_tool.url)
        tests = [pool.submit(api.post, f"{path}/test") for _ in range(MAX_TESTS_PER_WORKSPACE)]
        for _ in tests:
            assert silent_tool.is_requested.acquire(timeout=30)
        headers = {"authorization": f"Bearer {sample.credentials['viewer']}"}
        other_tenant = httpx2.get(f"{url}/v1/issues/{sample.ids['issue_id']}", headers=headers, timeout=30)
        were_waiting = [not test.done() for test in tests]
        silent_tool.may_answer.set()
        results = [test.result().status_code for test in tests]

    assert other_tenant.status_code == 200
    assert all(were_waiting)
    assert set(results) == {200}


def test_the_tests_of_a_workspace_are_bounded(
    silent_tool: SilentTool, client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    path = make_connector(api, silent_tool.url)
    headers = {"idempotency-key": uuid4().hex}

    with ThreadPoolExecutor(8) as pool:
        tests = [pool.submit(api.post, f"{path}/test", headers=headers) for _ in range(8)]
        surplus = 8 - MAX_TESTS_PER_WORKSPACE
        refused = [test.result() for test in islice(as_completed(tests), surplus)]
        silent_tool.may_answer.set()
        statuses = [test.result().status_code for test in tests]

    assert {(response.status_code, response.json()["code"]) for response in refused} == {
        (429, "too_many_at_once")
    }
    assert statuses.count(200) == MAX_TESTS_PER_WORKSPACE
    assert api.post(f"{path}/test").status_code == 200


def test_unreadable_secrets_are_named_and_can_be_entered_again(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    body = {"type": "pagerduty", "display_name": "p", "credentials": {"api_token": "x"}}
    path = f"/v1/connectors/{api.post('/v1/connectors', json=body).json()['id']}"
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update app.connector set credentials = '\\x0102', webhook_secrets = '\\x0102' "
            "where type = 'pagerduty'"
        )

    tested = api.post(f"{path}/test").json()
    delivered = client().post(f"/v1/webhooks/inbound/{path.rsplit('/', 1)[1]}", json={})
    renamed = api.patch(path, json={"display_name": "q"})
    moved = api.patch(path, json={"config": {}})
    repaired = api.patch(path, json={"credentials": {"api_token": "new"}, "webhook_secret": "n" * 32})

    assert (tested["ok"], "enter them again" in tested["detail"]) == (False, True)
    assert delivered.status_code == 401
    assert (renamed.status_code, repaired.status_code) == (200, 200)
    assert (moved.status_code, moved.json()["code"]) == (409, "secret_unreadable")
    assert api.patch(path, json={"config": {}}).status_code == 200


def test_a_paused_connector_is_tested_and_shows_what_its_first_records_become(
    monkeypatch: pytest.MonkeyPatch, client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    items = [{"ref": f"T-{number}", "headline": "The till is stuck", "level": "p1"} for number in range(5)]
    fields = {"title": "headline", "severity": "level"}
    with fake_tool(lambda _: Reply({"items": items})) as running:
        monkeypatch.setattr(settings(), "egress_allow", f"127.0.0.1:{running.port}")
        config = {
            "base_url": running.url,
            "path": "/items",
            "records": "items",
            "key": "ref",
            "fields": fields,
        }
        body = {"type": "custom_api", "display_name": "Tills", "config": config, "paused": True}
        connector = api.post("/v1/connectors", json=body).json()
        tested = api.post(f"/v1/connectors/{connector['id']}/test").json()

    assert connector["status"] == "paused"
    assert (tested["ok"], tested["records"], len(tested["samples"])) == (True, 5, 3)
    sample = tested["samples"][0]
    assert (sample["external_id"], sample["title"], sample["severity"]) == ("T-0", "The till is stuck", "p1")


def test_a_refresh_token_that_a_test_uses_up_is_replaced_by_the_one_the_tool_gave(
    client: Client, fresh_sample: Sample, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool that takes each refresh token once would refuse the first sync after the test."""
    minted = 0

    def answer(request: ReceivedRequest) -> Reply:
        nonlocal minted
        if request.path != "/token":
            return Reply({"items": []})
        if f"refresh_token=refresh-{minted}" not in request.body.decode():
            return Reply({"error": "invalid_grant"}, 400)
        minted += 1
        return Reply({"access_token": f"token-{minted}", "refresh_token": f"refresh-{minted}"})

    with fake_tool(answer) as tool:
        monkeypatch.setattr(settings(), "egress_allow", f"127.0.0.1:{tool.port}")
        api = client(fresh_sample.credentials["owner"])
        assert api.post("/v1/connector-declarations", json={"written": rotating(tool.url)}).status_code == 201
        made = api.post(
            "/v1/connectors",
            json={
                "type": "custom_api",
                "declaration": "rotating_desk",
                "display_name": "Rotating",
                "credentials": {"client_id": "i", "client_secret": "s", "refresh_token": "refresh-0"},
                "paused": True,
            },
        ).json()
        results = []
        for _ in range(2):
            results.append(api.post(f"/v1/connectors/{made['id']}/test").json()["ok"])
            access_tokens._tokens.clear()  # the next test is in another process

    with database.workspace(fresh_sample.workspace_id) as session:
        row = session.row("select * from app.connector where connector_id = %s", (made["id"],))
    assert row is not None
    assert results == [True, True]
    assert open_credentials(open_vault(), row)["refresh_token"] == "refresh-2"


def rotating(url: str) -> str:
    """The declaration of a tool with refresh tokens."""
    return f"""
name: rotating_desk
title: Rotating desk
base_url: {url}
credentials:
  - {{name: client_id, title: Client}}
  - {{name: client_secret, title: Secret}}
  - {{name: refresh_token, title: Refresh token}}
auth: {{oauth2: {{token_url: /token, grant: refresh_token}}}}
pulls:
  - {{name: items, path: /items, records: items, pages: one_page}}
issues:
  - {{name: item, title: title}}
"""
