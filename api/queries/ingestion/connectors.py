"""Connectors as configured. Sealed secrets are written and counted here, never read out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase, as_json
from api.http.pagination import Listing, Sort
from api.queries.detect.issues import any_of

CONNECTOR = """
    c.connector_id as id, c.type, c.display_name, c.status, c.status_reason, c.poll_interval_seconds,
    c.backfill_days, c.config, c.credentials is not null as has_credentials,
    c.webhook_secrets is not null as has_webhook_secret, null::text as webhook_url, c.next_poll_at,
    s.started_at as last_sync_at, s.status as last_sync_status, c.created_at, c.updated_at
"""

SOURCE = """
    app.connector as c
    left join lateral (
        select r.started_at, r.status
        from app.sync_run as r
        where r.workspace_id = c.workspace_id and r.connector_id = c.connector_id
        order by r.started_at desc
        limit 1
    ) as s on true
"""

CONNECTORS = Listing(
    name="connectors",
    columns=CONNECTOR,
    source=SOURCE,
    key="c.connector_id",
    key_output="id",
    sorts={
        "display_name": Sort("c.display_name", "display_name", "text"),
        "created_at": Sort("c.created_at", "created_at", "timestamptz"),
    },
    default_sort="display_name",
    filters={"type": any_of("c.type", "type"), "status": any_of("c.status", "status")},
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

ONE = f"""
select row_to_json(connector)
from (select {CONNECTOR} from {SOURCE} where c.connector_id = ($1 ->> 'id')::uuid) as connector
"""

COUNT = "select to_json(count(*)) from app.connector"

CREATE = """
insert into app.connector (workspace_id, connector_id, type, display_name, config, credentials,
                           webhook_secrets, poll_interval_seconds, backfill_days)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""

CHANGE = """
update app.connector
set display_name = coalesce($2, display_name), config = coalesce($3::jsonb, config),
    credentials = coalesce($4, credentials), webhook_secrets = coalesce($5, webhook_secrets),
    poll_interval_seconds = coalesce($6, poll_interval_seconds), backfill_days = coalesce($7, backfill_days)
where connector_id = $1
"""

SEALED = """
select type, config, status, credentials, webhook_secrets, backfill_days
from app.connector
where connector_id = $1
"""

RESUME = """
update app.connector set status = 'active', status_reason = null, next_poll_at = now()
where connector_id = $1
returning true
"""

PAUSE = """
update app.connector set status = 'paused', status_reason = null where connector_id = $1 returning true
"""

SYNC = """
update app.connector set next_poll_at = least(next_poll_at, now())
where connector_id = $1
returning next_poll_at
"""


async def read_connector(db: WorkspaceDatabase, connector_id: UUID) -> dict[str, Any] | None:
    """One connector as it is shown."""
    return await db.read(ONE, id=str(connector_id))  # type: ignore[no-any-return]


async def count_connectors(db: WorkspaceDatabase) -> int:
    """How many connectors the workspace has."""
    return int(await db.read(COUNT))


async def create_connector(db: WorkspaceDatabase, connector_id: UUID, row: Mapping[str, Any]) -> None:
    """Store a connector."""
    await db.transaction.execute(
        CREATE,
        db.workspace_id,
        connector_id,
        row["type"],
        row["display_name"],
        as_json(row["config"]),
        row["credentials"],
        row["webhook_secrets"],
        row["poll_interval_seconds"],
        row["backfill_days"],
    )


async def change_connector(db: WorkspaceDatabase, connector_id: UUID, row: Mapping[str, Any]) -> None:
    """Change what is given of a connector."""
    config = row.get("config")
    await db.transaction.execute(
        CHANGE,
        connector_id,
        row.get("display_name"),
        None if config is None else as_json(config),
        row.get("credentials"),
        row.get("webhook_secrets"),
        row.get("poll_interval_seconds"),
        row.get("backfill_days"),
    )


async def read_sealed(db: WorkspaceDatabase, connector_id: UUID) -> Mapping[str, Any] | None:
    """A connector with its secrets as they are stored, sealed."""
    row: Mapping[str, Any] | None = await db.transaction.fetchrow(SEALED, connector_id)
    return row


async def pause(db: WorkspaceDatabase, connector_id: UUID) -> bool:
    """Stop polling; False when there is no such connector."""
    return bool(await db.transaction.fetchval(PAUSE, connector_id))


async def resume(db: WorkspaceDatabase, connector_id: UUID) -> bool:
    """Poll again, at once; False when there is no such connector."""
    return bool(await db.transaction.fetchval(RESUME, connector_id))


async def sync_now(db: WorkspaceDatabase, connector_id: UUID) -> Any:
    """Make a connector due; when it is."""
    return await db.transaction.fetchval(SYNC, connector_id)


async def delete_connector(db: WorkspaceDatabase, connector_id: UUID) -> bool:
    """Forget a connector and its secrets; the issues that it brought stay."""
    return bool(
        await db.transaction.fetchval(
            "delete from app.connector where connector_id = $1 returning true", connector_id
        )
    )
