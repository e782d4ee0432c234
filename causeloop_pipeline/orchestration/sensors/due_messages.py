"""Starts one run for all messages that are due, and for all alert rules that changed."""

from typing import TYPE_CHECKING

import dagster as dg

from causeloop_pipeline.orchestration.jobs.deliveries import deliveries
from causeloop_pipeline.orchestration.run_scope import TRIGGER as TRIGGER_TAG
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_polling_sensor
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "due_messages"


def has_due_messages(session: "Session") -> bool:
    """Whether a message is due, or an alert rule has changed."""
    from causeloop_pipeline.stages.jobs.deliveries import has_anything_due

    return has_anything_due(session)


@make_polling_sensor(
    TRIGGER,
    jobs=[deliveries],
    interval_seconds=9,
    description="Evaluates the alert rules that changed and delivers the messages that are due, in one run.",
    has_work=has_due_messages,
)
def watch_due_messages(
    _context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Request a run if anything is due; what becomes due during a run is left to it or to the next one."""
    from causeloop_pipeline.stages.jobs.deliveries import is_anything_due

    if not is_anything_due(installation):
        return dg.SkipReason("no message is due, and no rule has changed")
    return dg.RunRequest(tags={TRIGGER_TAG: TRIGGER})
