"""Events that programs send, in the product's own form, as OpenTelemetry logs or as CloudEvents."""

from datetime import datetime
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access.permissions import requires
from api.http.database import WorkspaceDatabase
from api.http.errors import Problem
from api.http.headers import read_headers
from api.http.json_body import read_encoded
from api.http.responses import documents, json_response
from api.ingest import queries as ingest
from api.ingest.batches import (
    IndexedRecords,
    describe_batch,
    describe_status,
    keep_former_source,
    parse_batch,
    reject_connector_records,
)
from api.ingest.records import check_not_of_connector, describe_fields, identify, parse_event
from api.ingest.schemas import (
    BATCH_LIMIT,
    BatchRequest,
    BatchResult,
    ExportTaken,
    IngestedEvent,
    IngestEvent,
)
from api.operation import Db, Operation, reads_body
from causeloop_pipeline.landing.inbound.cloud_events import is_success, read_cloud_events, to_event
from causeloop_pipeline.landing.inbound.ingest_event import read_event
from causeloop_pipeline.landing.inbound.otlp_logs import OtlpError, read_export, read_failures
from causeloop_pipeline.landing.inbound.otlp_spans import read_span_failures
from causeloop_pipeline.landing.inbound.product_fields import IngestError
from causeloop_pipeline.model.issue import CLOUD_EVENTS_SOURCE, OTLP_SOURCE
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.storage.raw.records import NO_CONNECTOR

router = APIRouter(prefix="/v1/ingest", tags=["ingestion"], route_class=Operation)

PROTOBUF = "application/x-protobuf"
MAX_FAILURES = 2_000
Signal = Literal["logs", "traces"]
EXPORT_TAKEN: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Stored; what was rejected is counted",
        "model": ExportTaken,
        "content": {PROTOBUF: {"schema": {"type": "string", "format": "binary"}}},
    }
}
EXPORT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            PROTOBUF: {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": {"type": "object"}},
        },
    }
}
EVENTS_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/cloudevents+json": {"schema": {"type": "object"}},
            "application/cloudevents-batch+json": {"schema": {"type": "array", "items": {}}},
            "application/json": {"schema": {}},
        },
    }
}


@router.post(
    "/events", summary="Ingest an event", status_code=202, responses=documents(IngestedEvent, 202, "Stored")
)
@requires(Role.ANALYST)
async def ingest_event(db: Db, event: IngestEvent) -> Response:
    """Stores one event. Sent again, it is a duplicate; a newer version updates the issue."""
    record = parse_event(event.model_dump(mode="json"))
    await check_not_of_connector(db, record)
    count, ignored = await ingest.ingest_new(db, [record])
    return json_response({**identify(db, record), "status": describe_status(count, ignored)}, 202)


@router.post(
    "/batch",
    summary="Ingest a batch of events",
    status_code=202,
    responses=documents(BatchResult, 202, "Stored, except for the rejected ones"),
)
@requires(Role.ANALYST)
async def ingest_batch(db: Db, batch: BatchRequest) -> Response:
    """Stores up to 500 events. An invalid event is rejected by its index and does not affect the others."""
    parsed, rejections = parse_batch(batch.events, "/events", read_event)
    records = await reject_connector_records(db, parsed, rejections, "/events")
    count, ignored = await ingest.ingest_new(db, [record for _, record in records])
    return json_response(describe_batch(count, ignored, records, rejections, partial(identify, db)), 202)


@router.post(
    "/otlp/v1/logs",
    summary="Ingest OpenTelemetry logs",
    responses=EXPORT_TAKEN,
    openapi_extra=EXPORT_BODY,
)
@requires(Role.ANALYST)
@reads_body
async def ingest_otlp_logs(request: Request, db: Db) -> Response:
    """Stores the log records of level ERROR and above, as protobuf or JSON; the others are no failures.

    Set `OTEL_EXPORTER_OTLP_ENDPOINT` to `…/v1/ingest/otlp` and send a service key as the bearer token.
    """
    return await _ingest_export(request, db, "logs")


@router.post(
    "/otlp/v1/traces",
    summary="Ingest OpenTelemetry traces",
    responses=EXPORT_TAKEN,
    openapi_extra=EXPORT_BODY,
)
@requires(Role.ANALYST)
@reads_body
async def ingest_otlp_traces(request: Request, db: Db) -> Response:
    """Stores the exceptions that failed spans record; the spans themselves are not kept.

    An exception that is also logged within its trace is the same issue.
    """
    return await _ingest_export(request, db, "traces")


@router.post(
    "/otlp/v1/metrics",
    summary="Take OpenTelemetry metrics",
    responses=EXPORT_TAKEN,
    openapi_extra=EXPORT_BODY,
)
@requires(Role.ANALYST)
@reads_body
async def ingest_otlp_metrics(request: Request, db: Db) -> Response:  # noqa: ARG001 who may send, may send these
    """Takes metrics and keeps nothing of them, so that programs that send all to one address go on."""
    is_json = _is_json_export(request)
    await read_encoded(request)
    return _answer_export(0, "", is_json=is_json)


async def _ingest_export(request: Request, db: WorkspaceDatabase, signal: Signal) -> Response:
    is_json = _is_json_export(request)
    body = await read_encoded(request)
    try:
        failures = await run_in_threadpool(_read_failures, body, is_json, signal)
    except OtlpError as error:
        raise Problem(400, "malformed_json", f"the {signal} cannot be read: {error}") from None
    read = partial(read_event, source=OTLP_SOURCE)
    parsed, rejections = parse_batch(failures[:MAX_FAILURES], f"/{signal}", read)
    parsed = await keep_former_source(db, parsed)
    records = await reject_connector_records(db, parsed, rejections, f"/{signal}")
    await ingest.ingest_records(db, NO_CONNECTOR, [record for _, record in records])
    rejected = len(rejections) + max(len(failures) - MAX_FAILURES, 0)
    return _answer_export(rejected, _explain(rejections, len(failures)), is_json=is_json, signal=signal)


def _is_json_export(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in {PROTOBUF, "application/json"}:
        raise Problem(415, "not_json", f"send exports as {PROTOBUF} or application/json")
    return media_type == "application/json"


@router.post(
    "/cloudevents",
    summary="Ingest CloudEvents",
    status_code=202,
    responses=documents(BatchResult, 202, "Stored, except for the rejected ones"),
    openapi_extra=EVENTS_BODY,
)
@requires(Role.ANALYST)
@reads_body
async def ingest_cloud_events(request: Request, db: Db) -> Response:
    """Stores CloudEvents 1.0, binary, structured or in batches of up to 500, each as one issue.

    An event whose type says that something succeeded, and whose severity does not object, is no failure.
    """
    body = await read_encoded(request)
    try:
        events = read_cloud_events(read_headers(request), body)
    except IngestError as error:
        raise Problem(422, "validation_failed", str(error), errors=describe_fields(error.errors)) from None
    if len(events) > BATCH_LIMIT:
        detail = f"at most {BATCH_LIMIT} events in one batch: send it in parts"
        raise Problem(422, "validation_failed", detail)
    parsed, rejections = parse_batch(events, "", _to_record)
    parsed = await keep_former_source(db, parsed)
    records: IndexedRecords = await reject_connector_records(db, parsed, rejections, "")
    count, ignored = await ingest.ingest_new(db, [record for _, record in records])
    return json_response(describe_batch(count, ignored, records, rejections, partial(identify, db)), 202)


def _to_record(cloud_event: dict[str, Any], now: datetime) -> RawRecord | None:
    return (
        None
        if is_success(cloud_event)
        else read_event(to_event(cloud_event), now, source=CLOUD_EVENTS_SOURCE)
    )


def _read_failures(body: bytes, is_json: bool, signal: Signal) -> list[dict[str, Any]]:
    export = read_export(body, is_json=is_json, signal=signal)
    return list((read_failures if signal == "logs" else read_span_failures)(export, is_json=is_json))


def _explain(rejections: list[dict[str, Any]], count: int) -> str:
    if count > MAX_FAILURES:
        return f"more than {MAX_FAILURES:,} failures in one export: send smaller batches"
    return str(rejections[0]["errors"][0]["detail"]) if rejections else ""


def _answer_export(rejected: int, message: str, *, is_json: bool, signal: Signal = "logs") -> Response:
    """What an exporter expects: an empty message, or how many records were not taken, and why."""
    if is_json:
        counted = "rejectedLogRecords" if signal == "logs" else "rejectedSpans"
        partial_success = {counted: str(rejected), "errorMessage": message}
        return json_response({"partialSuccess": partial_success} if rejected else {})
    if not rejected:
        return Response(b"", media_type=PROTOBUF)
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    answer = ExportLogsServiceResponse() if signal == "logs" else ExportTraceServiceResponse()
    if signal == "logs":
        answer.partial_success.rejected_log_records = rejected
    else:
        answer.partial_success.rejected_spans = rejected
    answer.partial_success.error_message = message
    return Response(answer.SerializeToString(), media_type=PROTOBUF)
