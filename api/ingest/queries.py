"""Stores records that arrive through the API, with the storage function that all channels share."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from api.http.database import WorkspaceDatabase
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord
from causeloop_pipeline.storage.core.reported_issue import make_issue
from causeloop_pipeline.storage.raw.records import (
    NO_CONNECTOR,
    LandingCount,
    Origin,
    RecordBatch,
    land,
    land_batch,
)

SELECT_IDS = """
select {function}($1, sent.source, sent.external_id) as id
from unnest($2::text[], $3::text[]) with ordinality as sent (source, external_id, number)
order by sent.number
"""
SELECT_ISSUE_IDS = SELECT_IDS.format(function="core.issue_id")
SELECT_CHANGE_IDS = SELECT_IDS.format(function="core.change_id")

SELECT_CONNECTOR_RECORDS = """
select distinct source, external_id
from unnest($1::text[], $2::text[]) as sent (source, external_id)
where exists (
    select from raw.record as r
    where r.source = sent.source and r.external_id = sent.external_id and r.connector_id is not null
)
"""

# Two reports of one id at once: the second waits, and sees what the first has made.
LOCK_ID = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
SELECT_IS_REPORTED = """
select exists (select from core.issue where workspace_id = %(workspace_id)s and issue_id = %(issue_id)s)
    or exists (
        select from raw.record
        where workspace_id = %(workspace_id)s and source = %(source)s and external_id = %(external_id)s
            and site = '' and not core.is_change_kind(kind)
    )
"""

# Versions that are not stored yet, of records of which a newer one is.
SELECT_OUTDATED = """
select count(*)
from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
    as sent (source, external_id, hash, updated_at)
where exists (
    select from raw.record as r
    where r.source = sent.source and r.external_id = sent.external_id and r.site = ''
        and coalesce(r.source_updated_at, r.received_at) > sent.updated_at
) and not exists (
    select from raw.record as r
    where r.source = sent.source and r.external_id = sent.external_id and r.site = ''
        and r.payload_hash = sent.hash
)
"""

SELECT_SENT_RECORDS = """
select distinct external_id
from raw.record
where source = $1 and site = '' and connector_id is null and external_id = any ($2::text[])
"""

INSERT_DELIVERY = """
insert into raw.webhook_delivery (workspace_id, connector_id, delivery_id) values (%s, %s, %s)
on conflict do nothing
"""

INSERT_COUNT = """
insert into raw.delivery (
    workspace_id, connector_id, deliveries, records, changed, quarantined, refused_for, no_failures
) values (%s, %s, %s, %s, %s, %s, %s, %s)
"""

INSERT_TRACE = """
insert into app.delivery_trace (workspace_id, traceparent) values (%s, %s) on conflict do nothing
"""


@dataclass(frozen=True)
class ReceivedDelivery:
    """A delivery whose records are one document: a process writes it, and the event loop passes it on."""

    batch: RecordBatch
    quarantined: Sequence[Quarantined]
    delivery_id: str | None = None
    no_failures: Counter[str] = field(default_factory=Counter)


async def select_issue_ids(db: WorkspaceDatabase, records: Sequence[RawRecord]) -> list[UUID]:
    """The ids of the issues that records become."""
    return await _select_ids(db, SELECT_ISSUE_IDS, records)


async def select_change_ids(db: WorkspaceDatabase, records: Sequence[RawRecord]) -> list[UUID]:
    """The ids of the changes that records become."""
    return await _select_ids(db, SELECT_CHANGE_IDS, records)


async def _select_ids(db: WorkspaceDatabase, statement: str, records: Sequence[RawRecord]) -> list[UUID]:
    sources, external_ids = [each.source for each in records], [each.external_id for each in records]
    rows = await db.transaction.fetch(statement, db.workspace_id, sources, external_ids)
    return [row["id"] for row in rows]


async def find_connector_records(db: WorkspaceDatabase, records: Sequence[RawRecord]) -> set[tuple[str, str]]:
    """Source and external id of the records that a connector of the workspace has already landed."""
    identities = [(record.source, record.external_id) for record in records]
    sources, external_ids = ([identity[part] for identity in identities] for part in (0, 1))
    rows = await db.transaction.fetch(SELECT_CONNECTOR_RECORDS, sources, external_ids)
    return {(row["source"], row["external_id"]) for row in rows}


async def find_sent_records(db: WorkspaceDatabase, source: str, external_ids: Sequence[str]) -> set[str]:
    """Those of some external ids that programs and people have sent to a source before."""
    rows = await db.transaction.fetch(SELECT_SENT_RECORDS, source, external_ids)
    return {row["external_id"] for row in rows}


async def ingest_records(db: WorkspaceDatabase, origin: Origin, records: Sequence[RawRecord]) -> LandingCount:
    """Store records for the next run to normalize; committed when this returns."""
    return await db.in_thread(
        lambda connection: land(connection, db.workspace_id, origin, records, channel="ingest")
    )


async def ingest_new(db: WorkspaceDatabase, records: Sequence[RawRecord]) -> tuple[LandingCount, int]:
    """Store what a program sent; what was stored, and how many updates are too old to change anything."""
    ignored = await count_outdated(db, records)
    return await ingest_records(db, NO_CONNECTOR, records), ignored


async def count_outdated(db: WorkspaceDatabase, records: Sequence[RawRecord]) -> int:
    """How many records are versions older than the newest one that is stored: they change no issue."""
    dated = [record for record in records if record.source_updated_at is not None]
    rows = [(r.source, r.external_id, r.payload_hash, r.source_updated_at) for r in dated]
    columns = zip(*rows, strict=True) if rows else ([], [], [], [])
    return int(await db.transaction.fetchval(SELECT_OUTDATED, *map(list, columns)))


async def ingest_issue(db: WorkspaceDatabase, record: RawRecord, issue_id: UUID, *, is_new: bool) -> bool:
    """Store a record and make its issue at once, as the next run will make it again.

    False, and nothing is stored, where it must be a new one and is not.
    """
    identity = {"source": record.source, "external_id": record.external_id}

    def work(connection: psycopg.Connection) -> bool:
        connection.execute(LOCK_ID, (str(issue_id),))
        parameters = {"workspace_id": db.workspace_id, "issue_id": issue_id, **identity}
        reported = connection.execute(SELECT_IS_REPORTED, parameters).fetchone()
        if is_new and reported is not None and reported[0]:
            return False
        land(connection, db.workspace_id, NO_CONNECTOR, [record], channel=record.channel)
        make_issue(connection, db.workspace_id, record)
        return True

    return await db.in_thread(work)


async def ingest_delivery(
    db: WorkspaceDatabase, origin: Origin, delivery: ReceivedDelivery, traceparent: str | None = None
) -> LandingCount:
    """Store a delivery once, with its trace, which a run continues; committed when this returns."""
    batch, delivery_id = delivery.batch, delivery.delivery_id

    def work(connection: psycopg.Connection) -> LandingCount:
        if traceparent is not None:
            connection.execute(INSERT_TRACE, (db.workspace_id, traceparent))
        if delivery_id is not None:
            inserted = connection.execute(
                INSERT_DELIVERY, (db.workspace_id, origin.connector_id, delivery_id)
            )
            if inserted.rowcount == 0:
                return LandingCount(read=batch.count, duplicate=batch.count)
        count = land_batch(
            connection, db.workspace_id, origin, batch, delivery.quarantined, channel="webhook"
        )
        counts = (count.read, count.new + count.updated, count.quarantined)
        values = (db.workspace_id, origin.connector_id, 1, *counts, None, Jsonb(dict(delivery.no_failures)))
        connection.execute(INSERT_COUNT, values)
        return count

    return await db.in_thread(work)


async def count_refused(db: WorkspaceDatabase, connector_id: UUID, deliveries: int, reason: str) -> None:
    """Note deliveries that were refused; nothing of them is stored."""

    def work(connection: psycopg.Connection) -> None:
        values = (db.workspace_id, connector_id, deliveries, 0, 0, 0, reason, Jsonb({}))
        connection.execute(INSERT_COUNT, values)

    await db.in_thread(work)
