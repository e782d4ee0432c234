"""Failing connectors: stopped by an error, or failed in their last sync."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

SELECT_FAILING = """
select
    c.workspace_id, o.slug || '/' || w.slug as workspace, c.connector_id, c.type, c.display_name,
    c.status = 'error' as is_stopped, coalesce(c.status_reason, last.error, '') as reason,
    last.finished_at as failed_at
from app.connector as c
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
left join lateral (
    select s.status, s.error, s.finished_at from app.sync_run as s
    where s.workspace_id = c.workspace_id and s.connector_id = c.connector_id and s.finished_at is not null
    order by s.started_at desc limit 1
) as last on true
where (c.type = %(type)s or %(type)s::text is null) and o.status = 'active'
    and (c.status = 'error' or (c.status = 'active' and last.status = 'failed'))
order by workspace, c.type, c.connector_id
"""

SELECT_ACTIVE_COUNT = "select count(*) as connectors from app.connector where status <> 'paused'"


@dataclass(frozen=True)
class FailingConnector:
    """A failing connector; a stopped one is polled again only when a person resumes it."""

    workspace_id: UUID
    workspace: str
    connector_id: UUID
    type: str
    display_name: str
    is_stopped: bool
    reason: str
    failed_at: datetime | None


def read_failing_connectors(session: Session, connector_type: str | None = None) -> list[FailingConnector]:
    """The failing connectors that the session sees, of one type or of all."""
    return [FailingConnector(**row) for row in session.rows(SELECT_FAILING, {"type": connector_type})]


def count_active_connectors(session: Session) -> int:
    """How many connectors are not paused."""
    row = session.row(SELECT_ACTIVE_COUNT)
    return int(row["connectors"]) if row else 0
