"""Starts one run for all records that came by webhook, ingest API or hand, or that a broken run left."""

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import ISSUE, downstream
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_requests import in_flight, one_run, reason_to_wait
from causeloop_pipeline.orchestration.run_scope import NIGHTLY
from causeloop_pipeline.orchestration.sensors import due_connectors, recompute_requests

TRIGGER = "arrived_events"
OTHERS = (due_connectors.TRIGGER, recompute_requests.TRIGGER, NIGHTLY)


@dg.sensor(
    name=TRIGGER,
    target=dg.AssetSelection.all(),
    minimum_interval_seconds=3,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Turns what arrived since into issues, patterns and advice, for all workspaces in one run.",
)
def arrived_events(
    context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.RunRequest | dg.SkipReason:
    """Ask which workspaces hold unclaimed records, or were left half-way by a run that died."""
    from causeloop_pipeline.storage.app.run_scopes import workspaces_left_behind, workspaces_with_arrivals

    if reason := reason_to_wait(context.instance, TRIGGER):
        return dg.SkipReason(reason)
    busy = [trigger for trigger in OTHERS if in_flight(context.instance, trigger)]
    with installation.database.every_workspace() as session:
        polling = due_connectors.TRIGGER in busy  # a poll under way takes its own records along
        workspace_ids = set(workspaces_with_arrivals(session, except_polled=polling))
        workspace_ids |= set() if busy else set(workspaces_left_behind(session))
        if not workspace_ids:
            return dg.SkipReason("nothing has arrived")
        assets = downstream(context.repository_def, [ISSUE])
        return one_run(context.instance, session, TRIGGER, workspace_ids, assets)
