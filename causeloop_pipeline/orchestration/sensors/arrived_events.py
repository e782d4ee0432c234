"""Starts one run for all records that came by webhook, ingest API or hand, or that a broken run left."""

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import ISSUE, downstream
from causeloop_pipeline.orchestration.run_requests import has_unfinished_run, request_run
from causeloop_pipeline.orchestration.run_scope import NIGHTLY
from causeloop_pipeline.orchestration.sensors import due_connectors, recompute_requests
from causeloop_pipeline.orchestration.sensors.polling_sensor import polling_sensor
from causeloop_pipeline.stages.installation import Installation

TRIGGER = "arrived_events"
OTHER_TRIGGERS = (due_connectors.TRIGGER, recompute_requests.TRIGGER, NIGHTLY)


@polling_sensor(
    TRIGGER,
    interval_seconds=3,
    description="Turns new records into issues, patterns and recommendations, for all workspaces in one run.",
)
def watch_arrived_events(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Find workspaces that hold unclaimed records, or were left half-way by a run that died."""
    from causeloop_pipeline.storage.app.run_scopes import (
        read_unfinished_workspaces,
        read_workspaces_with_pending_records,
    )

    busy = [trigger for trigger in OTHER_TRIGGERS if has_unfinished_run(context.instance, trigger)]
    is_polling = due_connectors.TRIGGER in busy  # a poll that goes on takes its own records along
    with installation.database.every_workspace() as session:
        workspace_ids = set(read_workspaces_with_pending_records(session, except_polled=is_polling))
        if not busy:
            workspace_ids |= set(read_unfinished_workspaces(session))
        if not workspace_ids:
            return dg.SkipReason("nothing has arrived")
        assets = downstream(context.repository_def, [ISSUE])
        return request_run(context.instance, session, TRIGGER, workspace_ids, assets)
