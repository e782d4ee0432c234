"""Lands records exactly once in effect: rows, their arrival and the connector's cursor commit together.

A payload version that is already there is a duplicate, whichever door it comes through. Small batches
are one statement; PostgreSQL parses the one JSON document that holds them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from causeloop_pipeline.model.raw_record import Quarantined, RawRecord, canonical_json

LAND = """
with incoming as (
    select *
    from jsonb_to_recordset(%(records)s::jsonb) as r (
        source text, external_id text, kind text, door text, payload jsonb, payload_hash text,
        source_updated_at timestamptz
    )
), landed as (
    insert into raw.record (workspace_id, source, external_id, kind, door, connector_id, payload,
                            payload_hash, source_updated_at)
    select %(workspace_id)s, source, external_id, kind, door, %(connector_id)s, payload, payload_hash,
           source_updated_at
    from incoming
    on conflict (workspace_id, source, external_id, payload_hash) do nothing
    returning record_id, source, external_id
), arrived as (
    insert into raw.arrival (workspace_id, record_id, source)
    select %(workspace_id)s, record_id, source from landed
), known as (
    select count(*) as versions
    from (select distinct source, external_id from landed) as l
    where exists (
        select from raw.record as r
        where r.workspace_id = %(workspace_id)s and r.source = l.source and r.external_id = l.external_id
    )
)
select
    (select count(*) from landed) as landed,
    (select count(distinct (source, external_id)) from landed) as subjects,
    (select versions from known) as known_subjects
"""

QUARANTINE = """
insert into raw.quarantine (workspace_id, source, connector_id, external_id, door, reason, payload,
                            payload_hash)
values (%s, %s, %s, %s, %s, %s, %s, %s)
on conflict (workspace_id, source, payload_hash, reason) do nothing
"""

CURSOR = "update app.connector set cursor = %s where workspace_id = %s and connector_id = %s"


class Transaction(Protocol):
    """The part of a psycopg connection that landing needs; the caller opens and commits it."""

    def execute(self, query: Any, params: Any = None) -> Any:
        """Run one statement."""


@dataclass(frozen=True)
class LandingCount:
    """What became of one batch: read = new + updated + duplicate + quarantined."""

    read: int = 0
    new: int = 0
    updated: int = 0
    duplicate: int = 0
    quarantined: int = 0

    def __add__(self, other: "LandingCount") -> "LandingCount":
        """The sum over batches."""
        return LandingCount(
            self.read + other.read,
            self.new + other.new,
            self.updated + other.updated,
            self.duplicate + other.duplicate,
            self.quarantined + other.quarantined,
        )


def land(
    transaction: Transaction,
    workspace_id: UUID,
    connector_id: UUID | None,
    records: Sequence[RawRecord],
    quarantined: Sequence[Quarantined] = (),
    cursor: Mapping[str, Any] | None = None,
    door: str = "poll",
) -> LandingCount:
    """Store a batch and, with it, how far the connector has read; nothing is kept unless all is."""
    landed, subjects, known = _land_records(transaction, workspace_id, connector_id, records)
    for item in quarantined:
        _quarantine(transaction, workspace_id, connector_id, item, door)
    if cursor is not None:
        transaction.execute(CURSOR, (canonical_json(cursor).decode(), workspace_id, connector_id))
    return LandingCount(
        read=len(records) + len(quarantined),
        new=subjects - known,
        updated=landed - (subjects - known),
        duplicate=len(records) - landed,
        quarantined=len(quarantined),
    )


def _land_records(
    transaction: Transaction, workspace_id: UUID, connector_id: UUID | None, records: Sequence[RawRecord]
) -> tuple[int, int, int]:
    if not records:
        return 0, 0, 0
    parameters = {
        "records": canonical_json([_row(record) for record in records]).decode(),
        "workspace_id": workspace_id,
        "connector_id": connector_id,
    }
    counted = transaction.execute(LAND, parameters).fetchone()
    landed, subjects, known = counted.values() if isinstance(counted, dict) else counted
    return int(landed), int(subjects), int(known)


def _row(record: RawRecord) -> dict[str, Any]:
    return {
        "source": record.source,
        "external_id": record.external_id,
        "kind": record.kind,
        "door": record.door,
        "payload": record.payload,
        "payload_hash": record.payload_hash,
        "source_updated_at": record.source_updated_at and record.source_updated_at.isoformat(),
    }


def _quarantine(
    transaction: Transaction, workspace_id: UUID, connector_id: UUID | None, item: Quarantined, door: str
) -> None:
    digest = hashlib.sha256(item.raw).hexdigest()
    row = (workspace_id, item.source, connector_id, item.external_id, door, item.reason, item.raw, digest)
    transaction.execute(QUARANTINE, row)
