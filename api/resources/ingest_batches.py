"""Batches of what programs send: a bad record is refused by its index and costs no other."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from api.resources.ingest_records import field_problems
from causeloop_pipeline.landing.inbound.ingest_event import IngestError
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.raw.records import LandingCount

Taken = list[tuple[int, RawRecord]]
Refused = list[dict[str, Any]]


def sorted_out(
    sent: Sequence[Any], pointer: str, read: Callable[[Any, datetime], RawRecord]
) -> tuple[Taken, Refused]:
    """The records that could be read, and of the others what is wrong with them, each with its index."""
    now, taken, refused = datetime.now(UTC), [], []
    for index, one in enumerate(sent):
        try:
            taken.append((index, read(one, now)))
        except IngestError as error:
            refused.append({"index": index, "errors": field_problems(error.errors, f"{pointer}/{index}")})
    return taken, refused


def status_of(count: LandingCount) -> str:
    """What became of a single record."""
    return "accepted" if count.new else "updated" if count.updated else "duplicate"


def batch_answer(
    count: LandingCount, taken: Taken, refused: Refused, identity: Callable[[RawRecord], dict[str, str]]
) -> dict[str, Any]:
    """What became of every record."""
    return {
        "received": len(taken) + len(refused),
        "new": count.new,
        "updated": count.updated,
        "duplicate": count.duplicate,
        "rejected": len(refused),
        "accepted": [{"index": index, **identity(record)} for index, record in taken],
        "errors": refused,
    }
