"""Lists the records in quarantine, and queues them to be read again."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.listing.queries import Listing, Sort
from causeloop_pipeline.landing.storable import replace_unstorable

MAX_PAYLOAD, MAX_SAMPLE = 20_000, 2_000
"""Characters; four bytes are read for each."""

MAX_REFUSED_BYTES = 10_000_000
"""Of payloads that are read again together."""

QUARANTINE = Listing(
    name="quarantined records",
    columns="""q.quarantine_id as id, q.external_id, q.channel, q.reason, q.received_at,
        encode(substr(q.payload, 1, 80000), 'base64') as payload""",
    source="raw.quarantine as q",
    key="q.quarantine_id",
    key_output="id",
    sorts={"received_at": Sort("q.received_at", "received_at", "timestamptz")},
    default_sort="-received_at",
    filters={},
    always="q.replayed_at is null and q.connector_id = ($1 ->> 'of_connector')::uuid",
)

# Stored records that could not be normalized wait for the next run, which may quarantine them again.
UPDATE_STORED = """
with again as (
    select q.quarantine_id, r.record_id, r.source
    from raw.quarantine as q
    join raw.record as r
        on r.source = q.source and r.external_id = q.external_id and r.site = q.site
        and r.payload_hash = q.payload_hash
    where q.connector_id = $2 and q.replayed_at is null
    order by q.received_at, q.quarantine_id
    limit $3
), pending as (
    insert into raw.pending_record (workspace_id, record_id, source)
    select distinct on (record_id) $1, record_id, source from again
    on conflict do nothing
)
update raw.quarantine as q
set replayed_at = now()
from again
where q.quarantine_id = again.quarantine_id
returning q.quarantine_id
"""

SELECT_REFUSED = """
select refused.quarantine_id, q.source, q.site, q.payload
from (
    select q.quarantine_id, q.received_at, row_number() over earlier as place,
           sum(octet_length(q.payload)) over earlier as bytes
    from raw.quarantine as q
    where q.connector_id = $1 and q.replayed_at is null and not exists (
        select
        from raw.record as r
        where r.source = q.source and r.external_id = q.external_id and r.site = q.site
            and r.payload_hash = q.payload_hash
    )
    window earlier as (order by q.received_at, q.quarantine_id)
) as refused
join raw.quarantine as q using (quarantine_id)
where refused.place <= $2 and (refused.place = 1 or refused.bytes <= $3)
order by refused.place
"""

# Reasons that differ only in a number, a time or an id are one kind of drift.
SELECT_DRIFT = r"""
with kinds as (
    select regexp_replace(q.reason, '[0-9]+', '…', 'g') as kind, count(*) as records,
        min(q.received_at) as first_seen_at, max(q.received_at) as last_seen_at,
        (array_agg(q.quarantine_id order by q.received_at desc, q.quarantine_id desc))[1] as sample_id
    from raw.quarantine as q
    where q.replayed_at is null and q.connector_id = ($1 ->> 'connector_id')::uuid
    group by 1
    order by last_seen_at desc, kind
    limit 50
)
select coalesce(json_agg(json_build_object(
    'reason', q.reason, 'records', k.records, 'first_seen_at', k.first_seen_at,
    'last_seen_at', k.last_seen_at, 'external_id', q.external_id, 'channel', q.channel,
    'sample', encode(substr(q.payload, 1, 8000), 'base64')
) order by k.last_seen_at desc, k.kind), '[]')
from kinds as k
join raw.quarantine as q on q.quarantine_id = k.sample_id
"""

UPDATE_REPLAYED = "update raw.quarantine set replayed_at = now() where quarantine_id = any ($1)"


async def read_drift(db: WorkspaceDatabase, connector_id: UUID) -> list[dict[str, Any]]:
    """Each reason for which records of a connector are in quarantine, the last one first."""
    kinds: list[dict[str, Any]] = await db.read(SELECT_DRIFT, connector_id=str(connector_id))
    return [{**kind, "sample": _read_text(kind["sample"], MAX_SAMPLE)} for kind in kinds]


def read_payload(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its payload as text: what was received may not be valid text."""
    return {**row, "payload": _read_text(row["payload"], MAX_PAYLOAD)}


def _read_text(encoded: str, limit: int) -> str:
    return replace_unstorable(b64decode(encoded).decode(errors="replace"))[:limit]


async def queue_stored(db: WorkspaceDatabase, connector_id: UUID, limit: int) -> int:
    """Let the next run normalize a connector's quarantined records again; how many."""
    return len(await db.transaction.fetch(UPDATE_STORED, db.workspace_id, connector_id, limit))


async def read_refused(db: WorkspaceDatabase, connector_id: UUID, limit: int) -> list[Mapping[str, Any]]:
    """The payloads of a connector that could not be parsed as records."""
    return list(await db.transaction.fetch(SELECT_REFUSED, connector_id, limit, MAX_REFUSED_BYTES))


async def mark_replayed(db: WorkspaceDatabase, quarantine_ids: list[UUID]) -> None:
    """Take records out of quarantine, because they have been read."""
    await db.transaction.execute(UPDATE_REPLAYED, quarantine_ids)
