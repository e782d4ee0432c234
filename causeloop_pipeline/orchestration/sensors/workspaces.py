"""Keeps one partition per workspace: adds those of new workspaces, removes those of deleted ones."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.partitions import WORKSPACES, name_partition, parse_partition
from causeloop_pipeline.orchestration.sensors.polling_sensor import look_repeatedly, may_wait
from causeloop_pipeline.stages.installation import Installation

SECONDS_BETWEEN_LOOKS = 14.0


@dg.sensor(
    name="workspaces",
    minimum_interval_seconds=14,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Adds and removes the partitions of workspaces.",
)
def sync_partitions(
    context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.SensorResult | dg.SkipReason:
    """Compare workspaces and partitions repeatedly within a tick."""
    look = partial(find_changes, context, installation)
    changes = look_repeatedly(look, SECONDS_BETWEEN_LOOKS) if may_wait(context.instance) else look()
    if not changes:
        return dg.SkipReason("no workspace came or went")
    return dg.SensorResult(dynamic_partitions_requests=changes)


def find_changes(
    context: dg.SensorEvaluationContext, installation: Installation
) -> "list[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest]":
    """The partitions of new workspaces, to be added, and of deleted ones, to be removed."""
    present = read_partitions(installation)
    partitions = {
        key: parse_partition(key) for key in context.instance.get_dynamic_partitions(str(WORKSPACES.name))
    }
    with_partition = set(partitions.values())
    added = [key for workspace_id, key in present.items() if workspace_id not in with_partition]
    removed = [key for key, workspace_id in partitions.items() if workspace_id not in present]
    name = str(WORKSPACES.name)
    changes = (dg.AddDynamicPartitionsRequest(name, added), dg.DeleteDynamicPartitionsRequest(name, removed))
    return [change for change in changes if change.partition_keys]


def read_partitions(installation: Installation) -> Mapping[UUID, str]:
    """The partition that each workspace of an active organization should have, oldest first."""
    from causeloop_pipeline.storage.app.run_scopes import read_active_workspaces

    with installation.database.every_workspace() as session:
        active = read_active_workspaces(session)
    return {workspace_id: name_partition(name, workspace_id) for workspace_id, name in active.items()}
