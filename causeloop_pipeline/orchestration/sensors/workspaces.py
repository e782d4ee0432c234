"""Keeps one partition per workspace: new workspaces get theirs, vanished ones lose it."""

import dagster as dg

from causeloop_pipeline.orchestration.partitions import WORKSPACES
from causeloop_pipeline.stages.installation import Installation


@dg.sensor(
    name="workspaces",
    minimum_interval_seconds=14,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Adds and removes the partitions of workspaces.",
)
def sync_partitions(
    context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.SensorResult | dg.SkipReason:
    """Compare the workspaces there are with the partitions there are."""
    present = partition_keys(installation)
    partitions = context.instance.get_dynamic_partitions(str(WORKSPACES.name))
    added = [key for key in present if key not in set(partitions)]
    removed = [key for key in partitions if key not in set(present)]
    if not added and not removed:
        return dg.SkipReason("no workspace came or went")
    name = str(WORKSPACES.name)
    changes = (dg.AddDynamicPartitionsRequest(name, added), dg.DeleteDynamicPartitionsRequest(name, removed))
    return dg.SensorResult(
        dynamic_partitions_requests=[change for change in changes if change.partition_keys]
    )


def partition_keys(installation: Installation) -> list[str]:
    """The workspaces of active organizations, oldest first."""
    from causeloop_pipeline.storage.app.run_scopes import read_active_workspaces

    with installation.database.every_workspace() as session:
        return [str(workspace_id) for workspace_id in read_active_workspaces(session)]
