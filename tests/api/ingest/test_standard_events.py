"""Failures in public standards: OpenTelemetry logs as protobuf and JSON, and CloudEvents in each mode."""

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.support.normalizing import land_records, record

LOGS, EVENTS = "/v1/ingest/otlp/v1/logs", "/v1/ingest/cloudevents"
TRACE = "5b8efff798038103d269b633813fc60c"  # pragma: allowlist secret
PROTOBUF = {"content-type": "application/x-protobuf"}
BATCH = {"content-type": "application/cloudevents-batch+json"}
GZIP = {**PROTOBUF, "content-encoding": "gzip"}


def text(value: str) -> dict[str, Any]:
    return {"stringValue": value}


def export(*records: dict[str, Any]) -> dict[str, Any]:
    """An export of one service's records, in OTLP/JSON."""
    resource = {"attributes": [{"key": "service.name", "value": text("checkout")}]}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": list(records)}]}]}


def failure(number: int, **fields: Any) -> dict[str, Any]:
    attributes = [
        {"key": "exception.type", "value": text("TimeoutError")},
        {"key": "retries", "value": {"intValue": "3"}},
    ]
    return {
        "timeUnixNano": str(1_767_225_600_000_000_000 + number * 10**9),
        "severityNumber": 17,
        "body": text(f"no answer from payments {number}"),
        "attributes": attributes,
        "traceId": TRACE,
        **fields,
    }


def to_protobuf(record_count: int) -> bytes:
    """The same export as a collector sends it."""
    request = ExportLogsServiceRequest()
    logs = request.resource_logs.add()
    service = logs.resource.attributes.add()
    service.key, service.value.string_value = "service.name", "checkout"
    scope = logs.scope_logs.add()
    for number in range(record_count):
        record = scope.log_records.add()
        record.time_unix_nano = 1_767_225_600_000_000_000 + number * 10**9
        record.severity_number = 17
        record.body.string_value = f"no answer from payments {number}"
        record.trace_id = bytes.fromhex(TRACE)
        error = record.attributes.add()
        error.key, error.value.string_value = "exception.type", "TimeoutError"
        retries = record.attributes.add()
        retries.key, retries.value.int_value = "retries", 3
    return bytes(request.SerializeToString())


def read_landed(database: Database, sample: Sample) -> list[dict[str, Any]]:
    """The payloads that arrived at the ingest API in these standards, by title."""
    with database.workspace(sample.workspace_id) as session:
        rows = session.rows(
            "select payload from raw.record where channel = 'ingest' "
            "and payload -> 'attributes' ?| array['service.name', 'ce.id'] order by payload ->> 'title'"
        )
    return [row["payload"] for row in rows]


def test_errors_among_opentelemetry_logs_are_stored_once_however_they_are_sent(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    as_json = json.dumps(export(failure(0), failure(1), failure(2, severityNumber=9))).encode()

    answers = [
        api.post(LOGS, content=as_json, headers={"content-type": "application/json"}),
        api.post(LOGS, content=to_protobuf(2), headers=PROTOBUF),
        api.post(
            LOGS, content=gzip.compress(to_protobuf(2)), headers={**PROTOBUF, "content-encoding": "gzip"}
        ),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert (answers[0].json(), ExportLogsServiceResponse.FromString(answers[1].content)) == (
        {},
        ExportLogsServiceResponse(),
    )
    payloads = read_landed(database, fresh_sample)
    assert [payload["title"] for payload in payloads] == [
        "TimeoutError: no answer from payments 0",
        "TimeoutError: no answer from payments 1",
    ]
    assert {
        name: payloads[0][name] for name in ("severity", "service", "error_type", "source_created_at")
    } == {
        "severity": "p2",
        "service": "checkout",
        "error_type": "TimeoutError",
        "source_created_at": "2026-01-01T00:00:00+00:00",
    }
    assert payloads[0]["attributes"]["traceId"] == TRACE
    assert payloads[0]["attributes"]["retries"] == 3


def test_a_log_record_that_cannot_be_stored_is_counted_and_the_others_are_stored(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    late = failure(1, timeUnixNano="4102444800000000000")

    answer = api.post(LOGS, json=export(failure(0), late))

    assert answer.json()["partialSuccess"]["rejectedLogRecords"] == "1"
    assert "ahead" in answer.json()["partialSuccess"]["errorMessage"]
    assert len(read_landed(database, fresh_sample)) == 1


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"\xff\xff\xff", PROTOBUF, 400),
        (b"[" * 100_000, {"content-type": "application/json"}, 400),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b"no gzip", {**PROTOBUF, "content-encoding": "gzip"}, 400),
        (b"", {**PROTOBUF, "content-encoding": "zstd"}, 415),
        (gzip.compress(b"\0" * 200_000_000), {**PROTOBUF, "content-encoding": "gzip"}, 413),
    ],
    ids=["no protobuf", "deep JSON", "text", "no gzip", "zstd", "a bomb"],
)
def test_a_body_that_is_not_an_export_of_logs_is_refused(
    client: Client, sample: Sample, content: bytes, headers: dict[str, str], status: int
) -> None:
    api = client(sample.credentials["analyst"])

    assert api.post(LOGS, content=content, headers=headers).status_code == status


def cloud_event(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "https://ci.example/pipelines/nightly",
        "type": "example.pipeline.failed",
        "time": "2026-01-05T00:00:00Z",
        "data": {"message": f"Nightly load failed {number}", "severity": "p1", "stage": "load"},
        **fields,
    }


def test_cloud_events_are_stored_in_each_mode_and_once(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    first = cloud_event(0)
    binary = {f"ce-{name}": value for name, value in first.items() if name != "data"}
    structured = {"content-type": "application/cloudevents+json"}
    batch = {"content-type": "application/cloudevents-batch+json"}
    wrong = cloud_event(2, type="")

    answers = [
        api.post(EVENTS, json=first["data"], headers=binary),
        api.post(EVENTS, content=json.dumps(first), headers=structured),
        api.post(EVENTS, content=json.dumps([first, cloud_event(1), wrong]), headers=batch),
    ]

    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert [(answer.json()["new"], answer.json()["rejected"]) for answer in answers] == [
        (1, 0),
        (0, 0),
        (1, 1),
    ]
    assert answers[2].json()["errors"][0]["errors"][0]["pointer"] == "/2/type"
    payload = read_landed(database, fresh_sample)[0]
    assert {
        name: payload[name] for name in ("title", "severity", "service", "external_id", "error_type")
    } == {
        "title": "Nightly load failed 0",
        "severity": "p1",
        "service": "nightly",
        "external_id": "https://ci.example/pipelines/nightly#e0",
        "error_type": "example.pipeline.failed",
    }
    assert payload["attributes"]["stage"] == "load"


def test_what_is_not_a_cloud_event_is_refused_with_what_to_send(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["analyst"])

    refused = api.post(EVENTS, json={"title": "x"})
    structured = {"content-type": "application/cloudevents+json"}
    of_several = api.post(EVENTS, content="[null, null]", headers=structured)

    assert (refused.status_code, of_several.status_code) == (422, 422)
    assert "application/cloudevents+json" in refused.text
    assert "must be an object" in of_several.text


def test_each_standard_has_a_source_of_its_own(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    """An issue of before keeps its source: another version of its event is still one of it."""
    api, event = (
        client(fresh_sample.credentials["analyst"]),
        {"specversion": "1.0", "source": "/a", "type": "t"},
    )
    former = record({"external_id": "/a#1", "title": "Of before"})
    land_records(database, fresh_sample.workspace_id, replace(former, channel="ingest"))

    logs = api.post(LOGS, json=export(failure(1)))
    events = api.post(EVENTS, json=[{**event, "id": "1"}, {**event, "id": "2"}], headers=BATCH)

    assert (logs.status_code, events.status_code) == (200, 202)
    assert [accepted["source"] for accepted in events.json()["accepted"]] == ["custom_api", "cloudevents"]
    with database.workspace(fresh_sample.workspace_id) as session:
        sources = {row["source"] for row in session.rows("select source from raw.record")}
    assert sources >= {"otlp", "cloudevents"}
