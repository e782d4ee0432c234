"""Starts one run for all tickets and comments that wait to be written, and tickets to be refreshed."""

from typing import TYPE_CHECKING

import dagster as dg

from causeloop_pipeline.orchestration.jobs.tickets import tickets
from causeloop_pipeline.orchestration.run_scope import TRIGGER as TRIGGER_TAG
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_polling_sensor
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "pushed_tickets"


def has_tickets(session: "Session") -> bool:
    """Whether any workspace has a ticket to open or to refresh, a comment to write or an issue to close."""
    from causeloop_pipeline.storage.act.tickets import read_workspaces_with_tickets
    from causeloop_pipeline.storage.act.tracker_acts import read_workspaces_with_acts

    return bool(read_workspaces_with_tickets(session) or read_workspaces_with_acts(session))


@make_polling_sensor(
    TRIGGER,
    jobs=[tickets],
    interval_seconds=14,
    description="Opens the tickets that people pushed, reads open ones back, and writes comments.",
    has_work=has_tickets,
)
def watch_pushed_tickets(
    _context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Request a run if any workspace has something to write into a tracker, or a ticket to read."""
    from causeloop_pipeline.stages.jobs.tickets import is_any_ticket_due
    from causeloop_pipeline.stages.jobs.tracker_acts import is_any_act_due

    if not (is_any_ticket_due(installation) or is_any_act_due(installation)):
        return dg.SkipReason("no ticket waits")
    return dg.RunRequest(tags={TRIGGER_TAG: TRIGGER})
