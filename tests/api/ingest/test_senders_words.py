"""What senders of OpenTelemetry and CloudEvents say in their own way: exceptions, severities, successes."""

import json
from typing import Any

import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.ingest.test_standard_events import (
    BATCH,
    EVENTS,
    LOGS,
    PROTOBUF,
    TRACE,
    cloud_event,
    export,
    failure,
    read_landed,
    text,
)
from tests.api.sample import Sample

STRUCTURED = {"content-type": "application/cloudevents+json"}
TRACES, METRICS = "/v1/ingest/otlp/v1/traces", "/v1/ingest/otlp/v1/metrics"


def key_value(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": text(value)}


EXCEPTION = [
    key_value("exception.type", "KeyError"),
    key_value("exception.message", "'card'"),
    key_value("exception.stacktrace", "Traceback (most recent call last): …"),
]


def span(name: str, code: int, **fields: Any) -> dict[str, Any]:
    recorded = {"name": "exception", "timeUnixNano": "1767225600000000000", "attributes": EXCEPTION}
    return {
        "traceId": TRACE,
        "spanId": "a" * 16,
        "name": name,
        "status": {"code": code},
        "events": [recorded],
    } | fields


def export_spans(*spans: dict[str, Any]) -> dict[str, Any]:
    resource = {"attributes": [key_value("service.name", "checkout"), key_value("team", "payments")]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": list(spans)}]}]}


def test_an_exception_is_one_issue_on_all_its_spans_and_in_its_log_and_what_was_caught_is_none(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    logged = failure(0, attributes=EXCEPTION, body=text("Charging failed"))
    traces = export_spans(span("charge", 2), span("POST /orders", 2), span("retry", 1, traceId="b" * 32))

    answers = [api.post(LOGS, json=export(logged)), api.post(TRACES, json=traces)]

    assert [answer.json() for answer in answers] == [{}, {}]
    payloads = read_landed(database, fresh_sample)
    assert len({payload["external_id"] for payload in payloads}) == 1
    (of_span,) = {payload["title"] for payload in payloads} - {"KeyError: Charging failed"}
    assert of_span == "KeyError: 'card'"
    assert {payload.get("team") for payload in payloads} == {None, "payments"}


def test_a_structured_body_says_what_failed_in_its_own_words(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    content = {"kvlistValue": {"values": [key_value("msg", "queue is full"), key_value("code", "E17")]}}

    api.post(LOGS, json=export(failure(0, body=content, attributes=[])))

    (payload,) = read_landed(database, fresh_sample)
    assert (payload["title"], json.loads(payload["body"])) == (
        "queue is full",
        {"msg": "queue is full", "code": "E17"},
    )


def test_metrics_are_taken_and_leave_nothing(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])

    as_json, as_protobuf = (
        api.post(METRICS, json={"resourceMetrics": []}),
        api.post(METRICS, headers=PROTOBUF),
    )

    assert (as_json.json(), as_protobuf.content) == ({}, b"")
    assert (as_protobuf.status_code, read_landed(database, fresh_sample)) == (200, [])


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"data": {"title": "full", "severity": "high"}}, "p2"),
        ({"data": {"title": "full", "severity": 9.1}}, "p1"),
        ({"data": {"title": "full", "level": "critical"}}, "p1"),
        ({"data": {"title": "full", "details": {"priority": "low"}}}, "p4"),
        ({"data": {"title": "full"}, "severitytext": "error"}, "p2"),
        ({"data": {"title": "full"}}, "p3"),
    ],
)
def test_a_cloud_events_severity_is_read_wherever_its_word_stands(
    client: Client, fresh_sample: Sample, database: Database, fields: dict[str, Any], severity: str
) -> None:
    api = client(fresh_sample.credentials["analyst"])

    api.post(EVENTS, content=json.dumps(cloud_event(1, **fields)), headers=STRUCTURED)

    (payload,) = read_landed(database, fresh_sample)
    assert payload["severity"] == severity


def test_a_cloud_event_of_a_success_is_not_a_failure_unless_its_severity_objects(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    kinds = {
        "com.acme.job.succeeded": {"title": "went well", "level": "info"},
        "dev.tekton.event.taskrun.successful.v1": {},
        "com.acme.job.completed": {"title": "with errors", "severity": "error"},
        "com.acme.job.failed": {"title": "full", "level": "info"},
    }
    batch = [cloud_event(n, type=kind, data=data) for n, (kind, data) in enumerate(kinds.items())]

    answer = api.post(EVENTS, content=json.dumps(batch), headers=BATCH)

    assert {entry["index"] for entry in answer.json()["accepted"]} == {2, 3}
    assert [payload["title"] for payload in read_landed(database, fresh_sample)] == ["full", "with errors"]


def test_a_run_of_kubernetes_says_by_its_condition_what_failed(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    conditions = [
        {"type": "Succeeded", "status": "False", "reason": "Failed", "message": "step build exited with 1"}
    ]
    event = cloud_event(
        1, type="dev.tekton.event.taskrun.failed.v1", data={"taskRun": {"status": {"conditions": conditions}}}
    )

    api.post(EVENTS, content=json.dumps(event), headers=STRUCTURED)

    (payload,) = read_landed(database, fresh_sample)
    assert payload["title"] == "step build exited with 1"


def test_the_end_of_a_cloud_event_leaves_its_beginning_where_it_was(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    began, ended = "2026-01-01T08:00:00+00:00", "2026-01-01T09:00:00+00:00"
    for time, status in ((began, "firing"), (ended, "resolved")):
        event = cloud_event(1, time=time, data={"title": "full", "status": status})
        api.post(EVENTS, content=json.dumps(event), headers=STRUCTURED)

    open_one, resolved = sorted(
        read_landed(database, fresh_sample), key=lambda each: each["source_updated_at"]
    )
    assert (open_one["status"], open_one["source_created_at"]) == ("open", began)
    assert (resolved["status"], resolved["resolved_at"]) == ("resolved", ended)
    assert "source_created_at" not in resolved
