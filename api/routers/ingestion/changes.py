"""Changes from programs, and the list of all that the tools and programs told."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.pagination import read_page
from api.http.responses import Page, gives, json_answer
from api.operation import Db, Operation
from api.queries.ingestion import ingest
from api.queries.ingestion.changes import CHANGES
from api.resources.ingest_batches import batch_answer, sorted_out, status_of
from api.resources.ingest_records import change_of
from api.schemas.ingestion.changes import (
    Change,
    ChangeBatchAnswer,
    ChangeBatchRequest,
    ChangeFilters,
    IngestChange,
    IngestedChange,
)
from causeloop_pipeline.landing.inbound.ingest_change import change_record
from causeloop_pipeline.model.raw_record import RawRecord

router = APIRouter(prefix="/v1", route_class=Operation)


@router.get("/changes", tags=["changes"], responses=gives(Page[Change]))
async def list_changes(db: Db, filters: Annotated[ChangeFilters, Query()]) -> Response:
    """The workspace's deploys, releases and changes of configuration, newest first."""
    return await read_page(db, CHANGES, filters)


@router.post(
    "/ingest/changes", status_code=202, tags=["ways in"], responses=gives(IngestedChange, 202, "Stored")
)
async def ingest_change(db: Db, change: IngestChange) -> Response:
    """Take one change; the same change again is a duplicate, a newer version an update."""
    record = change_of(change.model_dump(mode="json"))
    count = await ingest.land_records(db, None, [record])
    return json_answer({**_identity(db, record), "status": status_of(count)}, 202)


@router.post(
    "/ingest/changes/batch",
    status_code=202,
    tags=["ways in"],
    responses=gives(ChangeBatchAnswer, 202, "Stored, but for the refused"),
)
async def ingest_change_batch(db: Db, batch: ChangeBatchRequest) -> Response:
    """Take up to 500 changes; a bad one is refused by its index and costs no other."""
    taken, refused = sorted_out(batch.changes, "/changes", change_record)
    count = await ingest.land_records(db, None, [record for _, record in taken])
    return json_answer(batch_answer(count, taken, refused, partial(_identity, db)), 202)


def _identity(db: Db, record: RawRecord) -> dict[str, str]:
    change_id = ingest.change_id(db.workspace_id, record.source, record.external_id)
    return {"change_id": str(change_id), "source": record.source, "external_id": record.external_id}
