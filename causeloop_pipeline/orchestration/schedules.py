"""Every night all workspaces are recomputed; every morning old runs are deleted."""

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import ISSUE, select_downstream
from causeloop_pipeline.orchestration.jobs.loop import loop
from causeloop_pipeline.orchestration.jobs.retention import retention
from causeloop_pipeline.orchestration.run_requests import request_run
from causeloop_pipeline.orchestration.run_scope import NIGHTLY, TRIGGER
from causeloop_pipeline.stages.installation import Installation


@dg.schedule(
    name=NIGHTLY,
    cron_schedule="0 2 * * *",
    execution_timezone="UTC",
    job=loop,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Groups all issues again, renews predictions, grades those whose window closed, ranks again.",
)
def nightly(
    context: dg.ScheduleEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.RunRequest | dg.SkipReason:
    """One run over every workspace, from the issues on."""
    from causeloop_pipeline.storage.app.run_scopes import read_active_workspaces

    assets = select_downstream(context.repository_def, [ISSUE])
    with installation.database.every_workspace() as session:
        return request_run(context.instance, session, NIGHTLY, read_active_workspaces(session), assets)


old_run_cleanup = dg.ScheduleDefinition(
    name="delete_old_runs",
    job=retention,
    cron_schedule="30 4 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    tags={TRIGGER: "delete_old_runs"},
    description="Deletes what finished runs left behind once it is older than the retention setting.",
)
