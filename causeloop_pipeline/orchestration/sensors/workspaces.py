"""Keeps one partition per workspace: new workspaces get theirs, vanished ones lose it."""

from collections.abc import Mapping
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.partitions import WORKSPACES, name_partition, parse_partition
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
    present = read_partitions(installation)
    partitions = {
        key: parse_partition(key) for key in context.instance.get_dynamic_partitions(str(WORKSPACES.name))
    }
    added = [key for workspace_id, key in present.items() if workspace_id not in partitions.values()]
    removed = [key for key, workspace_id in partitions.items() if workspace_id not in present]
    if not added and not removed:
        return dg.SkipReason("no workspace came or went")
    name = str(WORKSPACES.name)
    changes = (dg.AddDynamicPartitionsRequest(name, added), dg.DeleteDynamicPartitionsRequest(name, removed))
    return dg.SensorResult(
        dynamic_partitions_requests=[change for change in changes if change.partition_keys]
    )


def read_partitions(installation: Installation) -> Mapping[UUID, str]:
    """The partition that each workspace of an active organization should have, oldest first."""
    from causeloop_pipeline.storage.app.run_scopes import read_active_workspaces

    with installation.database.every_workspace() as session:
        active = read_active_workspaces(session)
    return {workspace_id: name_partition(name, workspace_id) for workspace_id, name in active.items()}
