"""Asks the pipeline for work: of one kind at most one request waits, however many ask."""

from uuid import UUID

from api.http.database import WorkspaceDatabase

REQUEST = """
insert into app.recompute_request (workspace_id, kind, requested_by) values ($1, $2, $3)
on conflict (workspace_id, kind) where status = 'queued' do nothing
returning request_id
"""

WAITING = "select request_id from app.recompute_request where kind = $1 and status = 'queued'"

JOB = """
select json_build_object(
    'id', request_id, 'kind', kind, 'status', status, 'requested_by', requested_by,
    'requested_at', requested_at, 'finished_at', finished_at, 'error', error
)
from app.recompute_request
where request_id = ($1 ->> 'id')::uuid
"""


async def request(db: WorkspaceDatabase, kind: str, actor: str) -> UUID:
    """The waiting request of a kind, made if there was none."""
    while True:
        made = await db.transaction.fetchval(REQUEST, db.workspace_id, kind, actor)
        waiting = made or await db.transaction.fetchval(WAITING, kind)
        if waiting:  # otherwise a run has just taken the one that stood in the way
            return UUID(str(waiting))


async def read_job(db: WorkspaceDatabase, job_id: UUID) -> str | None:
    """One request as JSON text."""
    return await db.read_text(JOB, id=str(job_id))
