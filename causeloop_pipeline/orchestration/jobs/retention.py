"""The job that deletes finished runs, which would grow without bound, and expired rows of workspaces."""

from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.instance.own_runs import OWN_LABEL, filter_own_runs, read_label
from causeloop_pipeline.orchestration.run_requests import MAX_RUNTIME, UNFINISHED
from causeloop_pipeline.orchestration.run_scope import SCOPE
from causeloop_pipeline.stages.installation import Installation

RUNS_PER_BATCH = 200
FINISHED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


@dg.op(description="Deletes old runs with their events, and what they left in the product's own tables.")
def delete_old_runs(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """Delete runs older than the settings allow."""
    from causeloop_pipeline.stages.jobs.retention import delete_run_records

    days = installation.settings.dagster_retention_days
    before, label = datetime.now(UTC) - timedelta(days=days), read_label(context.run)
    runs = delete_runs(context.instance, before, label)
    deleted = delete_run_records(installation, days, list_unfinished_scopes(context.instance))
    context.add_output_metadata({"runs": runs, **deleted})


@dg.op(description="Deletes the issues, predictions and audit entries that each workspace keeps no longer.")
def delete_expired_rows(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """Delete by every workspace's own settings; failures are reported after all others are done."""
    from causeloop_pipeline.stages.jobs import retention as stage

    deleted = stage.delete_expired_rows(installation)
    context.add_output_metadata({"workspaces": deleted.workspaces, **deleted.rows})
    if deleted.failures:
        raise dg.Failure(
            f"the expired rows of {len(deleted.failures)} of {deleted.workspaces} workspaces "
            "could not be deleted",
            metadata=deleted.failures,
        )


@dg.op(description="Erases the workspaces whose owners requested it, when the time to think again is over.")
def erase_workspaces(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """Erase each from the product's tables and Dagster's storage; nothing logged here names one."""
    from causeloop_pipeline.orchestration.instance.erasure import erase_from_dagster
    from causeloop_pipeline.stages.jobs.erasures import erase_requested

    url = installation.settings.require("dagster_database_url")
    report = erase_requested(
        installation, lambda names: not erase_from_dagster(url, names, spared=[context.run_id]).unfinished
    )
    context.add_output_metadata({"erased": report.erased, "postponed": report.postponed})


@dg.job(
    tags=MAX_RUNTIME,
    description="Keeps storage from growing forever, and data no longer than tenants allow.",
)
def retention() -> None:
    """Three independent steps."""
    erase_workspaces()
    delete_old_runs()
    delete_expired_rows()


def delete_runs(instance: DagsterInstance, before: datetime, label: str = OWN_LABEL) -> int:
    """Delete our finished runs that were last updated before; how many."""
    old = filter_own_runs(FINISHED, label=label, updated_before=before)
    deleted = 0
    while run_ids := instance.get_run_ids(old, limit=RUNS_PER_BATCH):
        for run_id in run_ids:
            instance.delete_run(run_id)
        deleted += len(run_ids)
    return deleted


def list_unfinished_scopes(instance: DagsterInstance) -> list[str]:
    """The run and scope ids that are still in use."""
    runs = instance.get_runs(dg.RunsFilter(statuses=list(UNFINISHED)))
    return [key for run in runs for key in (run.run_id, run.tags.get(SCOPE)) if key]
