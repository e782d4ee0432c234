"""Makes a Dagster instance ready before its servers start: nothing of an earlier boot may hold a slot."""

from datetime import datetime

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.assets.normalization import DBT_POOL
from causeloop_pipeline.orchestration.partitions import WORKSPACES
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_requests import UNFINISHED
from causeloop_pipeline.orchestration.sensors.workspaces import partition_keys

DEAD = "the run's process ended with an earlier start of this installation"
BEGUN = (
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)


def prepare_instance() -> int:
    """Fail the runs of an earlier boot, give back their work, limit dbt to one run; how many had died."""
    installation = Installation()
    with DagsterInstance.get() as instance:
        dead = fail_dead_runs(instance)
        release_dead_work(instance, installation)
        furnish(instance, installation)
    return dead


def furnish_instance() -> None:
    """The same beside runs that go on elsewhere: what an instance needs, and nothing of theirs."""
    with DagsterInstance.get() as instance:
        furnish(instance, Installation())


def furnish(instance: DagsterInstance, installation: Installation) -> None:
    """Limit dbt to one run, and give every workspace its partition."""
    instance.event_log_storage.set_concurrency_slots(DBT_POOL, 1)
    add_partitions(instance, installation)


def unfinished_runs(instance: DagsterInstance) -> int:
    """How many runs are queued or under way."""
    return instance.get_runs_count(dg.RunsFilter(statuses=list(UNFINISHED)))


def failed_runs(instance: DagsterInstance, since: datetime) -> list[str]:
    """The runs that failed since then, newest first."""
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since)
    return list(instance.get_run_ids(failed))


def fail_dead_runs(instance: DagsterInstance) -> int:
    """Fail every run that had begun: no process of it can be left when no server runs yet."""
    runs = instance.get_runs(dg.RunsFilter(statuses=list(BEGUN)))
    for run in runs:
        instance.report_run_failed(run, DEAD)
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return len(runs)


def release_dead_work(instance: DagsterInstance, installation: Installation) -> None:
    """Give back what runs hold that are not under way any more."""
    from causeloop_pipeline.storage.app.interrupted_runs import dead_runs, give_back

    alive = instance.get_run_ids(dg.RunsFilter(statuses=list(UNFINISHED)))
    with installation.database.every_workspace() as session:
        for run_id in dead_runs(session, list(alive)):
            give_back(session, run_id, DEAD)


def add_partitions(instance: DagsterInstance, installation: Installation) -> None:
    """Give every workspace its partition now, so that the first tick finds it."""
    name = str(WORKSPACES.name)
    known = set(instance.get_dynamic_partitions(name))
    missing = [key for key in partition_keys(installation) if key not in known]
    if missing:
        instance.add_dynamic_partitions(name, missing)
