"""The job that makes vectors of what people wrote, where an encoder is set up."""

import os

import dagster as dg

from causeloop_pipeline.orchestration.database_loss import retry_on_database_loss
from causeloop_pipeline.orchestration.run_requests import MAX_RUNTIME
from causeloop_pipeline.stages.installation import Installation

LATER = {"dagster/priority": "-10"}
NICENESS = 10


@dg.op(
    description="Encodes texts that have no vector yet, a minute at a time; removes all where no encoder is."
)
def encode_texts(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """Go on with what is due."""
    from causeloop_pipeline.stages.jobs.text_vectors import update_vectors

    os.nice(NICENESS)  # the process is this run's own
    with retry_on_database_loss():
        done = update_vectors(installation)
    context.add_output_metadata(dict(done))


@dg.job(tags={**MAX_RUNTIME, **LATER}, description="Makes the vectors of the search by meaning.")
def text_vectors() -> None:
    """One step."""
    encode_texts()
