"""Renames what Dagster stores of an installation of earlier names: its history goes on.

Earlier versions called the partition set `workspace`, the pool `dbt`, and an asset `patterns` what is now
`causeloop/patterns`. Other code locations may use such names themselves: ours are those of assets that have a
partition in the set in which this installation's workspaces are. A partition was called by the workspace's id
alone; now the id follows the name that people know.
"""

from collections.abc import Mapping
from uuid import UUID

import dagster as dg
from dagster import DagsterInstance
from dagster_postgres.event_log import PostgresEventLogStorage

from causeloop_pipeline.orchestration.asset_selection import PREFIX
from causeloop_pipeline.orchestration.partitions import DBT_POOL, RANGE_END, RANGE_START, WORKSPACES
from causeloop_pipeline.orchestration.run_scope import TRIGGER

OLD_SET, OLD_POOL = "workspace", "dbt"
REASON_OF_OLD_NAMES = (
    "queued by an earlier version, under names that are no more; the sensors start another run"
)
OLD_JOBS = "__anonymous_asset_job"
KEY_IN_JSON, INPUT_TAG = '{"__class__": "AssetKey", "path": [', '"dagster/input_%s/'
SET_IN_JSON = '{"__class__": "ExternalDynamicPartitionsDefinitionData", "name": "%s"}'
NAMES = {
    "prefix": PREFIX,
    "old_set": OLD_SET,
    "new_set": str(WORKSPACES.name),
    "old_pool": OLD_POOL,
    "new_pool": DBT_POOL,
    "old_key": KEY_IN_JSON,
    "new_key": f'{KEY_IN_JSON}"{PREFIX}", ',
    "old_version": INPUT_TAG % "data_version",
    "new_version": f"{INPUT_TAG % 'data_version'}{PREFIX}/",
    "old_pointer": INPUT_TAG % "event_pointer",
    "new_pointer": f"{INPUT_TAG % 'event_pointer'}{PREFIX}/",
    "old_snapshot": SET_IN_JSON % OLD_SET,
    "new_snapshot": SET_IN_JSON % WORKSPACES.name,
}
SELECT_OLD_PARTITIONS = "select partition from dynamic_partitions where partitions_def_name = %(old_set)s"
CREATE_RENAMED = (
    f"""create temporary table old_run on commit drop as
        select distinct run_id from event_logs
        where asset_key is not null and partition in ({SELECT_OLD_PARTITIONS})""",
    f"""create temporary table renamed on commit drop as
        select distinct asset_key as old, '["' || %(prefix)s || '", ' || substr(asset_key, 2) as new
        from event_logs
        where asset_key is not null and asset_key not like '["' || %(prefix)s || '"%%'
          and partition in ({SELECT_OLD_PARTITIONS})""",
)
UPDATE_EVENTS = (
    """update event_logs
       set asset_key = renamed.new,
           event = replace(replace(replace(event, %(old_key)s, %(new_key)s),
                                   %(old_version)s, %(new_version)s), %(old_pointer)s, %(new_pointer)s)
       from renamed where asset_key = renamed.old""",
    """update event_logs set event = replace(event, %(old_key)s, %(new_key)s)
       where asset_key is null and run_id in (select run_id from old_run)
         and dagster_event_type in ('ASSET_CHECK_EVALUATION', 'ASSET_CHECK_EVALUATION_PLANNED')
         and position(%(new_key)s in event) = 0""",
    """update asset_event_tags
       set asset_key = renamed.new,
           key = regexp_replace(key, '^(dagster/input_(?:data_version|event_pointer)/)',
                                '\\1' || %(prefix)s || '/')
       from renamed where asset_key = renamed.old""",
    """update asset_check_executions
       set asset_key = renamed.new,
           evaluation_event = replace(evaluation_event, %(old_key)s, %(new_key)s)
       from renamed where asset_key = renamed.old""",
)
UPDATE_ASSETS = (
    """delete from asset_keys using renamed
       where asset_key = renamed.old and renamed.new in (select asset_key from asset_keys)""",
    """update asset_keys
       set asset_key = renamed.new, cached_status_data = null,
           last_materialization = replace(replace(replace(last_materialization,
               %(old_key)s, %(new_key)s), %(old_version)s, %(new_version)s), %(old_pointer)s, %(new_pointer)s)
       from renamed where asset_key = renamed.old""",
    """update runs
       set run_body = replace(replace(run_body, %(old_key)s, %(new_key)s), %(old_snapshot)s, %(new_snapshot)s)
       where run_id in (select run_id from old_run) and position(%(new_key)s in run_body) = 0""",
)
UPDATE_PARTITIONS = (
    """delete from dynamic_partitions old using dynamic_partitions new
       where old.partitions_def_name = %(old_set)s and new.partitions_def_name = %(new_set)s
         and new.partition = old.partition""",
    """update dynamic_partitions set partitions_def_name = %(new_set)s
       where partitions_def_name = %(old_set)s""",
)
UPDATE_POOL = (
    """update concurrency_limits set concurrency_key = %(new_pool)s
       where concurrency_key = %(old_pool)s
         and not exists (select from concurrency_limits where concurrency_key = %(new_pool)s)""",
    """update concurrency_slots set concurrency_key = %(new_pool)s
       where concurrency_key = %(old_pool)s
         and not exists (select from concurrency_limits where concurrency_key = %(old_pool)s)""",
    """update pending_steps set concurrency_key = %(new_pool)s
       where concurrency_key = %(old_pool)s
         and not exists (select from concurrency_limits where concurrency_key = %(old_pool)s)""",
)
CREATE_PARTITION_NAMES = """create temporary table partition_name on commit drop as
    select * from unnest(%(old)s::text[], %(new)s::text[]) as name (old, new)"""
UPDATE_RUN_BODY = """update runs
    set run_body = replace(run_body, '"' || name.old || '"', '"' || name.new || '"')
    from partition_name as name join run_tags as tag on tag.value = name.old
    where runs.run_id = tag.run_id and tag.key = %(key)s"""
UPDATE_PARTITION_NAMES = (
    """update event_logs
       set partition = name.new, event = replace(event, '"' || name.old || '"', '"' || name.new || '"')
       from partition_name as name where partition = name.old""",
    """update run_tags set value = name.new from partition_name as name
       where value = name.old and key in (%(start)s, %(end)s)""",
    """update dynamic_partitions set partition = name.new from partition_name as name
       where partition = name.old and partitions_def_name = %(set)s""",
    """update asset_keys set cached_status_data = null where asset_key like %(own)s""",
)
STATEMENTS = (*CREATE_RENAMED, *UPDATE_EVENTS, *UPDATE_ASSETS, *UPDATE_PARTITIONS, *UPDATE_POOL)


def rename_stored_names(instance: DagsterInstance, partitions: Mapping[UUID, str]) -> bool:
    """Give the stored history the names of this version; whether there was any of the old set.

    In: the partition of each workspace.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, PostgresEventLogStorage):
        return False
    cancel_outdated_runs(instance)
    is_old_set = _rename_set(instance, storage, partitions)
    _rename_partitions(instance, storage, partitions)
    return is_old_set


def _rename_set(
    instance: DagsterInstance, storage: PostgresEventLogStorage, partitions: Mapping[UUID, str]
) -> bool:
    """Rename the partition set, the assets and the pool of the first versions, all or nothing."""
    if not set(instance.get_dynamic_partitions(OLD_SET)) & set(map(str, partitions)):
        return False
    with storage.index_transaction() as connection:
        for statement in STATEMENTS:
            connection.exec_driver_sql(statement, NAMES)
    return True


def _rename_partitions(
    instance: DagsterInstance, storage: PostgresEventLogStorage, partitions: Mapping[UUID, str]
) -> None:
    """Rename the partitions that are called by an id alone, all or nothing."""
    own_set = str(WORKSPACES.name)
    stored = set(instance.get_dynamic_partitions(own_set))
    renamed = {
        str(workspace_id): new for workspace_id, new in partitions.items() if str(workspace_id) in stored
    }
    if not renamed:
        return
    names = {"start": RANGE_START, "end": RANGE_END, "set": own_set, "own": f'["{PREFIX}", %'}
    with storage.index_transaction() as connection:
        connection.exec_driver_sql(CREATE_PARTITION_NAMES, {"old": [*renamed], "new": [*renamed.values()]})
        for key in (RANGE_START, RANGE_END):
            connection.exec_driver_sql(UPDATE_RUN_BODY, {"key": key})
        for statement in UPDATE_PARTITION_NAMES:
            connection.exec_driver_sql(statement, names)


def cancel_outdated_runs(instance: DagsterInstance) -> int:
    """End the queued runs that would look for assets or jobs under their old names; how many."""
    queued = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]))
    outdated = [
        run
        for run in queued
        if TRIGGER in run.tags
        and (
            run.job_name.startswith(OLD_JOBS)
            or any(key.path[0] != PREFIX for key in run.asset_selection or ())
        )
    ]
    for run in outdated:
        instance.report_run_canceled(run, REASON_OF_OLD_NAMES)
    return len(outdated)
