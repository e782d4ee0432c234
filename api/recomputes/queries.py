"""Requests recomputes from the pipeline; of each kind, at most one request is queued."""

from uuid import UUID

from api.http.database import WorkspaceDatabase

INSERT_REQUEST = """
insert into app.recompute_request (workspace_id, kind, requested_by) values ($1, $2, $3)
on conflict (workspace_id, kind) where status = 'queued' do nothing
returning request_id
"""

SELECT_QUEUED = "select request_id from app.recompute_request where kind = $1 and status = 'queued'"

SELECT_JOB = """
select json_build_object(
    'id', request_id, 'kind', kind, 'status', status, 'requested_by', requested_by,
    'requested_at', requested_at, 'finished_at', finished_at, 'error', error
)
from app.recompute_request
where request_id = ($1 ->> 'id')::uuid
"""


async def request_recompute(db: WorkspaceDatabase, kind: str, actor: str) -> UUID:
    """The id of the queued request of a kind, which is created if there is none."""
    while True:
        inserted = await db.transaction.fetchval(INSERT_REQUEST, db.workspace_id, kind, actor)
        request_id = inserted or await db.transaction.fetchval(SELECT_QUEUED, kind)
        if request_id:  # otherwise a run has just taken the queued request: insert again
            return UUID(str(request_id))


async def read_job(db: WorkspaceDatabase, job_id: UUID) -> str | None:
    """One request as JSON text."""
    return await db.read_text(SELECT_JOB, id=str(job_id))
