"""Figures of the product's own database, over all workspaces: lag, backlog, silence, calibration."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.storage.app.failing_connectors import count_active_connectors, read_failing_connectors
from causeloop_pipeline.storage.database.session import Session

INTERVALS_OF_SILENCE = 3
MAX_NAMED = 5

SELECT_WORKSPACES = """
select count(*) as workspaces,
    count(*) filter (where exists (
        select from app.workspace_freshness as f
        where f.workspace_id = w.workspace_id and f.verdict = 'failed'
    )) as failed
from app.active_workspace as w
"""
SELECT_SILENT = f"""
select o.slug || '/' || w.slug || ' ' || c.display_name as name
from app.connector as c
join app.active_workspace as a using (workspace_id)
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
left join lateral (
    select max(s.finished_at) as at from app.sync_run as s
    where s.workspace_id = c.workspace_id and s.connector_id = c.connector_id
) as last on true
where c.status = 'active' and c.type = any (%s)
    and coalesce(last.at, c.created_at)
        < now() - {INTERVALS_OF_SILENCE} * make_interval(secs => c.poll_interval_seconds)
    and c.next_poll_at < now() - make_interval(secs => c.poll_interval_seconds)
order by 1
"""
SELECT_BACKLOG = """
select count(*) as records,
    coalesce(extract(epoch from now() - min(p.arrived_at)), 0)::float8 as oldest_seconds
from raw.pending_record as p
join app.active_workspace as w using (workspace_id)
"""
SELECT_OUTBOX = """
select count(*) as messages,
    coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest_seconds
from notify.outbox where delivered_at is null and given_up_at is null
"""
SELECT_LOST = """
select
    (select count(*) from raw.quarantine
     where replayed_at is null and received_at > now() - interval '1 day') as quarantined,
    (select count(*) from notify.outbox where given_up_at > now() - interval '1 day') as given_up
"""
# What was predicted for the windows that closed in the last 90 days, beside what occurred.
SELECT_CALIBRATION = """
select count(*) as predictions, coalesce(avg(p.probability), 0)::float8 as predicted,
    coalesce(avg((o.outcome = 'hit')::int), 0)::float8 as occurred
from predict.prediction as p
join predict.outcome as o using (workspace_id, prediction_id)
where o.decided_by = 'system' and o.outcome in ('hit', 'miss') and p.probability is not null
    and p.closes_at between now() - interval '90 days' and now()
"""
SELECT_HELD = """
select count(*) as held, count(*) filter (where came_back_at <= decided_at + interval '90 days') as came_back
from (
    select distinct on (workspace_id, recommendation_id, pattern_id, fixed_at) decided_at, came_back_at
    from act.verdict
    where verdict = 'held'
    order by workspace_id, recommendation_id, pattern_id, fixed_at, decided_at
) as v
"""
SELECT_SERVER = """
select pg_database_size(current_database()) as bytes,
    (select count(*) from pg_stat_activity where datname is not null) as connections,
    current_setting('max_connections')::int as max_connections
"""


@dataclass(frozen=True)
class ProductFigures:
    """Figures of the product's database; names are organization/workspace and connector."""

    workspaces: int
    failed_workspaces: int
    connectors: int
    failing_connectors: tuple[str, ...]
    silent_connectors: tuple[str, ...]
    pending_records: int
    oldest_pending_seconds: float
    undelivered_messages: int
    oldest_message_seconds: float
    quarantined_in_a_day: int
    given_up_in_a_day: int
    graded_predictions: int
    predicted_share: float
    occurred_share: float
    fixes_held: int
    fixes_back: int
    database_bytes: int
    connections: int
    max_connections: int


def read_product_figures(session: Session) -> ProductFigures:
    """The figures of all workspaces that the session sees."""
    polled = [name for name, tool in CONNECTORS.items() if tool.is_polled]
    workspaces, lost = _read(session, SELECT_WORKSPACES), _read(session, SELECT_LOST)
    backlog, outbox = _read(session, SELECT_BACKLOG), _read(session, SELECT_OUTBOX)
    fixes = _read(session, SELECT_HELD)
    calibration, server = _read(session, SELECT_CALIBRATION), _read(session, SELECT_SERVER)
    failing = [f"{entry.workspace} {entry.display_name}" for entry in read_failing_connectors(session)]
    return ProductFigures(
        workspaces=workspaces["workspaces"],
        failed_workspaces=workspaces["failed"],
        connectors=count_active_connectors(session),
        failing_connectors=tuple(failing),
        silent_connectors=tuple(row["name"] for row in session.rows(SELECT_SILENT, (polled,))),
        pending_records=backlog["records"],
        oldest_pending_seconds=backlog["oldest_seconds"],
        undelivered_messages=outbox["messages"],
        oldest_message_seconds=outbox["oldest_seconds"],
        quarantined_in_a_day=lost["quarantined"],
        given_up_in_a_day=lost["given_up"],
        graded_predictions=calibration["predictions"],
        predicted_share=calibration["predicted"],
        occurred_share=calibration["occurred"],
        fixes_held=fixes["held"],
        fixes_back=fixes["came_back"],
        database_bytes=server["bytes"],
        connections=server["connections"],
        max_connections=server["max_connections"],
    )


def name_some(names: Sequence[str]) -> str:
    """The first names of a list, and the number of further ones."""
    others = len(names) - MAX_NAMED
    return ", ".join(names[:MAX_NAMED]) + (f" and {others} more" if others > 0 else "")


def _read(session: Session, query: str) -> dict[str, Any]:
    row = session.row(query)
    if row is None:
        raise LookupError("a query of figures gave no row")
    return row
