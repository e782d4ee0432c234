"""Starts a run that reads records again, while there are some that a former version of a mapping has read."""

from typing import TYPE_CHECKING

import dagster as dg

from causeloop_pipeline.orchestration.jobs.rereading import rereading
from causeloop_pipeline.orchestration.run_scope import TRIGGER as TRIGGER_TAG
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_polling_sensor
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "former_mappings"


def has_former_mappings(session: "Session") -> bool:
    """Whether records are to be read again and nothing more urgent waits."""
    from causeloop_pipeline.stages.jobs.rereading import is_rereading_due

    return is_rereading_due(session)


@make_polling_sensor(
    TRIGGER,
    jobs=[rereading],
    interval_seconds=31,
    description="Reads records again after mappings have changed with a release, while nothing else waits.",
    has_work=has_former_mappings,
)
def watch_former_mappings(
    _context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Find out whether any records are to be read again."""
    with installation.database.every_workspace() as session:
        if not has_former_mappings(session):
            return dg.SkipReason("every record has been read with the current mappings, or others wait first")
    return dg.RunRequest(tags={TRIGGER_TAG: TRIGGER})
