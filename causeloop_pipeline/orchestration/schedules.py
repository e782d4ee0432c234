"""Every night all workspaces are computed anew, whatever changed; every morning old runs are forgotten."""

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import ISSUE, downstream
from causeloop_pipeline.orchestration.jobs.retention import retention
from causeloop_pipeline.orchestration.partitions import WORKSPACES
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_requests import one_run
from causeloop_pipeline.orchestration.run_scope import NIGHTLY


@dg.schedule(
    name=NIGHTLY,
    cron_schedule="0 2 * * *",
    execution_timezone="UTC",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Groups all issues anew, renews predictions, grades the closed ones and ranks again.",
)
def nightly(
    context: dg.ScheduleEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.RunRequest | dg.SkipReason:
    """One run over every workspace, from the issues on."""
    from causeloop_pipeline.storage.app.run_scopes import active_workspaces

    assets = downstream(context.repository_def, [ISSUE])
    with installation.database.every_workspace() as session:
        known = set(context.instance.get_dynamic_partitions(str(WORKSPACES.name)))
        ids = [one for one in active_workspaces(session) if str(one) in known]
        return one_run(context.instance, session, NIGHTLY, ids, assets)


forget_old_runs = dg.ScheduleDefinition(
    name="forget_old_runs",
    job=retention,
    cron_schedule="30 4 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Deletes what finished runs left behind once it is older than the retention setting.",
)
