"""Starts a run that reads records again, while there are some that a former version of a mapping has read."""

from typing import TYPE_CHECKING

from causeloop_pipeline.orchestration.jobs.rereading import rereading
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_work_sensor

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "former_mappings"


def has_former_mappings(session: "Session") -> bool:
    """Whether records are to be read again and nothing more urgent waits."""
    from causeloop_pipeline.stages.jobs.rereading import is_rereading_due

    return is_rereading_due(session)


watch_former_mappings = make_work_sensor(
    TRIGGER,
    rereading,
    interval_seconds=31,
    description="Reads records again after mappings have changed with a release, while nothing else waits.",
    has_work=has_former_mappings,
    idle="every record has been read with the current mappings, or others wait first",
)
