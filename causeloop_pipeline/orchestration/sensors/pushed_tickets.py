"""Starts one run for all tickets that wait to be opened or to be refreshed."""

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
    """Whether any workspace has a ticket to open or to refresh."""
    from causeloop_pipeline.storage.act.tickets import read_workspaces_with_tickets

    return bool(read_workspaces_with_tickets(session))


@make_polling_sensor(
    TRIGGER,
    jobs=[tickets],
    interval_seconds=14,
    description="Opens the tickets that people pushed, and reads the state of open ones back.",
    has_work=has_tickets,
)
def watch_pushed_tickets(
    _context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Request a run if any workspace has a ticket to open or to refresh."""
    from causeloop_pipeline.stages.jobs.tickets import is_any_ticket_due

    if not is_any_ticket_due(installation):
        return dg.SkipReason("no ticket waits")
    return dg.RunRequest(tags={TRIGGER_TAG: TRIGGER})
