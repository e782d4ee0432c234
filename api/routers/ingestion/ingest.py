"""Events from programs: stored before they are answered, normalized by the next run."""

from functools import partial

from fastapi import APIRouter, Response

from api.http.responses import gives, json_answer
from api.operation import Db, Operation
from api.queries.ingestion import ingest
from api.resources.ingest_batches import batch_answer, sorted_out, status_of
from api.resources.ingest_records import record_of
from api.schemas.ingestion.ingest import BatchAnswer, BatchRequest, Ingested, IngestEvent
from causeloop_pipeline.landing.inbound.ingest_event import ingest_record
from causeloop_pipeline.model.raw_record import RawRecord

router = APIRouter(prefix="/v1/ingest", tags=["ways in"], route_class=Operation)


@router.post("/events", status_code=202, responses=gives(Ingested, 202, "Stored"))
async def ingest_event(db: Db, event: IngestEvent) -> Response:
    """Take one event; the same event again is a duplicate, a newer version an update."""
    record = record_of(event.model_dump(mode="json"))
    count = await ingest.land_records(db, None, [record])
    return json_answer({**_identity(db, record), "status": status_of(count)}, 202)


@router.post("/batch", status_code=202, responses=gives(BatchAnswer, 202, "Stored, but for the refused"))
async def ingest_batch(db: Db, batch: BatchRequest) -> Response:
    """Take up to 500 events; a bad one is refused by its index and costs no other."""
    taken, refused = sorted_out(batch.events, "/events", ingest_record)
    count = await ingest.land_records(db, None, [record for _, record in taken])
    return json_answer(batch_answer(count, taken, refused, partial(_identity, db)), 202)


def _identity(db: Db, record: RawRecord) -> dict[str, str]:
    issue_id = ingest.issue_id(db.workspace_id, record.source, record.external_id)
    return {"issue_id": str(issue_id), "source": record.source, "external_id": record.external_id}
