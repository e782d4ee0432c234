"""Starts one run for all archives of workspaces that people have requested."""

from typing import TYPE_CHECKING

import dagster as dg

from causeloop_pipeline.orchestration.jobs.archives import archives
from causeloop_pipeline.orchestration.run_scope import TRIGGER as TRIGGER_TAG
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_polling_sensor
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "requested_archives"


def has_requested_archives(session: "Session") -> bool:
    """Whether an archive waits to be written."""
    from causeloop_pipeline.storage.archive.requests import read_open_archives

    return bool(read_open_archives(session))


@make_polling_sensor(
    TRIGGER,
    jobs=[archives],
    interval_seconds=19,
    description="Writes the archives of whole workspaces that were requested by the API, in one run.",
    has_work=has_requested_archives,
)
def watch_requested_archives(
    _context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Request a run if an archive is requested."""
    from causeloop_pipeline.stages.jobs.archives import is_any_archive_requested

    if not is_any_archive_requested(installation):
        return dg.SkipReason("no archive is requested")
    return dg.RunRequest(tags={TRIGGER_TAG: TRIGGER})
