"""Whatever goes wrong is told in one shape, and nothing that is sent breaks the server."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.api.conftest import Client
from tests.api.contract import Contract
from tests.api.sample import Sample

JSON = {"content-type": "application/json"}


def test_every_refusal_is_a_problem_with_the_requests_id(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])
    answers = [
        api.get("/nowhere"),
        api.get("/v1/nowhere"),
        api.put("/v1/issues"),
        client().get("/v1/issues"),
        api.get("/v1/issues/not-an-id"),
        api.post("/v1/issues", json={"title": "x"}),
    ]

    for answer in answers:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["trace_id"] == answer.headers["x-request-id"]
        assert answer.json()["status"] == answer.status_code
    assert [answer.status_code for answer in answers] == [404, 404, 405, 401, 422, 403]
    assert answers[3].headers["www-authenticate"].startswith("Bearer")


def test_a_given_request_id_is_kept_unless_it_is_odd(client: Client) -> None:
    kept = client().get("/health", headers={"x-request-id": "abc-12345"})
    odd = client().get("/health", headers={"x-request-id": "a b\tc"})

    assert kept.headers["x-request-id"] == "abc-12345"
    assert len(odd.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"title": NaN}',
        b'{"title": "x", "attributes": {"a": 1e999}}',
        b'{"title": "\\ud800"}',
        b"[" * 100_000,
        b'{"title": "x", "attributes":' + b'{"a":' * 70 + b"1" + b"}" * 70 + b"}",
    ],
)
def test_what_is_no_json_is_told_so(body: bytes, client: Client, sample: Sample) -> None:
    answer = client(sample.credentials["analyst"]).post("/v1/issues", content=body, headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


def test_odd_text_is_kept_as_text(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["analyst"])
    for title in (
        "\u202eabc",
        "💥" * 300,
        "'; drop table core.issue; --",
        "{{7*7}}",
        "<script>alert(1)</script>",
    ):
        made = api.post("/v1/issues", json={"title": title})
        assert (made.status_code, made.json()["title"]) == (201, title)
    zero = api.post("/v1/issues", json={"title": "a\x00b", "attributes": {"k\x00": "v\x00"}})
    assert zero.json()["title"] == "a\ufffdb"
    assert zero.json()["attributes"] == {"k\ufffd": "v\ufffd"}


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "service=%00a",
        "q=" + "a" * 201,
        "pattern_id=x",
        "limit=1e9",
        "q=%ff",
        "created_from=2026-01-01",
    ],
)
def test_odd_queries_are_refused(query: str, client: Client, sample: Sample) -> None:
    answer = client(sample.credentials["viewer"]).get(f"/v1/issues?{query}")

    assert answer.status_code in ({200} if query == "q=%ff" else {400, 422})


def test_an_unexpected_failure_tells_nothing_but_its_id(
    client: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> str:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("api.queries.detect.issues.read_issue", broken)

    answer = client(sample.credentials["viewer"]).get(f"/v1/issues/{sample.ids['issue_id']}")

    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.json()["trace_id"] == answer.headers["x-request-id"]


def test_a_chunked_body_beyond_the_limit_is_refused(client: Client, sample: Sample) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(60):
            yield b"x" * 100_000

    answer = client(sample.credentials["analyst"]).post("/v1/ingest/events", content=chunks(), headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_the_document_is_openapi_3_1_and_its_explorer_is_there(api_url: str, contract: Contract) -> None:
    assert contract.document["openapi"].startswith("3.1")
    assert httpx2.get(f"{api_url}/docs").status_code == 200
    for *_, path, operation in contract.operations:
        if path.startswith("/v1/"):
            assert operation["description"]
            assert {"401", "403", "404", "422", "429"} <= set(operation["responses"])


def test_readiness_and_metrics_tell_how_it_stands(client: Client, sample: Sample) -> None:
    client(sample.credentials["viewer"]).get("/v1/me")

    ready, metrics = client().get("/ready"), client().get("/metrics")

    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert 'causeloop_http_requests_total{method="GET",operation="read_me",status="200"}' in metrics.text
    assert str(sample.workspace_id) not in metrics.text
