"""Figures of Dagster's storage: the daemon's heartbeat, runs and the slots that they hold."""

from dataclasses import dataclass

import psycopg
from psycopg.rows import dict_row

SELECT_FIGURES = """
with own as (
    select r.* from runs as r
    join run_tags as t on t.run_id = r.run_id and t.key = '.dagster/repository' and t.value = %(label)s
), silence as (
    select own.run_id, own.pipeline_name, own.status,
        extract(epoch from (now() at time zone 'utc')
            - coalesce((select max(e.timestamp) from event_logs as e where e.run_id = own.run_id),
                own.update_timestamp))::float8 as seconds
    from own where own.status in ('STARTING', 'STARTED', 'CANCELING')
)
select
    (select extract(epoch from (now() at time zone 'utc') - max(timestamp))::float8 from daemon_heartbeats)
        as heartbeat_age_seconds,
    (select count(*) from own where status in ('STARTING', 'STARTED', 'CANCELING')) as running,
    (select count(*) from own where status in ('QUEUED', 'NOT_STARTED')) as queued,
    (select coalesce(max(extract(epoch from (now() at time zone 'utc') - create_timestamp)), 0)::float8
     from own where status in ('QUEUED', 'NOT_STARTED')) as longest_queued_seconds,
    (select coalesce(max(extract(epoch from now()) - start_time), 0)::float8
     from own where status in ('STARTING', 'STARTED', 'CANCELING')) as longest_running_seconds,
    (select coalesce(max(seconds), 0) from silence) as longest_silent_seconds,
    (select format('%%s (%%s)', run_id, pipeline_name) from silence order by seconds desc limit 1)
        as silent_run,
    (select count(*) from own where status = 'SUCCESS'
     and end_time > extract(epoch from now()) - 86400) as succeeded_in_a_day,
    (select count(*) from own where status = 'FAILURE'
     and end_time > extract(epoch from now()) - 86400) as failed_in_a_day,
    (select count(*) from concurrency_slots as s left join runs as r using (run_id)
     where s.run_id is not null and s.concurrency_key = %(pool)s
         and coalesce(r.status in ('SUCCESS', 'FAILURE', 'CANCELED'), true)
         and coalesce(r.end_time, 0) < extract(epoch from now()) - 120) as slots_of_ended_runs,
    (select max(end_time)::float8 from own where status = 'SUCCESS') as last_success
"""


@dataclass(frozen=True)
class DagsterFigures:
    """Figures of Dagster's storage; None where there was never a daemon or a successful run."""

    heartbeat_age_seconds: float | None
    running: int
    queued: int
    longest_queued_seconds: float
    longest_running_seconds: float
    longest_silent_seconds: float
    silent_run: str | None
    """The run that has written no event for the longest time: its id, and its job."""

    succeeded_in_a_day: int
    failed_in_a_day: int
    slots_of_ended_runs: int
    last_success: float | None


def read_dagster_figures(dagster_url: str) -> DagsterFigures | None:
    """The figures of this product's own runs; None where Dagster has no tables yet."""
    from causeloop_pipeline.orchestration.instance.own_runs import OWN_LABEL
    from causeloop_pipeline.orchestration.partitions import DBT_POOL

    with psycopg.connect(dagster_url, connect_timeout=5, row_factory=dict_row) as dagster:
        try:
            row = dagster.execute(SELECT_FIGURES, {"label": OWN_LABEL, "pool": DBT_POOL}).fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return DagsterFigures(**row) if row else None
