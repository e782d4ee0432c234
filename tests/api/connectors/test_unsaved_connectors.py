"""A connector is tested before it is stored: with what was entered, of which nothing stays."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from api.main import MAX_TESTS_PER_WORKSPACE
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.connectors.test_connection_tests import rotating
from tests.api.sample import Sample
from tests.conftest import new_workspace
from tests.support.fake_tool import FakeTool, ReceivedRequest, Reply, fake_tool

SECRET = "planted-secret-0815"
NOW = datetime.now(UTC).isoformat()
INCIDENTS = [
    {
        "id": f"P{number}",
        "type": "incident",
        "incident_number": number,
        "title": "The till is stuck",
        "status": "triggered",
        "urgency": "high",
        "service": {"summary": "checkout"},
        "created_at": NOW,
        "updated_at": NOW,
        "html_url": "https://acme.pagerduty.com/incidents/P1",
    }
    for number in range(5)
]


def answer(request: ReceivedRequest) -> Reply:
    if request.headers.get("authorization") != f"Token token={SECRET}":
        return Reply({"error": {"message": "Unauthorized"}}, 401)
    return Reply({"incidents": INCIDENTS, "more": False})


@pytest.fixture
def pager(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTool]:
    """A PagerDuty on loopback that connectors may reach."""
    with fake_tool(answer) as running:
        monkeypatch.setattr(settings(), "egress_allow", f"127.0.0.1:{running.port}")
        yield running


def enter(url: str, token: str = SECRET) -> dict[str, Any]:
    return {"type": "pagerduty", "config": {"base_url": url}, "credentials": {"api_token": token}}


def test_it_shows_three_records_as_what_they_become_and_leaves_nothing(
    pager: FakeTool,
    client: Client,
    fresh_sample: Sample,
    database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    api = client(fresh_sample.credentials["analyst"])
    before = api.get("/v1/connectors").json()["page"]["total"]

    tested = api.post("/v1/connectors/test", json=enter(pager.url), headers={"idempotency-key": "k" * 20})

    result = tested.json()
    assert (result["ok"], result["records"], len(result["samples"])) == (True, 5, 3)
    assert {sample["title"] for sample in result["samples"]} == {"The till is stuck"}
    assert {(sample["severity"], sample["service"]) for sample in result["samples"]} == {("p2", "checkout")}
    assert api.get("/v1/connectors").json()["page"]["total"] == before
    with database.workspace(fresh_sample.workspace_id) as session:
        stored = [
            session.rows(f"select row_to_json(t)::text from {table} t")
            for table in ("app.connector", "app.audit_log", "app.idempotency_key", "raw.record")
        ]
        actions = session.rows("select action from app.audit_log")
    assert SECRET not in str(stored) + caplog.text + tested.text
    assert "test_unsaved_connector" in {row["action"] for row in actions}


def test_it_says_what_is_wrong_with_the_credentials(
    pager: FakeTool, client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])

    refused = api.post("/v1/connectors/test", json=enter(pager.url, "wrong")).json()
    incomplete = api.post("/v1/connectors/test", json={"type": "pagerduty", "config": {"x": 1}})
    viewer = client(fresh_sample.credentials["viewer"]).post("/v1/connectors/test", json=enter(pager.url))

    assert (refused["ok"], "401" in refused["detail"], refused["samples"]) == (False, True, [])
    assert {error["pointer"] for error in incomplete.json()["errors"]} == {
        "/credentials/api_token",
        "/config/x",
    }
    assert viewer.status_code == 403


def test_it_says_when_the_tool_answers_and_none_of_its_records_is_understood(
    monkeypatch: pytest.MonkeyPatch, client: Client, fresh_sample: Sample
) -> None:
    strangers = [{"id": "T1", "name": "Payments", "created_at": NOW, "updated_at": NOW}]
    with fake_tool(lambda _: Reply({"incidents": strangers, "more": False})) as tool:
        monkeypatch.setattr(settings(), "egress_allow", f"127.0.0.1:{tool.port}")
        api = client(fresh_sample.credentials["analyst"])
        result = api.post("/v1/connectors/test", json=enter(tool.url)).json()

    assert (result["ok"], result["records"]) == (False, 1)
    assert "no known variant" in result["detail"]


def test_it_never_reaches_into_the_network_around_it(
    monkeypatch: pytest.MonkeyPatch, client: Client, fresh_sample: Sample
) -> None:
    monkeypatch.setattr(settings(), "egress_allow", "")
    with fake_tool(answer) as hidden:
        api = client(fresh_sample.credentials["analyst"])
        result = api.post("/v1/connectors/test", json=enter(hidden.url)).json()
        assert (result["ok"], hidden.requests) == (False, [])


def test_a_type_of_a_higher_plan_is_refused_before_anything_is_sent(
    client: Client, owner: psycopg.Connection
) -> None:
    api = client(create_service_key(owner, new_workspace(owner, "free"), "k", "owner"))
    body = {"type": "salesforce", "config": {}, "credentials": {}}
    assert api.post("/v1/connectors/test", json=body).json()["code"] == "plan_feature_missing"


def test_it_counts_among_the_few_tests_that_a_workspace_runs_at_once(
    monkeypatch: pytest.MonkeyPatch, client: Client, fresh_sample: Sample
) -> None:
    may_answer, is_requested = threading.Event(), threading.Semaphore(0)

    def wait(request: ReceivedRequest) -> Reply:
        is_requested.release()
        assert may_answer.wait(60)
        return answer(request)

    with fake_tool(wait) as slow, ThreadPoolExecutor(MAX_TESTS_PER_WORKSPACE) as pool:
        monkeypatch.setattr(settings(), "egress_allow", f"127.0.0.1:{slow.port}")
        api = client(fresh_sample.credentials["analyst"])
        running = [
            pool.submit(api.post, "/v1/connectors/test", json=enter(slow.url))
            for _ in range(MAX_TESTS_PER_WORKSPACE)
        ]
        for _ in running:
            assert is_requested.acquire(timeout=30)
        surplus = api.post("/v1/connectors/test", json=enter(slow.url))
        may_answer.set()
        results = [test.result().json()["ok"] for test in running]

    assert (surplus.status_code, surplus.json()["code"]) == (429, "too_many_at_once")
    assert all(results)


def test_a_refresh_token_is_not_used_up_by_a_test_that_stores_nothing(
    monkeypatch: pytest.MonkeyPatch, client: Client, fresh_sample: Sample
) -> None:
    with fake_tool(lambda _: Reply({"items": []})) as tool:
        monkeypatch.setattr(settings(), "egress_allow", f"127.0.0.1:{tool.port}")
        api = client(fresh_sample.credentials["owner"])
        assert api.post("/v1/connector-declarations", json={"written": rotating(tool.url)}).status_code == 201
        credentials = {"client_id": "i", "client_secret": "s", "refresh_token": "refresh-0"}
        body = {"type": "custom_api", "declaration": "rotating_desk", "credentials": credentials}
        result = api.post("/v1/connectors/test", json=body).json()
        stored = api.post("/v1/connectors", json=body | {"display_name": "Desk", "paused": True}).json()

        assert stored["webhook_url"] is None  # the declaration has none
        assert (result["ok"], "store the connector" in result["detail"]) == (False, True)
        assert tool.requests == []
