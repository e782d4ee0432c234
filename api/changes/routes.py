"""Deploys, releases and configuration changes: list them, and ingest those that programs send."""

from typing import Annotated

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.changes.queries import CHANGES
from api.changes.schemas import (
    Change,
    ChangeBatchRequest,
    ChangeBatchResult,
    ChangeFilters,
    IngestChange,
    IngestedChange,
)
from api.http.bounds import RECORD, RECORDS, takes
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response
from api.ingest import queries as ingest
from api.ingest.batches import (
    describe_accepted,
    describe_batch,
    describe_status,
    reject_connector_records,
    sort_outcomes,
)
from api.ingest.reading import read_changes, read_entries_by
from api.ingest.records import check_not_of_connector, identify_changes, parse_change
from api.listing.page import read_page, returns_page_of
from api.operation import Db, Operation, reads_body_by
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1", route_class=Operation)


@router.get("/changes", summary="List changes", tags=["changes"], responses=documents(Page[Change]))
@requires(Role.VIEWER)
@returns_page_of(CHANGES)
async def list_changes(
    db: Db, filters: Annotated[ChangeFilters, build_filter_dependency(ChangeFilters)]
) -> Response:
    """The deploys, releases and configuration changes of the workspace, newest first."""
    return await read_page(db, CHANGES, filters)


@router.post(
    "/ingest/changes",
    summary="Ingest a change",
    status_code=202,
    tags=["ingestion"],
    responses=documents(IngestedChange, 202, "Stored"),
)
@requires(Role.ANALYST)
@takes(RECORD)
async def ingest_change(db: Db, change: IngestChange) -> Response:
    """Stores one change. Sent again, it is a duplicate; a newer version updates the change."""
    record = parse_change(change.model_dump(mode="json"))
    await check_not_of_connector(db, record)
    (identified,) = await identify_changes(db, [record])
    count, ignored = await ingest.ingest_new(db, [record])
    return json_response({**identified, "status": describe_status(count, ignored)}, 202)


@router.post(
    "/ingest/changes/batch",
    summary="Ingest a batch of changes",
    status_code=202,
    tags=["ingestion"],
    responses=documents(ChangeBatchResult, 202, "Stored, except for the rejected ones"),
)
@requires(Role.ANALYST)
@takes(RECORDS)
@reads_body_by(read_entries_by(read_changes))
async def ingest_change_batch(db: Db, batch: ChangeBatchRequest) -> Response:
    """Stores up to 500 changes. An invalid change is rejected by its index and does not affect the others."""
    parsed, rejections = sort_outcomes(batch.changes, "/changes")
    records = await reject_connector_records(db, parsed, rejections, "/changes")
    accepted = await describe_accepted(db, identify_changes, records)
    count, ignored = await ingest.ingest_new(db, [record for _, record in records])
    return json_response(describe_batch(count, ignored, accepted, rejections), 202)
