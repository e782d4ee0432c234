"""The workspaces of a run: those it was requested for, within its partitions, that no check excluded.

The key of its request names a run's scope, which is a table, so that row-level security confines dbt as well.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import dagster as dg
from pydantic import Field

from causeloop_pipeline.orchestration.partitions import PARTITION, RANGE_START
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace


class StageConfig(dg.Config):
    """The options for materializing a stage by hand."""

    rebuild: bool = Field(False, description="Compute everything again, as at night, whatever has changed.")


class LandingConfig(dg.Config):
    """The options for materializing a tool's landing by hand."""

    poll_now: bool = Field(False, description="Poll the connectors of these workspaces that are not due yet.")


SCOPE = "dagster/run_key"
"""The tag with the key of a request, which Dagster sets and leaves out of the list of runs: a scope's id."""

TRIGGER, REQUESTED = "causeloop/trigger", "causeloop/requested"
WORKSPACES_BY_NAME = "causeloop/for"
"""The tag by which people see whose run it is, the first in the list of runs; the scope says it exactly."""

NIGHTLY = "nightly"


NO_PARTITION = (
    "the run names no workspace, and works on none: choose a partition of causeloop_workspace when you "
    "launch it (by GraphQL, the tag dagster/partition with `organization/workspace` as its value)"
)


def require_partition(plan_context: Any) -> None:
    """Fail a run of partitioned assets that names no partition, once and before its first step."""
    tags = plan_context.dagster_run.tags
    assets = plan_context.job.get_definition().asset_layer
    is_partitioned = any(assets.get(key).is_partitioned for key in assets.selected_asset_keys)
    if is_partitioned and not tags.keys() & {PARTITION, RANGE_START}:
        raise dg.Failure(NO_PARTITION, allow_retries=False)


def read_run_workspaces(
    context: dg.AssetExecutionContext, installation: Installation
) -> "list[ScopedWorkspace]":
    """The workspaces still in this run's scope; the first call opens the scope."""
    from causeloop_pipeline.storage.app.run_scopes import open_scope, read_workspaces_in_scope

    allowed = list(read_run_partitions(context, installation))
    with installation.database.every_workspace() as session:
        open_scope(session, context.run_id, context.run.tags.get(SCOPE), allowed)
    _claim_requests(context, installation)
    with installation.database.every_workspace() as session:
        return read_workspaces_in_scope(session, context.run_id)


def read_run_partitions(context: dg.AssetExecutionContext, installation: Installation) -> dict[UUID, str]:
    """The partitions that a run is over, by their workspace."""
    from causeloop_pipeline.storage.app.workspace_partitions import find_workspaces

    with installation.database.every_workspace() as session:
        return find_workspaces(session, context.partition_keys)


def read_run_start(context: dg.AssetExecutionContext) -> datetime:
    """The `as_of` of everything that a run computes: its start time."""
    record = context.instance.get_run_record_by_id(context.run_id)
    if record is None or record.start_time is None:
        raise dg.DagsterInvariantViolationError(f"run {context.run_id} has no start time in its own storage")
    return datetime.fromtimestamp(record.start_time, UTC)


def is_nightly(context: dg.AssetExecutionContext) -> bool:
    """Whether everything is computed again, changed or not."""
    return context.run.tags.get(TRIGGER) == NIGHTLY


def mark_run(context: dg.AssetExecutionContext | dg.OpExecutionContext, what: str, count: int) -> None:
    """Tag a run that succeeds despite a failure in it, so that the list of runs shows it."""
    context.instance.add_run_tags(context.run_id, {f"causeloop/{what.replace(' ', '_')}": str(count)})


def _claim_requests(context: dg.AssetExecutionContext, installation: Installation) -> None:
    requested = context.run.tags.get(REQUESTED)
    if not requested:
        return
    from causeloop_pipeline.storage.app.recompute_requests import claim_requests
    from causeloop_pipeline.storage.app.run_scopes import read_workspaces_in_scope

    with installation.database.every_workspace() as session:
        ids = [workspace.workspace_id for workspace in read_workspaces_in_scope(session, context.run_id)]
        claim_requests(session, context.run_id, ids, requested.split(","))
