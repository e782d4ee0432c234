"""Stores records that arrive through the API, with the storage function that all channels share."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from api.http.database import WorkspaceDatabase
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord
from causeloop_pipeline.storage.raw.records import LandingCount, land

# The issue that the next run makes of the record. For records of every kind, the dbt macros `map_issues` and
# `newest_issues` and the mart `issue` hold the same rules; a test holds the two equal.
UPSERT_ISSUE = """
with report as (
    select r.*, core.issue_id(%(workspace_id)s, %(source)s, %(external_id)s) as issue_id
    from jsonb_to_record(%(payload)s) as r (
        title text, body text, severity text, status text, service text, error_type text, team text,
        environment text, external_url text, source_created_at timestamptz, source_updated_at timestamptz,
        resolved_at timestamptz, attributes jsonb
    )
), overrides as (
    select coalesce(jsonb_object_agg(field || ' ' || lower(vendor_value), value), '{}') as map
    from core.value_override
    where workspace_id = %(workspace_id)s and source = %(source)s
), edits as (
    select coalesce(jsonb_object_agg(e.field, e.value order by e.edit_id), '{}') as fields,
           max(e.edited_at) filter (where e.field = 'status') as status_edited_at
    from core.issue_edit as e
    where e.workspace_id = %(workspace_id)s and e.issue_id = (select issue_id from report)
), mapped as (
    select r.*, e.fields, e.status_edited_at,
           coalesce(r.source_created_at, least(known.source_created_at, r.source_updated_at)) as created_at,
           coalesce(o.map ->> ('severity ' || r.severity), r.severity) as mapped_severity,
           coalesce(o.map ->> ('status ' || r.status), r.status, 'open') as mapped_status
    from report as r
    cross join overrides as o
    cross join edits as e
    left join core.issue as known on known.workspace_id = %(workspace_id)s and known.issue_id = r.issue_id
), edited as (
    select *, coalesce(fields ->> 'status', mapped_status) as edited_status,
           case when mapped_status in ('resolved', 'closed') then resolved_at end as ended_at
    from mapped
)
insert into core.issue as i (
    workspace_id, issue_id, source, external_id, title, body, severity, status, service, error_type, team,
    environment, external_url, source_created_at, source_updated_at, resolved_at, ingested_at, attributes
)
select %(workspace_id)s, issue_id, %(source)s, %(external_id)s,
       coalesce(fields ->> 'title', title),
       case when fields ? 'body' then fields ->> 'body' else body end,
       coalesce(fields ->> 'severity', mapped_severity),
       edited_status,
       case when fields ? 'service' then fields ->> 'service' else service end,
       case when fields ? 'error_type' then fields ->> 'error_type' else error_type end,
       case when fields ? 'team' then fields ->> 'team' else team end,
       case when fields ? 'environment' then fields ->> 'environment' else environment end,
       case when external_url ~* '^https?://\\S' then external_url end,
       created_at, source_updated_at,
       case when edited_status in ('resolved', 'closed')
            then coalesce(ended_at, status_edited_at, source_updated_at) end,
       now(), attributes
from edited
on conflict (workspace_id, source, external_id) do update
    set title = excluded.title, body = excluded.body, severity = excluded.severity,
        status = case when i.status = 'in_loop' and excluded.status = 'open' and i.pattern_id is not null
                      then i.status else excluded.status end,
        service = excluded.service, error_type = excluded.error_type, team = excluded.team,
        environment = excluded.environment, external_url = excluded.external_url,
        source_created_at = excluded.source_created_at, source_updated_at = excluded.source_updated_at,
        resolved_at = excluded.resolved_at, attributes = excluded.attributes
    where i.source_updated_at <= excluded.source_updated_at
"""

SELECT_CONNECTOR_RECORDS = """
select distinct source, external_id
from unnest($1::text[], $2::text[]) as sent (source, external_id)
where exists (
    select from raw.record as r
    where r.source = sent.source and r.external_id = sent.external_id and r.connector_id is not null
)
"""

INSERT_DELIVERY = """
insert into raw.webhook_delivery (workspace_id, connector_id, delivery_id) values (%s, %s, %s)
on conflict do nothing
"""


def compute_issue_id(workspace_id: UUID, source: str, external_id: str) -> UUID:
    """The id of an issue, as the SQL function `core.issue_id` computes it."""
    identity = "\x1f".join((str(workspace_id), source, external_id))
    return UUID(hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest())


def compute_change_id(workspace_id: UUID, source: str, external_id: str) -> UUID:
    """The id of a change, as the SQL function `core.change_id` computes it."""
    identity = "\x1f".join(("change", str(workspace_id), source, external_id))
    return UUID(hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest())


async def find_connector_records(db: WorkspaceDatabase, records: Sequence[RawRecord]) -> set[tuple[str, str]]:
    """Source and external id of those records that a connector of the workspace has brought before."""
    identities = [(record.source, record.external_id) for record in records]
    sources, external_ids = ([identity[part] for identity in identities] for part in (0, 1))
    rows = await db.transaction.fetch(SELECT_CONNECTOR_RECORDS, sources, external_ids)
    return {(row["source"], row["external_id"]) for row in rows}


async def ingest_records(
    db: WorkspaceDatabase, connector_id: UUID | None, records: Sequence[RawRecord]
) -> LandingCount:
    """Store records for the next run to normalize; committed when this returns."""
    return await db.in_thread(
        lambda connection: land(connection, db.workspace_id, connector_id, records, channel="ingest")
    )


async def ingest_issue(db: WorkspaceDatabase, record: RawRecord) -> UUID:
    """Store a record and write its issue at once, as the next run will normalize it again."""

    def work(connection: psycopg.Connection) -> None:
        land(connection, db.workspace_id, None, [record], channel=record.channel)
        connection.execute(
            UPSERT_ISSUE,
            {
                "workspace_id": db.workspace_id,
                "source": record.source,
                "external_id": record.external_id,
                "payload": Jsonb(record.payload),
            },
        )

    await db.in_thread(work)
    return compute_issue_id(db.workspace_id, record.source, record.external_id)


async def ingest_delivery(
    db: WorkspaceDatabase,
    connector_id: UUID,
    records: Sequence[RawRecord],
    quarantined: Sequence[Quarantined],
    delivery_id: str | None,
) -> LandingCount:
    """Store the records of a webhook delivery, each delivery once; committed when this returns."""

    def work(connection: psycopg.Connection) -> LandingCount:
        if delivery_id is not None:
            inserted = connection.execute(INSERT_DELIVERY, (db.workspace_id, connector_id, delivery_id))
            if inserted.rowcount == 0:
                return LandingCount(read=len(records), duplicate=len(records))
        return land(connection, db.workspace_id, connector_id, records, quarantined, channel="webhook")

    return await db.in_thread(work)
