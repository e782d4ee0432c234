"""Lists, reads and writes uploads."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg

from api.http.database import WorkspaceDatabase, encode_parameters
from api.listing.queries import Listing, Sort
from causeloop_pipeline.model.issue import OPEN_STATUSES
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord
from causeloop_pipeline.storage.database.sql_values import quote_values
from causeloop_pipeline.storage.raw.records import LandingCount, Origin, land

BATCH = 1_000
MAX_DRAFTS = 5

COLUMNS = """
    u.upload_id as id, u.file_name, u.file_bytes, u.status, u.choices, u.understanding, u.connector_id,
    c.display_name as connector_name, u.counts, u.uploaded_by, u.uploaded_at, u.imported_at, u.undone_at,
    u.withdrawn_at is not null as is_withdrawn
"""
SOURCE = """
    app.upload as u
    left join app.connector as c on c.workspace_id = u.workspace_id and c.connector_id = u.connector_id
"""

UPLOADS = Listing(
    name="uploads",
    columns=COLUMNS,
    source=SOURCE,
    key="u.upload_id",
    key_output="id",
    sorts={"uploaded_at": Sort("u.uploaded_at", "uploaded_at", "timestamptz")},
    default_sort="-uploaded_at",
    filters={},
)

SELECT_UPLOAD = f"""
select row_to_json(upload)
from (select {COLUMNS} from {SOURCE} where u.upload_id = ($1 ->> 'id')::uuid) as upload
"""

INSERT_UPLOAD = """
insert into app.upload (workspace_id, upload_id, file_name, file_bytes, file_sha256, content, choices,
                        understanding, uploaded_by)
values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9)
"""

# Drafts are files that nobody imported: those of yesterday go, and all but the newest few.
DELETE_DRAFTS = """
delete from app.upload
where status = 'draft' and (uploaded_at < now() - interval '1 day' or upload_id in (
    select upload_id from app.upload where status = 'draft'
    order by uploaded_at desc, upload_id desc offset $1
))
"""

SELECT_STORED = """
select upload_id, file_name, file_sha256, content, choices::text, status, connector_id, made_connector
from app.upload where upload_id = $1
"""

UPDATE_CHOICES = """
update app.upload set choices = $2::jsonb, understanding = $3::jsonb where upload_id = $1 and status = 'draft'
returning true
"""

UPDATE_IMPORTED = """
update app.upload
set status = 'imported', content = null, connector_id = $2, made_connector = $3, counts = $4::jsonb,
    imported_at = now()
where upload_id = $1 and status = 'draft'
returning true
"""

# The same file, read in the same way, into the same connector: nothing would come of it.
SELECT_SAME = """
select upload_id, choices::text,
    imported_at = (
        select max(imported_at) from app.upload where connector_id = $2 and status = 'imported'
    ) as is_newest
from app.upload
where file_sha256 = $1 and connector_id = $2 and status = 'imported' order by imported_at desc
"""

SELECT_OPEN = f"""
select distinct external_id from core.issue
where connector_id = $1 and status in ({quote_values(OPEN_STATUSES)})
    and exists (select from unnest($2::text[]) as tool where starts_with(external_id, tool))
"""

UPDATE_UNDONE = """
update app.upload set status = 'undone', undone_at = now() where upload_id = $1 and status = 'imported'
returning connector_id, made_connector
"""

# One of its records waits: so a run begins, which takes all of them back.
INSERT_PENDING = """
insert into raw.pending_record (workspace_id, record_id, source)
select r.workspace_id, r.record_id, r.source
from raw.import_record as l join raw.record as r using (workspace_id, record_id)
where l.import_id = $1
limit 1
on conflict do nothing
"""

UPDATE_QUARANTINE = """
update raw.quarantine set replayed_at = now()
where connector_id = $1 and replayed_at is null
    and (starts_with(reason, $2 || ', ') or starts_with(reason, $2 || ': '))
"""

DELETE_CONNECTOR = """
delete from app.connector
where connector_id = $1 and not exists (
    select from app.upload where connector_id = $1 and status = 'imported'
)
"""


async def read_upload_row(db: WorkspaceDatabase, upload_id: UUID) -> dict[str, Any] | None:
    """One upload, without its content."""
    return await db.read(SELECT_UPLOAD, id=str(upload_id))  # type: ignore[no-any-return]


async def store_draft(db: WorkspaceDatabase, upload_id: UUID, row: Mapping[str, Any]) -> None:
    """Store a file until it is imported; older drafts than the newest few go."""
    await db.transaction.execute(
        INSERT_UPLOAD,
        db.workspace_id,
        upload_id,
        row["file_name"],
        len(row["content"]),
        row["file_sha256"],
        row["content"],
        encode_parameters(row["choices"]),
        encode_parameters(row["understanding"]),
        row["uploaded_by"],
    )
    await db.transaction.execute(DELETE_DRAFTS, MAX_DRAFTS)


async def read_stored(db: WorkspaceDatabase, upload_id: UUID) -> Mapping[str, Any] | None:
    """An upload with its content, where it is still a draft."""
    row: Mapping[str, Any] | None = await db.transaction.fetchrow(SELECT_STORED, upload_id)
    return row


async def read_timezone(db: WorkspaceDatabase) -> str:
    """The workspace's time zone."""
    return str(await db.transaction.fetchval("select timezone from app.workspace"))


async def find_free_name(db: WorkspaceDatabase, wanted: str) -> str:
    """A name for a new connector: the wanted one, or it with the next number."""
    rows = await db.transaction.fetch("select display_name from app.connector")
    taken = {row["display_name"] for row in rows}
    numbered = (wanted if number == 1 else f"{wanted[:110]} {number}" for number in range(1, len(taken) + 2))
    return next(name for name in numbered if name not in taken)


async def set_choices(
    db: WorkspaceDatabase, upload_id: UUID, choices: Mapping[str, Any], understanding: Mapping[str, Any]
) -> bool:
    """Store how a draft is to be read; whether it still is one."""
    return bool(
        await db.transaction.fetchval(
            UPDATE_CHOICES, upload_id, encode_parameters(choices), encode_parameters(understanding)
        )
    )


async def find_same(db: WorkspaceDatabase, sha256: str, connector_id: UUID) -> list[Mapping[str, Any]]:
    """The imports of the same content into a connector, the newest first."""
    return list(await db.transaction.fetch(SELECT_SAME, sha256, connector_id))


async def list_open(db: WorkspaceDatabase, connector_id: UUID, beginnings: Sequence[str]) -> list[str]:
    """The ids of a connector's open issues that begin in one of some ways."""
    rows = await db.transaction.fetch(SELECT_OPEN, connector_id, list(beginnings))
    return [str(row["external_id"]) for row in rows]


async def land_upload(
    db: WorkspaceDatabase, origin: Origin, records: Sequence[RawRecord], quarantined: Sequence[Quarantined]
) -> LandingCount:
    """Store the records of an upload for the next run, all of them or none."""

    def work(connection: psycopg.Connection) -> LandingCount:
        count = land(connection, db.workspace_id, origin, [], quarantined, channel="ingest")
        for start in range(0, len(records), BATCH):
            batch = records[start : start + BATCH]
            count += land(connection, db.workspace_id, origin, batch, channel="ingest")
        return count

    return await db.in_thread(work)


async def mark_imported(
    db: WorkspaceDatabase,
    upload_id: UUID,
    connector_id: UUID,
    counts: Mapping[str, Any],
    *,
    made_connector: bool,
) -> None:
    """Note what an import brought; the file itself is not kept."""
    await db.transaction.execute(
        UPDATE_IMPORTED, upload_id, connector_id, made_connector, encode_parameters(counts)
    )


async def undo(db: WorkspaceDatabase, upload_id: UUID, file_name: str) -> bool:
    """Let the next run take back what an import brought, with its connector where nothing else is there."""
    row = await db.transaction.fetchrow(UPDATE_UNDONE, upload_id)
    if row is None:
        return False
    await db.transaction.execute(INSERT_PENDING, upload_id)
    await db.transaction.execute(UPDATE_QUARANTINE, row["connector_id"], file_name)
    if row["made_connector"]:
        await db.transaction.execute(DELETE_CONNECTOR, row["connector_id"])
    return True


async def delete_draft(db: WorkspaceDatabase, upload_id: UUID) -> bool:
    """Throw a file away that was not imported."""
    deleted = "delete from app.upload where upload_id = $1 and status = 'draft' returning true"
    return bool(await db.transaction.fetchval(deleted, upload_id))
