"""The job that reads records again whose mappings have changed."""

import os

import dagster as dg

from causeloop_pipeline.orchestration.database_loss import retry_on_database_loss
from causeloop_pipeline.orchestration.run_requests import MAX_RUNTIME
from causeloop_pipeline.stages.installation import Installation

LATER = {"dagster/priority": "-10"}
NICENESS = 10


@dg.op(description="Reads stored records again by the present mappings, newest first, a minute at a time.")
def read_again(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """Go on with the passage over all records."""
    from causeloop_pipeline.stages.jobs.rereading import reread

    os.nice(NICENESS)  # the process is this run's own
    with retry_on_database_loss():
        rereading = reread(installation)
    context.add_output_metadata(
        {
            "connector types": ", ".join(source or "of none" for source in rereading.sources),
            "records read again": rereading.records_read,
            "records in all": rereading.records_total,
            "read back to": str(rereading.read_back_to or "nothing yet"),
            "finished": rereading.finished_at is not None,
        }
    )


@dg.job(tags={**MAX_RUNTIME, **LATER}, description="Reads records again after mappings have changed.")
def rereading() -> None:
    """One step."""
    read_again()
