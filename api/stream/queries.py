"""Reads the state that live updates report: finished stages, running jobs and pending records."""

from api.http.database import WorkspaceDatabase

SELECT_STATE = """
select json_build_object(
    'stages', (
        select coalesce(json_object_agg(stage, computed_at order by stage), '{}') from app.workspace_freshness
    ),
    'jobs', (
        select coalesce(json_agg(json_build_object('id', request_id, 'kind', kind, 'status', status)
                                 order by requested_at desc, request_id), '[]')
        from (
            select * from app.recompute_request
            where status in ('queued', 'running') or finished_at > now() - interval '1 minute'
            order by requested_at desc
            limit 20
        ) as recent
    ),
    'waiting_records', (select count(*) from raw.pending_record)
)
"""


async def read_state(db: WorkspaceDatabase) -> str:
    """The state as JSON text; equal as long as nothing has changed."""
    return str(await db.read_text(SELECT_STATE))
