"""Starts one run for all tickets and comments that wait to be written, and tickets to be refreshed."""

from typing import TYPE_CHECKING

from causeloop_pipeline.orchestration.jobs.tickets import tickets
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_work_sensor

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "pushed_tickets"


def has_tickets(session: "Session") -> bool:
    """Whether any workspace has a ticket to open or to refresh, a comment to write or an issue to close."""
    from causeloop_pipeline.storage.act.tickets import read_workspaces_with_tickets
    from causeloop_pipeline.storage.act.tracker_acts import read_workspaces_with_acts

    return bool(read_workspaces_with_tickets(session) or read_workspaces_with_acts(session))


watch_pushed_tickets = make_work_sensor(
    TRIGGER,
    tickets,
    interval_seconds=14,
    description="Opens the tickets that people pushed, reads open ones back, and writes comments.",
    has_work=has_tickets,
    idle="no ticket or comment waits",
)
