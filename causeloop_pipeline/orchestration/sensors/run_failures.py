"""Releases what a failed or canceled run had claimed, so that the next run does it."""

import dagster as dg

from causeloop_pipeline.stages.installation import Installation


@dg.run_failure_sensor(
    name="run_failures",
    monitor_all_code_locations=False,
    minimum_interval_seconds=14,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Marks a failed run's requests as failed and releases the records it had claimed.",
)
def release_failed_run(
    context: dg.RunFailureSensorContext, installation: dg.ResourceParam[Installation]
) -> None:
    """Release what a failed run had claimed."""
    release_claims(installation, context.dagster_run.run_id, "the run failed: see it in Dagster")


@dg.run_status_sensor(
    name="run_cancellations",
    run_status=dg.DagsterRunStatus.CANCELED,
    minimum_interval_seconds=29,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Marks the requests of a run that an operator ended as failed, and releases its records.",
)
def release_canceled_run(
    context: dg.RunStatusSensorContext, installation: dg.ResourceParam[Installation]
) -> None:
    """Release what a canceled run had claimed."""
    release_claims(installation, context.dagster_run.run_id, "the run was canceled")


def release_claims(installation: Installation, run_id: str, reason: str) -> None:
    """Release the records and fail the requests that a run had claimed, in all workspaces."""
    from causeloop_pipeline.storage.app.interrupted_runs import release_claims as release

    with installation.database.every_workspace() as session:
        release(session, run_id, reason)
