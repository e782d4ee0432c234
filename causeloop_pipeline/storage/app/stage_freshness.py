"""Stage freshness: when each stage last finished for a workspace (Dagster only records it for runs)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from causeloop_pipeline.storage.database.session import Session

UPSERT_FRESHNESS = """
insert into app.workspace_freshness as old (workspace_id, stage, computed_at, as_of, run_id, verdict, details)
values (%s, %s, clock_timestamp(), %s, %s, %s, %s)
on conflict (workspace_id, stage) do update set
    computed_at = case excluded.verdict when 'ok' then excluded.computed_at else old.computed_at end,
    as_of = case excluded.verdict when 'ok' then excluded.as_of else old.as_of end,
    run_id = excluded.run_id, verdict = excluded.verdict, details = excluded.details
"""

SELECT_STALE_STAGES = """
select o.slug || '/' || w.slug as workspace, s.stage, f.computed_at
from app.workspace as w
join app.organization as o using (organization_id)
cross join unnest(%(stages)s::text[]) as s (stage)
left join app.workspace_freshness as f using (workspace_id, stage)
where w.created_at < %(oldest)s
  and (f.computed_at is null or f.computed_at < %(oldest)s)
  and o.status = 'active' and w.archived_at is null
  and w.workspace_id = any (app.scope())
order by 1, 2
"""


@dataclass(frozen=True)
class StaleStage:
    """A stage of an active workspace, by organization/workspace, that is older than it should be."""

    workspace: str
    stage: str
    computed_at: datetime | None


def record_freshness(
    session: Session,
    workspace_id: UUID,
    stage: str,
    *,
    as_of: datetime,
    run_id: str,
    failure: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Record how a stage ended; after a failure the last result stays valid and keeps its time."""
    verdict = "ok" if failure is None else "failed"
    failure_details = {"failure": failure, "failed_at": datetime.now(UTC).isoformat()} if failure else {}
    all_details = {**(details or {}), **failure_details}
    session.execute(UPSERT_FRESHNESS, (workspace_id, stage, as_of, run_id, verdict, Jsonb(all_details)))


def read_stale_stages(
    session: Session, stages: list[str], as_of: datetime, max_age_hours: float
) -> list[StaleStage]:
    """The stages that were not computed within so many hours before `as_of`, or never, by workspace."""
    parameters = {"stages": stages, "oldest": as_of - timedelta(hours=max_age_hours)}
    rows = session.rows(SELECT_STALE_STAGES, parameters)
    return [StaleStage(**row) for row in rows]
