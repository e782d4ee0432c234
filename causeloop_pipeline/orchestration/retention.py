"""Forgets finished runs, their scopes and answered requests, for event logs grow without bound."""

from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_requests import MAX_RUNTIME, UNFINISHED
from causeloop_pipeline.orchestration.run_scope import SCOPE

BATCH = 200
FINISHED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


@dg.op(description="Deletes old runs with their events, and what they left in the product's own tables.")
def forget(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """Delete by the age that the settings allow."""
    from causeloop_pipeline.storage.recompute_requests import forget_requests
    from causeloop_pipeline.storage.scopes import forget_scopes

    days = installation.settings.dagster_retention_days
    runs = forget_runs(context.instance, datetime.now(UTC) - timedelta(days=days))
    with installation.database.every_workspace() as session:
        scopes = forget_scopes(session, days, unfinished_scopes(context.instance))
        requests = forget_requests(session, days)
    context.add_output_metadata({"runs": runs, "scope rows": scopes, "requests": requests})


@dg.job(tags=MAX_RUNTIME, description="Keeps Dagster's storage from growing for ever.")
def retention() -> None:
    """One step."""
    forget()


def forget_runs(instance: DagsterInstance, before: datetime) -> int:
    """Delete the finished runs that were last touched before; the number of them."""
    old = dg.RunsFilter(statuses=list(FINISHED), updated_before=before)
    deleted = 0
    while run_ids := instance.get_run_ids(old, limit=BATCH):
        for run_id in run_ids:
            instance.delete_run(run_id)
        deleted += len(run_ids)
    return deleted


def unfinished_scopes(instance: DagsterInstance) -> list[str]:
    """The run and scope ids that are still in use."""
    runs = instance.get_runs(dg.RunsFilter(statuses=list(UNFINISHED)))
    return [key for run in runs for key in (run.run_id, run.tags.get(SCOPE)) if key]
