"""The job that writes requested archives."""

import dagster as dg

from causeloop_pipeline.orchestration.database_loss import retry_on_database_loss
from causeloop_pipeline.orchestration.run_requests import MAX_RUNTIME
from causeloop_pipeline.stages.installation import Installation


@dg.op(description="Writes the requested archives of workspaces, which the API hands out for two days.")
def write_requested(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """Write one after the other."""
    from causeloop_pipeline.stages.jobs.archives import write_archives

    with retry_on_database_loss():
        context.add_output_metadata({**write_archives(installation)})


@dg.job(tags=MAX_RUNTIME, description="Exports whole workspaces that were requested by the API.")
def archives() -> None:
    """One step."""
    write_requested()
