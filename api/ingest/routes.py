"""Events that programs send, in the product's own form, as OpenTelemetry logs or as CloudEvents."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.access.permissions import requires
from api.http.bounds import RECORD, RECORDS, takes
from api.http.database import WorkspaceDatabase
from api.http.responses import documents, json_response
from api.ingest import queries as ingest
from api.ingest.batches import (
    IndexedRecords,
    describe_accepted,
    describe_batch,
    describe_status,
    keep_former_source,
    reject_connector_records,
    sort_outcomes,
)
from api.ingest.reading import (
    MAX_FAILURES,
    PROTOBUF,
    ReadExport,
    Signal,
    read_cloud_events_body,
    read_entries_by,
    read_events,
    read_export_body_of,
    skip_export_body,
)
from api.ingest.records import check_not_of_connector, identify_issues, parse_event
from api.ingest.schemas import BatchRequest, BatchResult, ExportTaken, IngestedEvent, IngestEvent
from api.operation import Db, Operation, reads_body_by
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.storage.raw.records import NO_CONNECTOR

router = APIRouter(prefix="/v1/ingest", tags=["ingestion"], route_class=Operation)

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
METRICS_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            PROTOBUF: {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": {}},  # nothing of it is read
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
@takes(RECORD)
async def ingest_event(db: Db, event: IngestEvent) -> Response:
    """Stores one event. Sent again, it is a duplicate; a newer version updates the issue."""
    record = parse_event(event.model_dump(mode="json"))
    await check_not_of_connector(db, record)
    (issue,) = await identify_issues(db, [record])
    count, ignored = await ingest.ingest_new(db, [record])
    return json_response({**issue, "status": describe_status(count, ignored)}, 202)


@router.post(
    "/batch",
    summary="Ingest a batch of events",
    status_code=202,
    responses=documents(BatchResult, 202, "Stored, except for the rejected ones"),
)
@requires(Role.ANALYST)
@takes(RECORDS)
@reads_body_by(read_entries_by(read_events))
async def ingest_batch(db: Db, batch: BatchRequest) -> Response:
    """Stores up to 500 events. An invalid event is rejected by its index and does not affect the others."""
    parsed, rejections = sort_outcomes(batch.events, "/events")
    records = await reject_connector_records(db, parsed, rejections, "/events")
    accepted = await describe_accepted(db, identify_issues, records)
    count, ignored = await ingest.ingest_new(db, [record for _, record in records])
    return json_response(describe_batch(count, ignored, accepted, rejections), 202)


@router.post(
    "/otlp/v1/logs",
    summary="Ingest OpenTelemetry logs",
    responses=EXPORT_TAKEN,
    openapi_extra=EXPORT_BODY,
)
@requires(Role.ANALYST)
@takes(RECORDS)
@reads_body_by(read_export_body_of("logs"))
async def ingest_otlp_logs(request: Request, db: Db) -> Response:
    """Stores the log records of level ERROR and above, as protobuf or JSON; the others are not failures.

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
@takes(RECORDS)
@reads_body_by(read_export_body_of("traces"))
async def ingest_otlp_traces(request: Request, db: Db) -> Response:
    """Stores the exceptions that failed spans record; the spans themselves are not kept.

    An exception that is also logged within its trace is the same issue.
    """
    return await _ingest_export(request, db, "traces")


@router.post(
    "/otlp/v1/metrics",
    summary="Take OpenTelemetry metrics",
    responses=EXPORT_TAKEN,
    openapi_extra=METRICS_BODY,
)
@requires(Role.ANALYST)
@takes(RECORDS)
@reads_body_by(skip_export_body)
async def ingest_otlp_metrics(request: Request, db: Db) -> Response:  # noqa: ARG001 who may send, may send these
    """Takes metrics and keeps nothing of them, so that programs that send all to one address go on."""
    export: ReadExport = await request.json()
    return _answer_export(0, "", is_json=export.is_json)


async def _ingest_export(request: Request, db: WorkspaceDatabase, signal: Signal) -> Response:
    export: ReadExport = await request.json()
    parsed, rejections = sort_outcomes(export.outcomes, f"/{signal}")
    parsed = await keep_former_source(db, parsed)
    records = await reject_connector_records(db, parsed, rejections, f"/{signal}")
    await ingest.ingest_records(db, NO_CONNECTOR, [record for _, record in records])
    rejected = len(rejections) + max(export.count - MAX_FAILURES, 0)
    explanation = _explain(rejections, export.count)
    return _answer_export(rejected, explanation, is_json=export.is_json, signal=signal)


@router.post(
    "/cloudevents",
    summary="Ingest CloudEvents",
    status_code=202,
    responses=documents(BatchResult, 202, "Stored, except for the rejected ones"),
    openapi_extra=EVENTS_BODY,
)
@requires(Role.ANALYST)
@takes(RECORDS)
@reads_body_by(read_cloud_events_body)
async def ingest_cloud_events(request: Request, db: Db) -> Response:
    """Stores CloudEvents 1.0, binary, structured or in batches of up to 500, each as one issue.

    An event whose type says that something succeeded, and whose severity does not object, is no failure.
    """
    parsed, rejections = sort_outcomes(await request.json(), "")
    parsed = await keep_former_source(db, parsed)
    records: IndexedRecords = await reject_connector_records(db, parsed, rejections, "")
    accepted = await describe_accepted(db, identify_issues, records)
    count, ignored = await ingest.ingest_new(db, [record for _, record in records])
    return json_response(describe_batch(count, ignored, accepted, rejections), 202)


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
