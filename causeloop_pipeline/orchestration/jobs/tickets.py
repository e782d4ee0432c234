"""The job that opens the tickets people pushed, and refreshes those that are open or were done lately."""

import dagster as dg

from causeloop_pipeline.orchestration.database_loss import retry_on_database_loss
from causeloop_pipeline.orchestration.run_requests import MAX_RUNTIME
from causeloop_pipeline.orchestration.run_scope import mark_run
from causeloop_pipeline.stages.installation import Installation


@dg.op(description="Opens queued tickets and refreshes open ones, several workspaces at once.")
def sync_tickets(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """Open and refresh the tickets of all workspaces that have some due, and do what is due on issues."""
    from causeloop_pipeline.stages.jobs.tickets import open_and_refresh
    from causeloop_pipeline.stages.jobs.tracker_acts import send_due_acts

    with retry_on_database_loss():
        counts = open_and_refresh(installation) + send_due_acts(installation)
    context.add_output_metadata(dict(counts))
    context.log.info("tickets: %s", ", ".join(f"{kind} {count}" for kind, count in counts.items()))
    if failed := counts["failed"] + counts["acts refused"]:
        mark_run(context, "tickets failed", failed)


@dg.job(
    tags=MAX_RUNTIME,
    description="One ticket per recommendation in the team's tracker; its state is read back.",
)
def tickets() -> None:
    """One step."""
    sync_tickets()
