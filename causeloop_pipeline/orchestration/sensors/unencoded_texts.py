"""Starts a run that makes vectors of texts, while there are some without one, or some to be removed."""

from typing import TYPE_CHECKING

from causeloop_pipeline.orchestration.jobs.text_vectors import text_vectors
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_work_sensor
from causeloop_pipeline.settings import settings

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "unencoded_texts"


def has_unencoded_texts(session: "Session") -> bool:
    """Whether texts wait for a vector, or vectors for their removal."""
    from causeloop_pipeline.stages.jobs.text_vectors import is_encoding_due

    return is_encoding_due(session, settings())


watch_unencoded_texts = make_work_sensor(
    TRIGGER,
    text_vectors,
    interval_seconds=59,
    description="Makes vectors for the search by meaning, where an encoder is set up.",
    has_work=has_unencoded_texts,
    idle="no encoder is set up, or every text has its vector",
)
