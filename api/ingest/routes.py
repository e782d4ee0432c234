"""Events that programs send, in the product's own form, as OpenTelemetry logs or as CloudEvents."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from api.access.permissions import requires
from api.http.bounds import RECORD, RECORDS, takes
from api.http.responses import documents, json_response
from api.ingest import queries as ingest
from api.ingest.batches import (
    IndexedRecords,
    describe_batch,
    describe_status,
    keep_former_source,
    reject_connector_records,
    sort_outcomes,
)
from api.ingest.reading import (
    MAX_FAILURES,
    PROTOBUF,
    ReadLogs,
    read_cloud_events_body,
    read_entries_by,
    read_events,
    read_logs_body,
)
from api.ingest.records import check_not_of_connector, identify, parse_event
from api.ingest.schemas import BatchRequest, BatchResult, IngestedEvent, IngestEvent, LogsAccepted
from api.operation import Db, Operation, reads_body_by
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.storage.raw.records import NO_CONNECTOR

router = APIRouter(prefix="/v1/ingest", tags=["ingestion"], route_class=Operation)

LOGS_BODY = {
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
@takes(RECORD)
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
@takes(RECORDS)
@reads_body_by(read_entries_by(read_events))
async def ingest_batch(db: Db, batch: BatchRequest) -> Response:
    """Stores up to 500 events. An invalid event is rejected by its index and does not affect the others."""
    parsed, rejections = sort_outcomes(batch.events, "/events")
    records = await reject_connector_records(db, parsed, rejections, "/events")
    count, ignored = await ingest.ingest_new(db, [record for _, record in records])
    return json_response(describe_batch(count, ignored, records, rejections, partial(identify, db)), 202)


@router.post(
    "/otlp/v1/logs",
    summary="Ingest OpenTelemetry logs",
    responses={
        200: {
            "description": "Stored; what was rejected is counted",
            "model": LogsAccepted,
            "content": {PROTOBUF: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    openapi_extra=LOGS_BODY,
)
@requires(Role.ANALYST)
@takes(RECORDS)
@reads_body_by(read_logs_body)
async def ingest_otlp_logs(request: Request, db: Db) -> Response:
    """Stores the log records of level ERROR and above, as protobuf or JSON; the others are no failures.

    Set `OTEL_EXPORTER_OTLP_ENDPOINT` to `…/v1/ingest/otlp` and send a service key as the bearer token.
    """
    logs: ReadLogs = await request.json()
    parsed, rejections = sort_outcomes(logs.outcomes, "/logs")
    parsed = await keep_former_source(db, parsed)
    records = await reject_connector_records(db, parsed, rejections, "/logs")
    await ingest.ingest_records(db, NO_CONNECTOR, [record for _, record in records])
    rejected = len(rejections) + max(logs.count - MAX_FAILURES, 0)
    return _answer_export(rejected, _explain(rejections, logs.count), is_json=logs.is_json)


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
    """Stores CloudEvents 1.0, binary, structured or in batches of up to 500, each as one issue."""
    parsed, rejections = sort_outcomes(await request.json(), "")
    parsed = await keep_former_source(db, parsed)
    records: IndexedRecords = await reject_connector_records(db, parsed, rejections, "")
    count, ignored = await ingest.ingest_new(db, [record for _, record in records])
    return json_response(describe_batch(count, ignored, records, rejections, partial(identify, db)), 202)


def _explain(rejections: list[dict[str, Any]], count: int) -> str:
    if count > MAX_FAILURES:
        return f"more than {MAX_FAILURES:,} failures in one export: send smaller batches"
    return str(rejections[0]["errors"][0]["detail"]) if rejections else ""


def _answer_export(rejected: int, message: str, *, is_json: bool) -> Response:
    """What an exporter expects: an empty message, or how many records were not taken, and why."""
    if is_json:
        partial_success = {"rejectedLogRecords": str(rejected), "errorMessage": message}
        return json_response({"partialSuccess": partial_success} if rejected else {})
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse

    answer = ExportLogsServiceResponse()
    if rejected:
        answer.partial_success.rejected_log_records = rejected
        answer.partial_success.error_message = message
    return Response(answer.SerializeToString(), media_type=PROTOBUF)
