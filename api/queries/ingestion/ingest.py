"""Lands what comes in through the API, by the same storage function as every other door."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from api.http.database import WorkspaceDatabase
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord
from causeloop_pipeline.storage.raw.records import LandingCount, land

SHOW = """
insert into core.issue as i (
    workspace_id, issue_id, source, external_id, title, body, severity, status, service, error_type, team,
    environment, external_url, source_created_at, source_updated_at, resolved_at, ingested_at, attributes
)
select %(workspace_id)s, core.issue_id(%(workspace_id)s, %(source)s, %(external_id)s), %(source)s,
       %(external_id)s, title, body, severity, coalesce(status, 'open'), service, error_type, team,
       environment, external_url, source_created_at, source_updated_at, resolved_at, now(), attributes
from jsonb_to_record(%(payload)s) as r (
    title text, body text, severity text, status text, service text, error_type text, team text,
    environment text, external_url text, source_created_at timestamptz, source_updated_at timestamptz,
    resolved_at timestamptz, attributes jsonb
)
on conflict (workspace_id, source, external_id) do update
    set title = excluded.title, body = excluded.body, severity = excluded.severity, status = excluded.status,
        service = excluded.service, error_type = excluded.error_type, team = excluded.team,
        environment = excluded.environment, external_url = excluded.external_url,
        source_updated_at = excluded.source_updated_at, resolved_at = excluded.resolved_at,
        attributes = excluded.attributes
    where i.source_updated_at <= excluded.source_updated_at
"""

DELIVERY = """
insert into raw.webhook_delivery (workspace_id, connector_id, delivery_id) values (%s, %s, %s)
on conflict do nothing
"""


def issue_id(workspace_id: UUID, source: str, external_id: str) -> UUID:
    """The id that `core.issue_id` gives, without asking for it."""
    identity = "\x1f".join((str(workspace_id), source, external_id))
    return UUID(hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest())


def change_id(workspace_id: UUID, source: str, external_id: str) -> UUID:
    """The id that `core.change_id` gives, without asking for it."""
    identity = "\x1f".join(("change", str(workspace_id), source, external_id))
    return UUID(hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest())


async def land_records(
    db: WorkspaceDatabase, connector_id: UUID | None, records: Sequence[RawRecord]
) -> LandingCount:
    """Store events for the next run to normalize; they are committed when this returns."""
    return await db.in_thread(
        lambda connection: land(connection, db.workspace_id, connector_id, records, door="ingest")
    )


async def land_and_show(db: WorkspaceDatabase, record: RawRecord) -> UUID:
    """Store a record and show its issue at once, as normalizing it will show it again."""

    def work(connection: psycopg.Connection) -> None:
        land(connection, db.workspace_id, None, [record], door=record.door)
        connection.execute(
            SHOW,
            {
                "workspace_id": db.workspace_id,
                "source": record.source,
                "external_id": record.external_id,
                "payload": Jsonb(record.payload),
            },
        )

    await db.in_thread(work)
    return issue_id(db.workspace_id, record.source, record.external_id)


async def land_delivery(
    db: WorkspaceDatabase,
    connector_id: UUID,
    records: Sequence[RawRecord],
    quarantined: Sequence[Quarantined],
    delivery_id: str | None,
) -> LandingCount:
    """Store what a webhook brought, once per delivery; committed when this returns."""

    def work(connection: psycopg.Connection) -> LandingCount:
        if delivery_id is not None:
            kept = connection.execute(DELIVERY, (db.workspace_id, connector_id, delivery_id))
            if kept.rowcount == 0:
                return LandingCount(read=len(records), duplicate=len(records))
        return land(connection, db.workspace_id, connector_id, records, quarantined, door="webhook")

    return await db.in_thread(work)
