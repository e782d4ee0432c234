"""Starts one run for all archives of workspaces that people have requested."""

from typing import TYPE_CHECKING

from causeloop_pipeline.orchestration.jobs.archives import archives
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_work_sensor

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "requested_archives"


def has_requested_archives(session: "Session") -> bool:
    """Whether an archive waits to be written."""
    from causeloop_pipeline.storage.archive.requests import read_open_archives

    return bool(read_open_archives(session))


watch_requested_archives = make_work_sensor(
    TRIGGER,
    archives,
    interval_seconds=19,
    description="Writes the archives of whole workspaces that were requested by the API, in one run.",
    has_work=has_requested_archives,
    idle="no archive is requested",
)
