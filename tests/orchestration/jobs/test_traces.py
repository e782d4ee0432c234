"""A delivery can be followed by one trace from the webhook to its recommendation, through all processes."""

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import psycopg
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from api.http.request_log import make_formatter
from api.main import create_app
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.telemetry import tracing
from causeloop_pipeline.telemetry.json_log import JsonFormatter
from tests.api.conftest import serving
from tests.conftest import Installation, new_workspace
from tests.orchestration.conftest import Run
from tests.support.fake_tool import FakeTool, Reply, fake_tool

TITLE = "Jane Doe cannot pay with card 4111"
CACHES = (tracing.is_tracing, tracing._make_provider)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTool]:
    """A receiver of OTLP on loopback, to which this process sends its spans."""
    with fake_tool(lambda _: Reply(raw=b"")) as tool:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", tool.url)
        for cached in CACHES:
            cached.cache_clear()
        yield tool
        if tracing.is_tracing():
            tracing._make_provider().shutdown()
        monkeypatch.undo()
        for cached in CACHES:
            cached.cache_clear()


def read_spans(tool: FakeTool) -> list[Any]:
    spans = []
    for request in tool.requests:
        assert request.path == "/v1/traces"
        message = ExportTraceServiceRequest.FromString(request.body)
        spans += [
            span for group in message.resource_spans for scope in group.scope_spans for span in scope.spans
        ]
    return spans


def deliver(api: httpx2.Client, hook: dict[str, Any], number: int) -> httpx2.Response:
    event = {
        "title": TITLE,
        "external_id": f"P-{number}",
        "service": "payments",
        "error_type": "CardError",
        "created_at": (datetime.now(UTC) - timedelta(days=number)).isoformat(),
    }
    body = json.dumps(event).encode()
    signature = hmac.new(hook["webhook_secret"].encode(), body, hashlib.sha256).hexdigest()
    path = f"/v1/webhooks/inbound/{hook['id']}"
    return api.post(path, content=body, headers={"x-causeloop-signature": signature})


def test_one_trace_leads_from_a_webhook_to_its_recommendation_and_quotes_nobody(
    collector: FakeTool, run: Run, owner: psycopg.Connection, database: Database, installation: Installation
) -> None:
    workspace_id = new_workspace(owner, "enterprise")
    key = create_service_key(owner, workspace_id, "tests", "owner")
    with serving(create_app()) as address, httpx2.Client(base_url=address, timeout=60) as api:
        made = api.post(
            "/v1/connectors",
            json={"type": "custom_api", "display_name": "Hook"},
            headers={"authorization": f"Bearer {key}"},
        )
        answers = [deliver(api, made.json(), number) for number in range(8, 0, -1)]
    result = run([workspace_id])
    tracing.flush()

    assert {answer.status_code for answer in answers} == {202}
    assert result.success
    spans = read_spans(collector)
    trace_id = answers[-1].headers["x-request-id"]
    followed = {span.name: span for span in spans if span.trace_id.hex() == trace_id}
    webhook = followed["POST /v1/webhooks/inbound/{connector_id}"]
    assert {"store delivery", "stage issues", "stage patterns", "stage recommendations"} <= set(followed)
    for name in ("store delivery", "stage issues", "stage patterns", "stage recommendations"):
        assert followed[name].parent_span_id == webhook.span_id
    linked = {link.trace_id.hex() for link in followed["stage patterns"].links}
    assert linked == {answer.headers["x-request-id"] for answer in answers[:-1]}
    sent = b"".join(request.body for request in collector.requests)
    for secret in (TITLE, "CardError", "payments", key, made.json()["webhook_secret"], str(workspace_id)):
        assert secret.encode() not in sent
    with database.workspace(workspace_id) as session:
        assert session.rows("select * from app.delivery_trace") == []


def test_a_failure_leaves_its_kind_in_the_span_and_not_its_message(collector: FakeTool) -> None:
    with pytest.raises(ValueError, match="Jane"), tracing.make_span("work"):
        raise ValueError(TITLE)
    tracing.flush()

    (span,) = read_spans(collector)
    assert [(entry.key, entry.value.string_value) for entry in span.attributes] == [
        ("error.type", "ValueError")
    ]
    assert TITLE.encode() not in collector.requests[0].body


def test_without_an_address_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    tracing.is_tracing.cache_clear()

    with tracing.make_span("work") as span:
        assert span is None
        assert tracing.read_traceparent() is None


def test_a_line_of_the_log_is_an_object_with_the_id_of_its_trace(
    collector: FakeTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUSELOOP_LOG_FORMAT", "json")
    settings.cache_clear()
    formatter = make_formatter()
    monkeypatch.undo()
    settings.cache_clear()
    record = logging.LogRecord("causeloop.api", logging.INFO, "", 1, "two\nlines of %s", ("text",), None)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)

    with tracing.make_span("work") as span:
        lines = formatter.format(record).splitlines()

    (line,) = lines
    entry = json.loads(line)
    assert isinstance(formatter, JsonFormatter)
    assert (entry["level"], entry["message"]) == ("INFO", "two\nlines of text")
    assert entry["trace_id"] == f"{span.get_span_context().trace_id:032x}"
