"""Requests archives of the workspace, and reads what the pipeline has written."""

import base64
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase

BYTES_PER_PART = 4_194_304
INSERT_ARCHIVE = """
insert into app.workspace_archive (workspace_id, requested_by, people)
select $1, $2, coalesce((
    select jsonb_agg(jsonb_build_object(
        'user_id', m.user_id, 'email', u.email, 'name', coalesce(m.name, u.name), 'role', m.role
    ) order by m.user_id)
    from app.membership as m join app.users as u using (user_id)
), '[]')
on conflict (workspace_id) where status in ('queued', 'running') do nothing
returning archive_id
"""
SELECT_OPEN = "select archive_id from app.workspace_archive where status in ('queued', 'running')"
SELECT_ARCHIVE = """
select json_build_object(
    'id', archive_id, 'status', status, 'requested_by', requested_by, 'requested_at', requested_at,
    'finished_at', finished_at, 'bytes', bytes, 'sha256', sha256, 'rows', rows, 'error', error
)
from app.workspace_archive
where archive_id = ($1 ->> 'id')::uuid
"""
SELECT_PART = """
select json_build_object('content', encode(content, 'base64'))
from app.workspace_archive_part
where archive_id = ($1 ->> 'id')::uuid and number = ($1 ->> 'number')::integer
"""


async def request_archive(db: WorkspaceDatabase, actor: str) -> UUID:
    """The id of the pending archive, which is requested if there is none."""
    while True:
        inserted = await db.transaction.fetchval(INSERT_ARCHIVE, db.workspace_id, actor)
        archive_id = inserted or await db.transaction.fetchval(SELECT_OPEN)
        if archive_id:  # otherwise the pending one has just been finished: insert again
            return UUID(str(archive_id))


async def read_archive(db: WorkspaceDatabase, archive_id: UUID) -> dict[str, Any] | None:
    """One archive of the workspace."""
    archive = await db.read(SELECT_ARCHIVE, id=str(archive_id))
    return dict(archive) if archive else None


async def read_bytes(db: WorkspaceDatabase, archive_id: UUID, first: int, last: int) -> AsyncIterator[bytes]:
    """The bytes of an archive from `first` to `last`, both included, a part at a time."""
    for number in range(first // BYTES_PER_PART, last // BYTES_PER_PART + 1):
        part = await db.read(SELECT_PART, id=str(archive_id), number=number)
        content = base64.b64decode(part["content"])
        start = number * BYTES_PER_PART
        yield content[max(0, first - start) : last - start + 1]
