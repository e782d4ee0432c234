"""When each stage last finished for a workspace, and how it went: Dagster keeps no such thing per tenant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from causeloop_pipeline.storage.database.session import Session

RECORD = """
insert into app.workspace_freshness as old (workspace_id, stage, computed_at, as_of, run_id, verdict, details)
values (%s, %s, clock_timestamp(), %s, %s, %s, %s)
on conflict (workspace_id, stage) do update set
    computed_at = case excluded.verdict when 'ok' then excluded.computed_at else old.computed_at end,
    as_of = case excluded.verdict when 'ok' then excluded.as_of else old.as_of end,
    run_id = excluded.run_id, verdict = excluded.verdict, details = excluded.details
"""


@dataclass(frozen=True)
class StaleStage:
    """A stage of a workspace that is older than it should be."""

    workspace_id: UUID
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
    """Note that a stage finished; a failure keeps the time of the last result that still stands."""
    verdict = "ok" if failure is None else "failed"
    failed = {"failure": failure, "failed_at": datetime.now(UTC).isoformat()} if failure else {}
    noted = {**(details or {}), **failed}
    session.execute(RECORD, (workspace_id, stage, as_of, run_id, verdict, Jsonb(noted)))


def stale_stages(
    session: Session, stages: list[str], as_of: datetime, max_age_hours: float
) -> list[StaleStage]:
    """The (workspace, stage) pairs not computed within so many hours before `as_of`, never ones included."""
    rows = session.rows(
        """
        select w.workspace_id, s.stage, f.computed_at
        from app.workspace as w
        cross join unnest(%s::text[]) as s (stage)
        left join app.workspace_freshness as f using (workspace_id, stage)
        where w.created_at < %s - make_interval(secs => %s)
          and (f.computed_at is null or f.computed_at < %s - make_interval(secs => %s))
          and w.workspace_id = any (app.scope())
        order by w.workspace_id, s.stage
        """,
        (stages, as_of, max_age_hours * 3600, as_of, max_age_hours * 3600),
    )
    return [StaleStage(**row) for row in rows]
