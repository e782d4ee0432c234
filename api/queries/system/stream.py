"""What tells a dashboard to look again: which stage has finished when, what is being worked on."""

from api.http.database import WorkspaceDatabase

PULSE = """
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
    'waiting_records', (select count(*) from raw.arrival)
)
"""


async def read_pulse(db: WorkspaceDatabase) -> str:
    """The pulse as JSON text: equal while nothing has changed."""
    return str(await db.read_text(PULSE))
