"""Stores received records, each payload version once, in one transaction with the connector's cursor.

A payload version that is already stored is a duplicate, whichever channel it comes through. One that has no
time of its own and comes back after another version of its channel is another observation: the tool is in the
same state again, as a monitor that is down once more. What it pushes twice within a minute is one message.

A batch is one statement, or some where it is large: PostgreSQL parses the JSON document that holds it.
Earlier versions are looked up one by one (`limit 1`): without statistics the planner would read all records
of a workspace each time.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import orjson

from causeloop_pipeline.model.raw_record import Quarantined, RawRecord, canonical_json
from causeloop_pipeline.storage.raw.imports import link_records

# What a connector brings as a record of another type, and once brought as one of its own, stays its own:
# the issue keeps its id.
INSERT_RECORDS = """
with incoming as (
    select case
            when r.source <> %(type)s and (
                select true from raw.record as former
                where former.workspace_id = %(workspace_id)s and former.source = %(type)s
                    and former.external_id = r.external_id and former.site = %(site)s
                limit 1
            ) then %(type)s
            else r.source
        end as source,
        r.external_id, r.kind, r.channel, r.payload, r.payload_hash, r.source_updated_at
    from jsonb_to_recordset(%(records)s::jsonb) as r (
        source text, external_id text, kind text, channel text, payload jsonb, payload_hash text,
        source_updated_at timestamptz
    )
), observed as (
    select i.*, case
        when copy.observation is null then 1
        when newest.payload_hash = i.payload_hash then copy.observation
        when i.channel = 'poll' or copy.received_at < now() - %(redelivery)s then copy.observation + 1
        else copy.observation
    end as observation
    from incoming as i
    left join lateral (
        select r.observation, r.received_at
        from raw.record as r
        where i.source_updated_at is null and r.workspace_id = %(workspace_id)s and r.source = i.source
          and r.external_id = i.external_id and r.site = %(site)s and r.payload_hash = i.payload_hash
        order by r.observation desc
        limit 1
    ) as copy on true
    left join lateral (
        select r.payload_hash
        from raw.record as r
        where copy.observation is not null and r.workspace_id = %(workspace_id)s and r.source = i.source
          and r.external_id = i.external_id and r.site = %(site)s and r.channel = i.channel
        order by r.received_at desc, r.record_id desc
        limit 1
    ) as newest on true
), inserted as (
    insert into raw.record (workspace_id, source, site, external_id, kind, channel, connector_id, payload,
                            payload_hash, observation, source_updated_at)
    select %(workspace_id)s, source, %(site)s, external_id, kind, channel, %(connector_id)s, payload,
           payload_hash, observation, source_updated_at
    from observed
    on conflict (workspace_id, source, external_id, site, payload_hash, observation) do nothing
    returning record_id, source, external_id
), pending as (
    insert into raw.pending_record (workspace_id, record_id, source)
    select %(workspace_id)s, record_id, source from inserted
), updated as (
    select count(*) as records
    from (select distinct source, external_id from inserted) as i
    where (
        select true from raw.record as r
        where r.workspace_id = %(workspace_id)s and r.source = i.source and r.external_id = i.external_id
            and r.site = %(site)s
        limit 1
    )
)
select
    (select count(*) from inserted) as inserted,
    (select count(distinct (source, external_id)) from inserted) as changed_records,
    (select records from updated) as updated_records
"""

INSERT_QUARANTINED = """
insert into raw.quarantine (workspace_id, source, site, connector_id, external_id, channel, reason, payload,
                            payload_hash)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (workspace_id, source, external_id, site, payload_hash, reason) do update set replayed_at = null
"""

# Not of a connector that leads to another tool since.
UPDATE_CURSOR = """
update app.connector set cursor = %s where workspace_id = %s and connector_id = %s and site = %s
"""


REDELIVERY = timedelta(minutes=1)
"""Within which a pushed payload that comes back after another one is the same message, delivered late."""


class Transaction(Protocol):
    """The part of a psycopg connection that storing records needs; the caller opens and commits it."""

    def execute(self, query: Any, params: Any = None) -> Any:
        """Run one statement."""


@dataclass(frozen=True)
class Origin:
    """Who brought records: a connector and its type, the site of their ids, their source if not a type."""

    connector_id: UUID | None = None
    site: str = ""
    source: str | None = None
    type: str | None = None


NO_CONNECTOR = Origin()
"""Of records that programs and people send to the API."""


@dataclass(frozen=True)
class LandingCount:
    """How many records of a batch were read, of which new + updated + duplicate + quarantined."""

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


@dataclass(frozen=True)
class RecordBatch:
    """Records as the statement that stores them reads them: JSON documents, each with some of the records."""

    documents: Sequence[bytes] = field(repr=False)
    count: int


def write_batch(
    records: Sequence[RawRecord], source: str | None = None, max_bytes: float = math.inf
) -> RecordBatch:
    """The batch of some records, in documents of about so many bytes; with a source, all have that one."""
    documents, rows, size = list[bytes](), list[dict[str, Any]](), 0
    for record in records:
        payload = record.payload_json
        rows.append(_to_row(record, payload, source))
        size += len(payload)
        if size >= max_bytes:
            documents.append(orjson.dumps(rows))
            rows, size = [], 0
    if rows:
        documents.append(orjson.dumps(rows))
    return RecordBatch(documents, len(records))


def land(
    transaction: Transaction,
    workspace_id: UUID,
    origin: Origin,
    records: Sequence[RawRecord],
    quarantined: Sequence[Quarantined] = (),
    cursor: Mapping[str, Any] | None = None,
    channel: str = "poll",
) -> LandingCount:
    """Store a batch and, with it, how far the connector has read: all of it or, after an error, nothing."""
    batch = write_batch(records, origin.source)
    count = land_batch(transaction, workspace_id, origin, batch, quarantined, channel)
    link_records(transaction, workspace_id, origin.site, records)
    if cursor is not None:
        key = (workspace_id, origin.connector_id, origin.site)
        transaction.execute(UPDATE_CURSOR, (canonical_json(cursor).decode(), *key))
    return count


def land_batch(
    transaction: Transaction,
    workspace_id: UUID,
    origin: Origin,
    batch: RecordBatch,
    quarantined: Sequence[Quarantined] = (),
    channel: str = "poll",
) -> LandingCount:
    """Store a batch that was written elsewhere, of records that came by no import."""
    inserted = changed_records = updated_records = 0
    for document in batch.documents:
        counted = _insert_records(transaction, workspace_id, origin, document)
        inserted += counted[0]
        changed_records += counted[1]
        updated_records += counted[2]
    for item in quarantined:
        _insert_quarantined(transaction, workspace_id, origin, item, channel)
    new = changed_records - updated_records
    return LandingCount(
        read=batch.count + len(quarantined),
        new=new,
        updated=inserted - new,
        duplicate=batch.count - inserted,
        quarantined=len(quarantined),
    )


def _insert_records(
    transaction: Transaction, workspace_id: UUID, origin: Origin, document: bytes
) -> tuple[int, int, int]:
    parameters = {
        "records": document.decode(),
        "workspace_id": workspace_id,
        "connector_id": origin.connector_id,
        "site": origin.site,
        "type": origin.type if origin.source is None else None,
        "redelivery": REDELIVERY,
    }
    row = transaction.execute(INSERT_RECORDS, parameters).fetchone()
    inserted, changed_records, updated_records = row.values() if isinstance(row, dict) else row
    return int(inserted), int(changed_records), int(updated_records)


def _to_row(record: RawRecord, payload: bytes, source: str | None) -> dict[str, Any]:
    return {
        "source": source or record.source,
        "external_id": record.external_id,
        "kind": record.kind,
        "channel": record.channel,
        "payload": orjson.Fragment(payload),
        "payload_hash": record.payload_hash,
        "source_updated_at": record.source_updated_at,
    }


def _insert_quarantined(
    transaction: Transaction, workspace_id: UUID, origin: Origin, item: Quarantined, channel: str
) -> None:
    digest = hashlib.sha256(item.raw).hexdigest()
    content = (item.external_id, channel, item.reason, item.raw, digest)
    row = (workspace_id, origin.source or item.source, origin.site, origin.connector_id, *content)
    transaction.execute(INSERT_QUARANTINED, row)
