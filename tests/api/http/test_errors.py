"""Every error is RFC 9457 problem details, and no request breaks the server."""

from collections.abc import Iterator

import pytest

from tests.api.conftest import Client
from tests.api.sample import Sample

JSON = {"content-type": "application/json"}


def test_every_error_is_a_problem_with_the_request_id(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])
    responses = [
        api.get("/nowhere"),
        api.get("/v1/nowhere"),
        api.put("/v1/issues"),
        client().get("/v1/issues"),
        api.get("/v1/issues/not-an-id"),
        api.post("/v1/issues", json={"title": "x"}),
    ]

    for response in responses:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["trace_id"] == response.headers["x-request-id"]
        assert response.json()["status"] == response.status_code
    assert [response.status_code for response in responses] == [404, 404, 405, 401, 422, 403]
    assert responses[3].headers["www-authenticate"].startswith("Bearer")


def test_a_valid_request_id_is_returned_and_an_invalid_one_is_replaced(client: Client) -> None:
    valid = client().get("/health", headers={"x-request-id": "abc-12345"})
    invalid = client().get("/health", headers={"x-request-id": "a b\tc"})

    assert valid.headers["x-request-id"] == "abc-12345"
    assert len(invalid.headers["x-request-id"]) == 32


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
def test_invalid_json_is_a_400(body: bytes, client: Client, sample: Sample) -> None:
    response = client(sample.credentials["analyst"]).post("/v1/issues", content=body, headers=JSON)

    assert (response.status_code, response.json()["code"]) == (400, "malformed_json")


def test_special_characters_are_stored_as_text(client: Client, sample: Sample) -> None:
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
def test_invalid_query_parameters_are_refused(query: str, client: Client, sample: Sample) -> None:
    response = client(sample.credentials["viewer"]).get(f"/v1/issues?{query}")

    assert response.status_code in ({200} if query == "q=%ff" else {400, 422})


def test_an_unexpected_error_reveals_only_its_trace_id(
    client: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> str:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("api.issues.queries.read_issue", broken)

    response = client(sample.credentials["viewer"]).get(f"/v1/issues/{sample.ids['issue_id']}")

    assert response.status_code == 500
    assert "hunter2" not in response.text
    assert response.json()["trace_id"] == response.headers["x-request-id"]


def test_a_chunked_body_over_the_limit_is_refused(client: Client, sample: Sample) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(60):
            yield b"x" * 100_000

    response = client(sample.credentials["analyst"]).post("/v1/ingest/events", content=chunks(), headers=JSON)

    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


def test_readiness_reports_the_state(client: Client) -> None:
    ready = client().get("/ready")

    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
