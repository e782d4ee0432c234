"""Reads the last endings of a pattern, and what ended it how often and for how long."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from api.http.database import WorkspaceDatabase
from causeloop_pipeline.analysis.act.endings import ReportedEnding, group_endings

LAST_ENDINGS = 3

SELECT_PATTERN_ENDINGS = f"""
select json_build_object(
    'last', (
        select coalesce(json_agg(last order by last.ended_at desc, last.issue_id), '[]')
        from (
            select e.issue_id, i.title, i.external_id, i.external_url, e.ended_at, e.took_seconds, e.action,
                e.phrase, e.quote, e.field, e.made_by, e.link
            from act.ending as e
            join core.issue as i on i.workspace_id = e.workspace_id and i.issue_id = e.issue_id
            where i.pattern_id = p.pattern_id
            order by e.ended_at desc, e.issue_id
            limit {LAST_ENDINGS}
        ) as last
    ),
    'reported', (
        select coalesce(json_agg(json_build_object(
            'issue_id', r.issue_id, 'ended_at', r.ended_at, 'returned_at', r.returned_at,
            'action', r.action, 'phrase', r.phrase
        )), '[]')
        from act.reported_endings(p.workspace_id, array[p.pattern_id]) as r
    )
)
from detect.pattern as p
where p.pattern_id = ($1 ->> 'id')::uuid
"""


_REPORTED = TypeAdapter(list[ReportedEnding])


async def read_pattern_endings(
    db: WorkspaceDatabase, pattern_id: UUID, now: datetime
) -> dict[str, Any] | None:
    """How a pattern's issues ended: the last ones, and what ended it, grouped."""
    read = await db.read(SELECT_PATTERN_ENDINGS, id=str(pattern_id))
    if read is None:
        return None
    groups = group_endings(_REPORTED.validate_python(read["reported"]), as_of=now)
    return {"last": read["last"], "groups": [asdict(group) for group in groups]}
