"""Renames partitions in Dagster's storage, in place: their history goes with them.

Dagster has no way to rename one: to its API a partition of another name is another one, never materialized.
"""

from collections.abc import Mapping

import psycopg

from causeloop_pipeline.orchestration.asset_selection import PREFIX
from causeloop_pipeline.orchestration.partitions import PARTITION, RANGE_END, RANGE_START, WORKSPACES

OWN_ASSETS = f'["{PREFIX}", %'
"""The keys of the product's assets: another code location may have partitions of the same name."""

SELECT_IS_DAGSTERS = "select to_regclass('dynamic_partitions') is not null"
STAGE = "create temporary table renamed (old text primary key, new text not null) on commit drop"
INSERT = "insert into renamed select * from unnest(%(old)s::text[], %(new)s::text[])"

# A key that is there already goes: it is what an interrupted renaming left.
DELETE_TAKEN = """
delete from dynamic_partitions as d using renamed as r
where d.partitions_def_name = %(set)s and d.partition = r.new
    and exists (select from dynamic_partitions as o
                where o.partitions_def_name = %(set)s and o.partition = r.old)
    and not exists (select from renamed as other where other.old = r.new)
"""
# By way of a name that nobody has: two workspaces may have exchanged theirs.
SET_ASIDE = """
update dynamic_partitions as d set partition = ' ' || r.new from renamed as r
where d.partitions_def_name = %(set)s and d.partition = r.old
"""
SET_NEW = """
update dynamic_partitions set partition = ltrim(partition)
where partitions_def_name = %(set)s and partition like ' %%'
"""
RENAME_EVENTS = """
update event_logs as e
set partition = r.new, event = replace(e.event, to_json(r.old)::text, to_json(r.new)::text)
from renamed as r
where e.partition = r.old and e.asset_key like %(assets)s
"""
# What another materialization holds is about to be replaced by it.
RENAME_LATEST = """
update asset_keys as a
set last_materialization = replace(a.last_materialization, to_json(r.old)::text, to_json(r.new)::text)
from renamed as r
where a.last_materialization like '%%"partition": ' || to_json(r.old)::text || '%%'
    and a.id in (select id from asset_keys where asset_key like %(assets)s for update skip locked)
"""
DELETE_CACHED_STATUS = """
update asset_keys set cached_status_data = null
where id in (select id from asset_keys where asset_key like %(assets)s for update skip locked)
"""
RENAME_RUNS = """
update runs as run
set run_body = replace(run.run_body, '"' || t.key || '": ' || to_json(r.old)::text,
                       '"' || t.key || '": ' || to_json(r.new)::text)
from run_tags as t
join renamed as r on r.old = t.value
where t.run_id = run.run_id and t.key = %(tag)s
    and exists (select from event_logs as e where e.run_id = run.run_id and e.asset_key like %(assets)s)
"""
RENAME_TAGS = """
update run_tags as t set value = r.new
from renamed as r
where t.value = r.old and t.key = %(tag)s
    and exists (select from event_logs as e where e.run_id = t.run_id and e.asset_key like %(assets)s)
"""


def rename_partitions(dagster_url: str, names: Mapping[str, str]) -> None:
    """Rename partitions of workspaces, old name → new: in the set, in events, and in the tags of runs.

    No run that is under way may be over any of them. Nothing is done where the storage is another one.
    """
    assets, new = {"set": WORKSPACES.name, "assets": OWN_ASSETS}, list(names.values())
    with psycopg.connect(dagster_url) as dagster:
        row = dagster.execute(SELECT_IS_DAGSTERS).fetchone()
        if row is None or not row[0]:
            return
        dagster.execute(STAGE)
        dagster.execute(INSERT, {"old": list(names), "new": new})
        for statement in (
            DELETE_TAKEN,
            SET_ASIDE,
            SET_NEW,
            RENAME_EVENTS,
            RENAME_LATEST,
            DELETE_CACHED_STATUS,
        ):
            dagster.execute(statement, assets)
        for tag in (PARTITION, RANGE_START, RANGE_END):
            for statement in (RENAME_RUNS, RENAME_TAGS):
                dagster.execute(statement, {**assets, "tag": tag})
