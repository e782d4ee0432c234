"""Batches of events and changes: each record is accepted or rejected on its own."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from api.http.database import WorkspaceDatabase
from api.ingest import queries as ingest
from api.ingest.records import BELONGS_TO_CONNECTOR, describe_fields
from api.ingest.schemas import IngestStatus
from causeloop_pipeline.landing.inbound.product_fields import FieldError
from causeloop_pipeline.model.issue import DEFAULT_SOURCE
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.raw.records import LandingCount

IndexedRecords = list[tuple[int, RawRecord]]
Rejections = list[dict[str, Any]]
Accepted = list[dict[str, Any]]
Identify = Callable[[WorkspaceDatabase, Sequence[RawRecord]], Awaitable[list[dict[str, str]]]]


def sort_outcomes(
    outcomes: Sequence[RawRecord | list[FieldError] | None], pointer: str
) -> tuple[IndexedRecords, Rejections]:
    """The valid records, and the invalid fields of the others, each with its index in the batch."""
    records: IndexedRecords = []
    rejections: Rejections = []
    for index, outcome in enumerate(outcomes):
        if isinstance(outcome, RawRecord):
            records.append((index, outcome))
        elif outcome is not None:
            rejections.append({"index": index, "errors": describe_fields(outcome, f"{pointer}/{index}")})
    return records, rejections


async def keep_former_source(db: WorkspaceDatabase, records: IndexedRecords) -> IndexedRecords:
    """The records; those that an issue of before standards had a source of their own is of stay with it."""
    former = await ingest.find_sent_records(db, DEFAULT_SOURCE, [record.external_id for _, record in records])
    return [
        (index, replace(record, source=DEFAULT_SOURCE) if record.external_id in former else record)
        for index, record in records
    ]


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


def describe_status(count: LandingCount, ignored: int) -> IngestStatus:
    """The result of a single record."""
    if count.new or not count.updated:
        return IngestStatus.ACCEPTED if count.new else IngestStatus.DUPLICATE
    return IngestStatus.IGNORED if ignored else IngestStatus.UPDATED


async def describe_accepted(db: WorkspaceDatabase, identify: Identify, records: IndexedRecords) -> Accepted:
    """What each accepted record becomes, with its index in the batch."""
    identified = await identify(db, [record for _, record in records])
    return [{"index": index, **each} for (index, _), each in zip(records, identified, strict=True)]


def describe_batch(
    count: LandingCount,
    ignored: int,
    accepted: Accepted,
    rejections: Rejections,
) -> dict[str, Any]:
    """The result of a batch, record by record."""
    return {
        "received": len(accepted) + len(rejections),
        "new": count.new,
        "updated": max(count.updated - ignored, 0),
        "ignored": min(ignored, count.updated),
        "duplicate": count.duplicate,
        "rejected": len(rejections),
        "accepted": accepted,
        "errors": rejections,
    }
