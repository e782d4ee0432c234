"""Initializes a Dagster instance before its servers start: no run of an earlier boot may keep its slot."""

from datetime import datetime

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.instance import future_ticks
from causeloop_pipeline.orchestration.instance.own_runs import filter_own_runs
from causeloop_pipeline.orchestration.partition_changes import find_changes
from causeloop_pipeline.orchestration.partitions import DBT_POOL, WORKSPACES
from causeloop_pipeline.orchestration.run_requests import INTERRUPTED, UNFINISHED
from causeloop_pipeline.stages.installation import Installation

REASON_OF_DEAD_RUNS = "the run's process ended with an earlier start of this installation"
STARTED = (
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)


def prepare_instance() -> int:
    """Fail the runs of an earlier boot, release their claims, limit dbt to one run; how many runs had
    died."""
    installation = Installation()
    with DagsterInstance.get() as instance:
        dead = _end_dead_runs(instance, installation)
        _initialize(instance, installation)
    return dead


def end_dead_runs() -> int:
    """Fail every started run of ours and free its slots and claims, after the code server has ended."""
    with DagsterInstance.get() as instance:
        return _end_dead_runs(instance, Installation())


def clear_future_ticks() -> int:
    """Let sensors whose last tick lies in the future be due at once; how many there were."""
    with DagsterInstance.get() as instance:
        return future_ticks.clear_future_ticks(instance)


def _end_dead_runs(instance: DagsterInstance, installation: Installation) -> int:
    dead = fail_dead_runs(instance)
    free_slots_of_ended_runs(instance)
    release_dead_claims(instance, installation)
    return dead


def initialize_instance() -> None:
    """Prepare an instance whose runs continue on other machines; they are left alone."""
    with DagsterInstance.get() as instance:
        _initialize(instance, Installation())


def _initialize(instance: DagsterInstance, installation: Installation) -> None:
    """Limit dbt to one run, and give every workspace its partition."""
    future_ticks.clear_future_ticks(instance)
    instance.event_log_storage.set_concurrency_slots(DBT_POOL, 1)
    sync_partitions(instance, installation)


def count_unfinished_runs(instance: DagsterInstance) -> int:
    """How many of our runs are queued or in progress."""
    return instance.get_runs_count(filter_own_runs(UNFINISHED))


def list_failed_runs(instance: DagsterInstance, since: datetime) -> list[str]:
    """Our runs that failed since then, newest first."""
    failed = filter_own_runs([dg.DagsterRunStatus.FAILURE], updated_after=since)
    return list(instance.get_run_ids(failed))


def fail_dead_runs(instance: DagsterInstance) -> int:
    """Fail every started run of ours: before any server runs, none can have a live process."""
    runs = instance.get_runs(filter_own_runs(STARTED))
    for run in runs:
        instance.add_run_tags(run.run_id, {INTERRUPTED: "true"})
        instance.report_run_failed(run, REASON_OF_DEAD_RUNS)
    return len(runs)


def free_slots_of_ended_runs(instance: DagsterInstance) -> int:
    """Free the slots in our pool held by ended or deleted runs; returns how many such runs there were."""
    storage = instance.event_log_storage
    pool = storage.get_concurrency_info(DBT_POOL)
    holders = pool.active_run_ids | pool.pending_run_ids | pool.assigned_run_ids
    ended = holders - set(instance.get_run_ids(filter_own_runs(UNFINISHED)))
    for run_id in sorted(ended):
        storage.free_concurrency_slots_for_run(run_id)
    return len(ended)


def release_dead_claims(instance: DagsterInstance, installation: Installation) -> None:
    """Release the records and requests claimed by runs that are no longer in progress."""
    from causeloop_pipeline.storage.app.interrupted_runs import find_interrupted_runs, release_claims

    alive = instance.get_run_ids(dg.RunsFilter(statuses=list(UNFINISHED)))
    with installation.database.every_workspace() as session:
        for run_id in find_interrupted_runs(session, list(alive)):
            release_claims(session, run_id, REASON_OF_DEAD_RUNS)


def sync_partitions(instance: DagsterInstance, installation: Installation) -> None:
    """Give every workspace its partition now, so that the first tick finds it."""
    name, changes = str(WORKSPACES.name), find_changes(instance, installation)
    if changes.added:
        instance.add_dynamic_partitions(name, changes.added)
    for partition in changes.removed:
        instance.delete_dynamic_partition(name, partition)
