"""Gives back what a failed or canceled run had in hand, so that the next run does it."""

import dagster as dg

from causeloop_pipeline.orchestration.resources import Installation


@dg.run_failure_sensor(
    name="run_failures",
    monitor_all_code_locations=False,
    minimum_interval_seconds=14,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Marks a failed run's requests as failed and releases the records it had claimed.",
)
def run_failures(context: dg.RunFailureSensorContext, installation: dg.ResourceParam[Installation]) -> None:
    """A run failed."""
    give_back(installation, context.dagster_run.run_id, "the run failed: see it in Dagster")


@dg.run_status_sensor(
    name="run_cancellations",
    run_status=dg.DagsterRunStatus.CANCELED,
    minimum_interval_seconds=14,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="The same for a run that an operator ended.",
)
def run_cancellations(
    context: dg.RunStatusSensorContext, installation: dg.ResourceParam[Installation]
) -> None:
    """An operator ended a run."""
    give_back(installation, context.dagster_run.run_id, "the run was canceled")


def give_back(installation: Installation, run_id: str, reason: str) -> None:
    """Release a dead run's work, in all workspaces."""
    from causeloop_pipeline.storage.app.interrupted_runs import give_back as release

    with installation.database.every_workspace() as session:
        release(session, run_id, reason)
