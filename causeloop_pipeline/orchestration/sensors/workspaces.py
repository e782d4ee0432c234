"""Keeps one partition per workspace: adds those of new workspaces, removes those of deleted ones."""

from functools import partial

import dagster as dg

from causeloop_pipeline.orchestration.partition_changes import find_changes
from causeloop_pipeline.orchestration.partitions import WORKSPACES
from causeloop_pipeline.orchestration.sensors.polling_sensor import look_repeatedly, may_wait
from causeloop_pipeline.stages.installation import Installation

SECONDS_BETWEEN_LOOKS = 14.0


@dg.sensor(
    name="workspaces",
    minimum_interval_seconds=14,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Adds, renames and removes the partitions of workspaces.",
)
def sync_partitions(
    context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.SensorResult | dg.SkipReason:
    """Compare workspaces and partitions repeatedly within a tick."""
    look = partial(request_changes, context, installation)
    changes = look_repeatedly(look, SECONDS_BETWEEN_LOOKS) if may_wait(context.instance) else look()
    if not changes:
        return dg.SkipReason("no workspace came or went")
    return dg.SensorResult(dynamic_partitions_requests=changes)


def request_changes(
    context: dg.SensorEvaluationContext, installation: Installation
) -> "list[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest]":
    """The partitions of new workspaces, to be added, and of deleted ones, to be removed."""
    name, changes = str(WORKSPACES.name), find_changes(context.instance, installation)
    requests = (
        dg.AddDynamicPartitionsRequest(name, changes.added),
        dg.DeleteDynamicPartitionsRequest(name, changes.removed),
    )
    return [request for request in requests if request.partition_keys]
