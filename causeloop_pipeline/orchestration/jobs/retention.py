"""Forgets finished runs, which grow without bound, and what each workspace has set to be kept no longer."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_requests import MAX_RUNTIME, UNFINISHED
from causeloop_pipeline.orchestration.run_scope import SCOPE
from causeloop_pipeline.orchestration.stage import told

BATCH = 200
BATCHES_A_NIGHT = 500
FINISHED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


@dg.op(description="Deletes old runs with their events, and what they left in the product's own tables.")
def forget(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """Delete by the age that the settings allow."""
    from causeloop_pipeline.storage.app.recompute_requests import forget_requests
    from causeloop_pipeline.storage.app.run_scopes import forget_scopes

    days = installation.settings.dagster_retention_days
    runs = forget_runs(context.instance, datetime.now(UTC) - timedelta(days=days))
    with installation.database.every_workspace() as session:
        scopes = forget_scopes(session, days, unfinished_scopes(context.instance))
        requests = forget_requests(session, days)
    context.add_output_metadata({"runs": runs, "scope rows": scopes, "requests": requests})


@dg.op(description="Deletes the issues, predictions and audit entries that each workspace keeps no longer.")
def forget_of_workspaces(
    context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]
) -> None:
    """Every workspace by its own settings; one that fails is reported when all others are done."""
    from causeloop_pipeline.storage.app.retention import workspaces_with_retention

    with installation.database.every_workspace() as session:
        workspace_ids = workspaces_with_retention(session)
    total, failed = Counter[str](), {}
    for workspace_id in workspace_ids:
        try:
            total += forget_of_workspace(installation, workspace_id)
        except Exception as failure:  # one tenant's failure never stops another's turn
            failed[str(workspace_id)] = told(failure)
    context.add_output_metadata({"workspaces": len(workspace_ids), **total})
    if failed:
        raise dg.Failure(
            f"{len(failed)} of {len(workspace_ids)} workspaces could not forget", metadata=failed
        )


@dg.job(
    tags=MAX_RUNTIME,
    description="Keeps storage from growing for ever, and data no longer than tenants allow.",
)
def retention() -> None:
    """Both at their own pace."""
    forget()
    forget_of_workspaces()


def forget_of_workspace(installation: Installation, workspace_id: UUID) -> Counter[str]:
    """Batch by batch, each in a transaction of its own between two stages; how many rows of each kind."""
    from causeloop_pipeline.storage.app.retention import BATCH as ROWS
    from causeloop_pipeline.storage.app.retention import KINDS, forget_batch
    from causeloop_pipeline.storage.app.run_scopes import wait_for_turn

    forgotten = Counter(dict.fromkeys(KINDS, 0))
    for kind in KINDS:
        for _ in range(BATCHES_A_NIGHT):
            with installation.database.workspace(workspace_id) as session:
                wait_for_turn(session, workspace_id)
                rows = forget_batch(session, workspace_id, kind)
            forgotten[kind] += rows
            if rows < ROWS:
                break
    return forgotten


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
