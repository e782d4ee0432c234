"""Starts one run for all messages whose time has come, and for all alert rules that changed."""

from datetime import UTC, datetime

import dagster as dg

from causeloop_pipeline.orchestration.jobs.deliveries import deliveries
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_requests import reason_to_wait
from causeloop_pipeline.orchestration.run_scope import TRIGGER as BY

TRIGGER = "due_messages"


@dg.sensor(
    name=TRIGGER,
    job=deliveries,
    minimum_interval_seconds=9,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Evaluates the alert rules that changed and delivers what waits to be sent, in one run.",
)
def due_messages(
    context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.RunRequest | dg.SkipReason:
    """Ask whether anything is due; what comes up during a run is that run's work or the next one's."""
    from causeloop_pipeline.storage.notify.alerts import workspaces_with_rules_to_evaluate
    from causeloop_pipeline.storage.notify.outbox import workspaces_with_messages

    if reason := reason_to_wait(context.instance, TRIGGER):
        return dg.SkipReason(reason)
    with installation.database.every_workspace() as session:
        changed = workspaces_with_rules_to_evaluate(session, datetime.now(UTC))
        if not changed and not workspaces_with_messages(session):
            return dg.SkipReason("no message is due, and no rule has changed")
    return dg.RunRequest(tags={BY: TRIGGER})
