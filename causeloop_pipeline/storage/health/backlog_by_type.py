"""Lag and backlog by connector type over all workspaces, and by workspace where naming is allowed."""

from collections.abc import Sequence
from dataclasses import dataclass

from causeloop_pipeline.storage.database.session import Session

SELECT_BY_TYPE = """
with connector as (
    select c.type, count(*) as connectors,
        count(*) filter (where c.status = 'error') as stopped,
        max(extract(epoch from now() - coalesce(good.finished_at, c.created_at)))::float8 as lag_seconds
    from app.connector as c
    join app.active_workspace as w using (workspace_id)
    left join lateral (
        select s.finished_at from app.sync_run as s
        where s.workspace_id = c.workspace_id and s.connector_id = c.connector_id and s.status = 'succeeded'
        order by s.started_at desc limit 1
    ) as good on true
    where c.status <> 'paused'
    group by c.type
), pending as (
    select p.source, count(*) as records, min(p.arrived_at) as oldest
    from raw.pending_record as p
    join app.active_workspace as w using (workspace_id)
    group by p.source
)
select coalesce(c.type, p.source) as type, coalesce(c.connectors, 0) as connectors,
    coalesce(c.stopped, 0) as stopped_connectors, c.lag_seconds,
    coalesce(p.records, 0) as pending_records,
    coalesce(extract(epoch from now() - p.oldest), 0)::float8 as oldest_pending_seconds
from connector as c
full join pending as p on p.source = c.type
order by 1
"""
SELECT_BY_WORKSPACE = """
select o.slug || '/' || w.slug as workspace, count(p.arrived_at) as pending_records,
    coalesce(extract(epoch from now() - min(p.arrived_at)), 0)::float8 as oldest_pending_seconds
from app.active_workspace as a
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
left join raw.pending_record as p using (workspace_id)
group by 1
order by 1
"""


@dataclass(frozen=True)
class TypeFigures:
    """Figures of a connector type; `lag_seconds` is the longest time since a successful poll."""

    type: str
    connectors: int
    stopped_connectors: int
    lag_seconds: float | None
    pending_records: int
    oldest_pending_seconds: float


@dataclass(frozen=True)
class WorkspaceFigures:
    """The backlog of one workspace, by its name."""

    workspace: str
    pending_records: int
    oldest_pending_seconds: float


def read_type_figures(session: Session, polled: Sequence[str]) -> tuple[TypeFigures, ...]:
    """The figures of every type that is connected or has sent records; lag is that of polled types."""
    figures = (TypeFigures(**row) for row in session.rows(SELECT_BY_TYPE))
    return tuple(
        figure
        if figure.type in polled
        else TypeFigures(
            figure.type,
            figure.connectors,
            figure.stopped_connectors,
            None,
            figure.pending_records,
            figure.oldest_pending_seconds,
        )
        for figure in figures
    )


def read_workspace_figures(session: Session) -> tuple[WorkspaceFigures, ...]:
    """The figures of every workspace that the session sees."""
    return tuple(WorkspaceFigures(**row) for row in session.rows(SELECT_BY_WORKSPACE))
