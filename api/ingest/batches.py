"""Batches of events and changes: each record is accepted or rejected on its own."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from api.http.database import WorkspaceDatabase
from api.ingest import queries as ingest
from api.ingest.records import BELONGS_TO_CONNECTOR, describe_fields
from causeloop_pipeline.landing.inbound.product_fields import FieldError, IngestError
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.raw.records import LandingCount

IndexedRecords = list[tuple[int, RawRecord]]
Rejections = list[dict[str, Any]]


def parse_batch(
    items: Sequence[Any], pointer: str, parse: Callable[[Any, datetime], RawRecord]
) -> tuple[IndexedRecords, Rejections]:
    """The valid records, and the invalid fields of the others, each with its index in the batch."""
    now = datetime.now(UTC)
    records: IndexedRecords = []
    rejections: Rejections = []
    for index, item in enumerate(items):
        try:
            records.append((index, parse(item, now)))
        except IngestError as error:
            errors = describe_fields(error.errors, f"{pointer}/{index}")
            rejections.append({"index": index, "errors": errors})
    return records, rejections


async def reject_connector_records(
    db: WorkspaceDatabase, records: IndexedRecords, rejections: Rejections, pointer: str
) -> IndexedRecords:
    """The records that no connector brought; the others are added to the rejections."""
    taken = await ingest.find_connector_records(db, [record for _, record in records])
    accepted: IndexedRecords = []
    for index, record in records:
        if (record.source, record.external_id) not in taken:
            accepted.append((index, record))
            continue
        error = FieldError("/external_id", BELONGS_TO_CONNECTOR)
        rejections.append({"index": index, "errors": describe_fields([error], f"{pointer}/{index}")})
    rejections.sort(key=lambda rejection: rejection["index"])
    return accepted


def describe_status(count: LandingCount) -> str:
    """The result of a single record: accepted, updated or duplicate."""
    return "accepted" if count.new else "updated" if count.updated else "duplicate"


def describe_batch(
    count: LandingCount,
    records: IndexedRecords,
    rejections: Rejections,
    identify: Callable[[RawRecord], dict[str, str]],
) -> dict[str, Any]:
    """The result of a batch, record by record."""
    return {
        "received": len(records) + len(rejections),
        "new": count.new,
        "updated": count.updated,
        "duplicate": count.duplicate,
        "rejected": len(rejections),
        "accepted": [{"index": index, **identify(record)} for index, record in records],
        "errors": rejections,
    }
