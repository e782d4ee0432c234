"""Erases a workspace or a person from Dagster's storage: runs that name them, ticks, cursors, partitions.

A run covers several workspaces; one that names the erased workspace or person is deleted with its events.
Other workspaces keep their data and its freshness, which are in the product's own tables.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from causeloop_pipeline.storage.erasure.tenant_tables import TenantTable
from causeloop_pipeline.storage.erasure.workspaces import purge_deleted_rows

ENDED = ("SUCCESS", "FAILURE", "CANCELED")
STATE_TABLES = {"asset_keys", "instigators", "jobs", "kvs", "daemon_heartbeats"}
"""Rows that Dagster still needs: their text is changed, whereas rows of other tables are deleted."""

SELECT_RUNS = """
select r.run_id, r.status
from runs as r
where r.run_body ~* %(named)s
    or exists (select from run_tags as t where t.run_id = r.run_id and t.value ~* %(named)s)
    or exists (select from asset_check_executions as c where c.run_id = r.run_id
               and (c.evaluation_event ~* %(named)s or c.partition ~* %(named)s))
    or r.run_id in (
        select e.run_id from event_logs as e where e.event ~* %(named)s or e.partition ~* %(named)s
    )
"""
DELETE_RUNS = (
    "delete from asset_event_tags as t using event_logs as e where t.event_id = e.id "
    "and e.run_id = any (%(runs)s)",
    "delete from event_logs where run_id = any (%(runs)s)",
    "delete from asset_check_executions where run_id = any (%(runs)s)",
    "delete from concurrency_slots where run_id = any (%(runs)s)",
    "delete from pending_steps where run_id = any (%(runs)s)",
    "delete from run_tags where run_id = any (%(runs)s)",
    "delete from runs where run_id = any (%(runs)s)",
)
SELECT_TEXTS = """
select c.relname as name, array_agg(a.attname::text) as columns
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
    and format_type(a.atttypid, null) in ('text', 'character varying') and c.relname <> 'alembic_version'
group by 1 order by 1
"""


@dataclass(frozen=True)
class DagsterErasure:
    """How many runs and other rows were deleted, and the runs still in progress."""

    runs: int
    rows: int
    unfinished: tuple[str, ...]


def erase_from_dagster(
    dagster_url: str, names: Sequence[str], *, spared: Sequence[str] = ()
) -> DagsterErasure:
    """Remove all traces of a workspace or person from Dagster's storage, except for runs in progress."""
    named = "|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in names)
    with psycopg.connect(dagster_url, autocommit=True, row_factory=dict_row) as dagster:
        if not dagster.execute("select to_regclass('runs') as runs").fetchone()["runs"]:  # type: ignore[index]
            return DagsterErasure(0, 0, ())
        runs = dagster.execute(SELECT_RUNS, {"named": named}).fetchall()
        ended = [run["run_id"] for run in runs if run["status"] in ENDED]
        with dagster.transaction():
            for statement in DELETE_RUNS:
                dagster.execute(statement, {"runs": ended})
        unfinished = tuple(
            run["run_id"] for run in runs if run["status"] not in ENDED and run["run_id"] not in spared
        )
        rows, tables = 0, dagster.execute(SELECT_TEXTS).fetchall()
        for table in tables:
            rows += _erase_in(dagster, table["name"], table["columns"], named, unfinished)
        if not unfinished:
            purge_deleted_rows(dagster, [TenantTable("public", table["name"], (), ()) for table in tables])
    return DagsterErasure(len(ended), rows, unfinished)


def _erase_in(
    dagster: psycopg.Connection[Any], table: str, columns: list[str], named: str, unfinished: Sequence[str]
) -> int:
    """Delete the rows of a table that name them; in tables of states, replace the text."""
    is_named = sql.SQL(" or ").join(
        sql.SQL("{} ~* %(named)s").format(sql.Identifier(name)) for name in columns
    )
    if table in STATE_TABLES:
        changes = sql.SQL(", ").join(
            sql.SQL("{0} = regexp_replace({0}, %(named)s, 'erased', 'gi')").format(sql.Identifier(name))
            if name != "cached_status_data"
            else sql.SQL("cached_status_data = null")
            for name in columns
        )
        statement = sql.SQL("update {} set {} where {}").format(sql.Identifier(table), changes, is_named)
    else:
        statement = sql.SQL("delete from {} where ({})").format(sql.Identifier(table), is_named)
        if "run_id" in columns:
            statement += sql.SQL(" and not run_id = any (%(unfinished)s)")
    return dagster.execute(statement, {"named": named, "unfinished": list(unfinished)}).rowcount
