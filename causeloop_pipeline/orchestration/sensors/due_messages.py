"""Starts one run for all messages that are due, and for all alert rules that changed."""

from typing import TYPE_CHECKING

from causeloop_pipeline.orchestration.jobs.deliveries import deliveries
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_work_sensor

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "due_messages"


def has_due_messages(session: "Session") -> bool:
    """Whether a message is due, or an alert rule has changed."""
    from causeloop_pipeline.stages.jobs.deliveries import has_anything_due

    return has_anything_due(session)


watch_due_messages = make_work_sensor(
    TRIGGER,
    deliveries,
    interval_seconds=9,
    description="Evaluates the alert rules that changed and delivers the messages that are due, in one run.",
    has_work=has_due_messages,
    idle="no message is due, and no rule has changed",
)
