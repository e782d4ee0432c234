"""Starts one run for all tickets that wait to be opened or to be looked at again."""

import dagster as dg

from causeloop_pipeline.orchestration.jobs.tickets import tickets
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_requests import reason_to_wait
from causeloop_pipeline.orchestration.run_scope import TRIGGER as BY

TRIGGER = "pushed_tickets"


@dg.sensor(
    name=TRIGGER,
    job=tickets,
    minimum_interval_seconds=14,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Opens the tickets that people pushed, and brings the state of open ones back.",
)
def pushed_tickets(
    context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.RunRequest | dg.SkipReason:
    """Ask whether any workspace has a ticket to attend to."""
    from causeloop_pipeline.storage.act.tickets import workspaces_with_tickets

    if reason := reason_to_wait(context.instance, TRIGGER):
        return dg.SkipReason(reason)
    with installation.database.every_workspace() as session:
        if not workspaces_with_tickets(session):
            return dg.SkipReason("no ticket waits")
    return dg.RunRequest(tags={BY: TRIGGER})
