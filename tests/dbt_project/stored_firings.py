"""The issues of firings and runs as they are stored, and moments by minutes after one noon."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.conservation import SourceBalance, check_conservation

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SELECT_FIRINGS = """
select i.issue_id, i.title, i.status, i.error_type, i.fired_at, i.source_created_at, i.resolved_at,
       o.started_at, o.ended_at
from core.issue as i
left join core.occurrence as o using (workspace_id, issue_id)
where i.workspace_id = %s
order by i.fired_at, o.started_at
"""


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def firings(database: Database, workspace_id: UUID) -> list[dict[str, Any]]:
    with database.workspace(workspace_id) as session:
        return session.rows(SELECT_FIRINGS, (workspace_id,))


def spans(database: Database, workspace_id: UUID) -> list[tuple[datetime, datetime | None]]:
    return [(row["started_at"], row["ended_at"]) for row in firings(database, workspace_id)]


def balance(database: Database, workspace_id: UUID) -> SourceBalance:
    with database.workspace(workspace_id) as session:
        (counts,) = check_conservation(session, workspace_id)
    return counts
