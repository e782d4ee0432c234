"""Lists, reads and writes connectors; their secrets are stored encrypted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from api.http.database import WorkspaceDatabase, encode_parameters
from api.listing.queries import AnyOf, Listing, Sort
from causeloop_pipeline.connectors.declared.declaration import name_source
from causeloop_pipeline.connectors.sites import Neighbor, list_kin

CONNECTOR_COLUMNS = """
    c.connector_id as id, c.type, c.display_name, c.status, c.status_reason, c.poll_interval_seconds,
    c.backfill_days, c.config - 'declaration' as config,
    c.config #>> '{declaration,name}' as declaration, c.credentials is not null as has_credentials,
    case when c.credentials is not null then c.credential_receivers end as credential_receivers,
    c.webhook_secrets is not null as has_webhook_secret, null::text as webhook_url, c.next_poll_at,
    c.is_push_only as push_only, v.deliveries, n.no_failures,
    c.failed_syncs, coalesce(c.source, c.type) as source, c.site, s.started_at as last_sync_at,
    s.status as last_sync_status, b.backfill, m.rereading, c.created_at, c.updated_at
"""

CONNECTOR_SOURCE = """
    app.connector as c
    left join lateral (
        select r.started_at, r.status
        from app.sync_run as r
        where r.workspace_id = c.workspace_id and r.connector_id = c.connector_id
        order by r.started_at desc
        limit 1
    ) as s on true
    left join lateral (
        select case when count(*) > 0 then json_build_object(
            'status', (array_agg(r.status order by r.started_at desc))[1],
            'reads_from', min(r.reads_from), 'started_at', min(r.started_at),
            'finished_at', max(r.finished_at), 'syncs', count(*), 'pages', sum(r.pages),
            'rows_read', sum(r.rows_read), 'rows_quarantined', sum(r.rows_quarantined),
            'oldest_record_at', min(r.oldest_record_at), 'newest_record_at', max(r.newest_record_at)
        ) end as backfill
        from app.sync_run as r
        where r.workspace_id = c.workspace_id and r.connector_id = c.connector_id and r.reads_from is not null
    ) as b on true
    left join lateral (
        select json_build_object(
            'started_at', p.started_at,
            -- The milliseconds that an id of version 7 begins with; PostgreSQL reads them itself since 17.
            'read_back_to',
            to_timestamp(('x' || left(replace(p.before_record::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
        ) as rereading
        from raw.rereading as p
        where p.finished_at is null and c.type = any (p.sources)
        order by p.rereading_id desc
        limit 1
    ) as m on true
    left join lateral (
        select case when count(*) > 0 then json_build_object(
            'last_at', max(d.received_at),
            'accepted', coalesce(sum(d.deliveries) filter (where d.refused_for is null), 0),
            'refused', coalesce(sum(d.deliveries) filter (where d.refused_for is not null), 0),
            'refused_for', (array_agg(d.refused_for order by d.received_at desc)
                filter (where d.refused_for is not null))[1],
            'records', sum(d.records), 'changed', sum(d.changed), 'quarantined', sum(d.quarantined)
        ) end as deliveries
        from raw.delivery as d
        where d.workspace_id = c.workspace_id and d.connector_id = c.connector_id
            and d.received_at > now() - interval '1 day'
    ) as v on true
    left join lateral (
        select coalesce(json_object_agg(why, records), '{}') as no_failures
        from (
            select counted.why, sum(counted.records) as records
            from (
                select entry.key as why, entry.value::bigint as records
                from app.sync_run as r cross join lateral jsonb_each_text(r.no_failures) as entry
                where r.workspace_id = c.workspace_id and r.connector_id = c.connector_id
                union all
                select entry.key, entry.value::bigint
                from raw.delivery as d cross join lateral jsonb_each_text(d.no_failures) as entry
                where d.workspace_id = c.workspace_id and d.connector_id = c.connector_id
                union all
                select p.no_failure, count(*)
                from raw.mapped_record as p
                where p.workspace_id = c.workspace_id and p.connector_id = c.connector_id
                    and p.no_failure is not null and p.received_at > now() - interval '90 days'
                group by p.no_failure
            ) as counted
            group by counted.why
            order by records desc
            limit 50
        ) as passed_over
    ) as n on true
"""

CONNECTORS = Listing(
    name="connectors",
    columns=CONNECTOR_COLUMNS,
    source=CONNECTOR_SOURCE,
    key="c.connector_id",
    key_output="id",
    sorts={
        "display_name": Sort("c.display_name", "display_name", "text"),
        "created_at": Sort("c.created_at", "created_at", "timestamptz"),
    },
    default_sort="display_name",
    filters={"type": AnyOf("c.type"), "status": AnyOf("c.status")},
)

SYNC_RUNS = Listing(
    name="sync runs",
    columns="""r.sync_run_id as id, r.started_at, r.finished_at, r.status, r.pages, r.rows_read, r.rows_new,
        r.rows_updated, r.rows_duplicate, r.rows_quarantined, r.error""",
    source="app.sync_run as r",
    key="r.sync_run_id",
    key_output="id",
    sorts={"started_at": Sort("r.started_at", "started_at", "timestamptz")},
    default_sort="-started_at",
    filters={},
    always="r.connector_id = ($1 ->> 'of_connector')::uuid",
)

SELECT_CONNECTOR = f"""
select row_to_json(connector)
from (
    select {CONNECTOR_COLUMNS} from {CONNECTOR_SOURCE} where c.connector_id = ($1 ->> 'id')::uuid
) as connector
"""

SELECT_ACTIVE = """
select coalesce(json_agg(json_build_object(
    'connector_id', connector_id, 'type', type, 'display_name', display_name,
    'config', config - 'declaration'
) order by display_name, connector_id), '[]')
from app.connector
where status = 'active'
"""

COUNT_CONNECTORS = "select to_json(count(*)) from app.connector"

INSERT_CONNECTOR = """
insert into app.connector (workspace_id, connector_id, type, display_name, config, credentials,
                           credential_receivers, webhook_secrets, poll_interval_seconds, backfill_days,
                           status, site, source, is_push_only)
values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, case when $11 then 'paused' else 'active' end, $12,
        $13, $14)
"""

# Of another tool nothing has been read yet.
UPDATE_CONNECTOR = """
update app.connector
set display_name = coalesce($2, display_name), config = coalesce($3::jsonb, config),
    credentials = coalesce($4, credentials), webhook_secrets = coalesce($5, webhook_secrets),
    poll_interval_seconds = coalesce($6, poll_interval_seconds), backfill_days = coalesce($7, backfill_days),
    cursor = case when $8 <> site then null else cursor end, site = coalesce($8, site),
    credential_receivers = coalesce($9::jsonb, credential_receivers),
    is_push_only = coalesce($10, is_push_only)
where connector_id = $1
"""

SELECT_WITH_SECRETS = """
select workspace_id, connector_id, type, config, status, credentials, credential_receivers, webhook_secrets,
       backfill_days, site, is_push_only
from app.connector
where connector_id = $1
"""

SELECT_NEIGHBORS = """
select connector_id, type, config, site from app.connector where type = any ($1)
order by created_at, connector_id
"""

UPDATE_RESUMED = """
update app.connector set status = 'active', status_reason = null, next_poll_at = now(), failed_syncs = 0
where connector_id = $1
returning true
"""

UPDATE_PAUSED = """
update app.connector set status = 'paused', status_reason = null where connector_id = $1 returning true
"""

UPDATE_NEXT_POLL = """
update app.connector set next_poll_at = least(next_poll_at, now())
where connector_id = $1
returning next_poll_at
"""


async def read_connector(db: WorkspaceDatabase, connector_id: UUID) -> dict[str, Any] | None:
    """One connector, without its secrets."""
    return await db.read(SELECT_CONNECTOR, id=str(connector_id))  # type: ignore[no-any-return]


async def count_connectors(db: WorkspaceDatabase) -> int:
    """The number of connectors in the workspace."""
    return int(await db.read(COUNT_CONNECTORS))


async def lock_connectors(db: WorkspaceDatabase) -> None:
    """Serialize creations, so that concurrent ones do not all see the same count."""
    await db.transaction.fetchval("select 1 from app.workspace for update")


async def create_connector(db: WorkspaceDatabase, connector_id: UUID, row: Mapping[str, Any]) -> None:
    """Store a connector."""
    await db.transaction.execute(
        INSERT_CONNECTOR,
        db.workspace_id,
        connector_id,
        row["type"],
        row["display_name"],
        encode_parameters(row["config"]),
        row["credentials"],
        encode_parameters(row["credential_receivers"]) if row["credentials"] else None,
        row["webhook_secrets"],
        row["poll_interval_seconds"],
        row["backfill_days"],
        row["paused"],
        row["site"],
        name_source(row["config"]),
        bool(row.get("push_only")),
    )


async def update_connector(db: WorkspaceDatabase, connector_id: UUID, row: Mapping[str, Any]) -> None:
    """Set the fields that the row holds."""
    config, receivers = row.get("config"), row.get("credential_receivers")
    await db.transaction.execute(
        UPDATE_CONNECTOR,
        connector_id,
        row.get("display_name"),
        None if config is None else encode_parameters(config),
        row.get("credentials"),
        row.get("webhook_secrets"),
        row.get("poll_interval_seconds"),
        row.get("backfill_days"),
        row.get("site"),
        None if receivers is None else encode_parameters(receivers),
        row.get("push_only"),
    )


async def read_active(db: WorkspaceDatabase) -> list[dict[str, Any]]:
    """The active connectors with their configuration."""
    return list(await db.read(SELECT_ACTIVE))


async def read_with_secrets(db: WorkspaceDatabase, connector_id: UUID) -> Mapping[str, Any] | None:
    """A connector with its encrypted secrets."""
    row = await db.transaction.fetchrow(SELECT_WITH_SECRETS, connector_id)
    return None if row is None else decode_documents(row)


def decode_documents(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with configuration and receivers as documents instead of text."""
    receivers = row["credential_receivers"]
    return {
        **row,
        "config": orjson.loads(row["config"]),
        "credential_receivers": None if receivers is None else orjson.loads(receivers),
    }


async def read_neighbors(db: WorkspaceDatabase, connector_type: str) -> dict[UUID, Neighbor]:
    """The connectors of a type and of its kin, the oldest first: what each reads, and its site."""
    rows = await db.transaction.fetch(SELECT_NEIGHBORS, list_kin(connector_type))
    return {
        row["connector_id"]: Neighbor(row["type"], orjson.loads(row["config"]), row["site"]) for row in rows
    }


async def pause(db: WorkspaceDatabase, connector_id: UUID) -> bool:
    """Stop polling; False if there is no such connector."""
    return bool(await db.transaction.fetchval(UPDATE_PAUSED, connector_id))


async def resume(db: WorkspaceDatabase, connector_id: UUID) -> bool:
    """Resume polling, at once; False if there is no such connector."""
    return bool(await db.transaction.fetchval(UPDATE_RESUMED, connector_id))


async def request_sync(db: WorkspaceDatabase, connector_id: UUID) -> Any:
    """Make the next poll due now; returns its time."""
    return await db.transaction.fetchval(UPDATE_NEXT_POLL, connector_id)


async def delete_connector(db: WorkspaceDatabase, connector_id: UUID) -> bool:
    """Delete a connector and its secrets, not its issues; False if there is no such connector."""
    return bool(
        await db.transaction.fetchval(
            "delete from app.connector where connector_id = $1 returning true", connector_id
        )
    )
