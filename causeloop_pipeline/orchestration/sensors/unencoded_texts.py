"""Starts a run that makes vectors of texts, while there are some without one, or some to be removed."""

from typing import TYPE_CHECKING

import dagster as dg

from causeloop_pipeline.orchestration.jobs.text_vectors import text_vectors
from causeloop_pipeline.orchestration.run_scope import TRIGGER as TRIGGER_TAG
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_polling_sensor
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "unencoded_texts"


def has_unencoded_texts(session: "Session") -> bool:
    """Whether texts wait for a vector, or vectors for their removal."""
    from causeloop_pipeline.stages.jobs.text_vectors import is_encoding_due

    return is_encoding_due(session, settings())


@make_polling_sensor(
    TRIGGER,
    jobs=[text_vectors],
    interval_seconds=59,
    description="Makes vectors for the search by meaning, where an encoder is set up.",
    has_work=has_unencoded_texts,
)
def watch_unencoded_texts(
    _context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Find out whether any text has no vector."""
    with installation.database.every_workspace() as session:
        if not has_unencoded_texts(session):
            return dg.SkipReason("no encoder is set up, or every text has its vector")
    return dg.RunRequest(tags={TRIGGER_TAG: TRIGGER})
