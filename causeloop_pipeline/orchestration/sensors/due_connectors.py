"""Starts one run for all connectors whose time to poll has come."""

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import downstream, landing_of
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_requests import one_run, reason_to_wait

TRIGGER = "due_connectors"


@dg.sensor(
    name=TRIGGER,
    target=dg.AssetSelection.all(),
    minimum_interval_seconds=9,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Polls every connector that is due, of all workspaces, in one run.",
)
def due_connectors(
    context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.RunRequest | dg.SkipReason:
    """Ask which connectors are due, and from which tools on everything must run."""
    from causeloop_pipeline.storage.app.connectors import due_connectors as read_due

    if reason := reason_to_wait(context.instance, TRIGGER):
        return dg.SkipReason(reason)
    with installation.database.every_workspace() as session:
        due = read_due(session)
        if not due:
            return dg.SkipReason("no connector is due")
        assets = downstream(context.repository_def, landing_of(one.type for one in due))
        return one_run(context.instance, session, TRIGGER, {one.workspace_id for one in due}, assets)
