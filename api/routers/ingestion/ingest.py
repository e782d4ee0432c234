"""Events that programs send: stored at once, normalized by the next run."""

from functools import partial

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.http.responses import documents, json_response
from api.operation import Db, Operation
from api.queries.ingestion import ingest
from api.resources.ingest_batches import (
    describe_batch,
    describe_status,
    parse_batch,
    reject_connector_records,
)
from api.resources.ingest_records import check_not_of_connector, parse_event
from api.schemas.ingestion.ingest import BatchRequest, BatchResult, IngestedEvent, IngestEvent
from causeloop_pipeline.landing.inbound.ingest_event import event_to_record
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/ingest", tags=["ingestion"], route_class=Operation)


@router.post(
    "/events", summary="Ingest an event", status_code=202, responses=documents(IngestedEvent, 202, "Stored")
)
@requires(Role.ANALYST)
async def ingest_event(db: Db, event: IngestEvent) -> Response:
    """Stores one event. Sent again, it is a duplicate; a newer version updates the issue."""
    record = parse_event(event.model_dump(mode="json"))
    await check_not_of_connector(db, record)
    count = await ingest.ingest_records(db, None, [record])
    return json_response({**_identify(db, record), "status": describe_status(count)}, 202)


@router.post(
    "/batch",
    summary="Ingest a batch of events",
    status_code=202,
    responses=documents(BatchResult, 202, "Stored, except for the rejected ones"),
)
@requires(Role.ANALYST)
async def ingest_batch(db: Db, batch: BatchRequest) -> Response:
    """Stores up to 500 events. An invalid event is rejected by its index and does not affect the others."""
    parsed, rejections = parse_batch(batch.events, "/events", event_to_record)
    records = await reject_connector_records(db, parsed, rejections, "/events")
    count = await ingest.ingest_records(db, None, [record for _, record in records])
    return json_response(describe_batch(count, records, rejections, partial(_identify, db)), 202)


def _identify(db: Db, record: RawRecord) -> dict[str, str]:
    issue_id = ingest.compute_issue_id(db.workspace_id, record.source, record.external_id)
    return {"issue_id": str(issue_id), "source": record.source, "external_id": record.external_id}
