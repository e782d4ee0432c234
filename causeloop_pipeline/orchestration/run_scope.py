"""The workspaces of a run: those it was requested for, within its partitions, less those a check excluded.

A run names its scope by an id, in a tag; the list itself is a table, which row level security applies to dbt
as well.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace

SCOPE, TRIGGER, REQUESTED = "causeloop/scope", "causeloop/trigger", "causeloop/requested"
NIGHTLY = "nightly"


def run_workspaces(context: dg.AssetExecutionContext, installation: Installation) -> "list[ScopedWorkspace]":
    """The workspaces that this run still works on; the first asset to call this opens the scope."""
    from causeloop_pipeline.storage.app.run_scopes import open_scope, read_workspaces_in_scope

    with installation.database.every_workspace() as session:
        open_scope(session, context.run_id, context.run.tags.get(SCOPE), _workspace_ids(context))
    _claim_requests(context, installation)
    with installation.database.every_workspace() as session:
        return read_workspaces_in_scope(session, context.run_id)


def run_started_at(context: dg.AssetExecutionContext) -> datetime:
    """The `as_of` of everything that a run computes: when it began."""
    record = context.instance.get_run_record_by_id(context.run_id)
    if record is None or record.start_time is None:
        raise dg.DagsterInvariantViolationError(f"run {context.run_id} has no start time in its own storage")
    return datetime.fromtimestamp(record.start_time, UTC)


def is_nightly(context: dg.AssetExecutionContext) -> bool:
    """Whether everything is computed again, whatever changed."""
    return context.run.tags.get(TRIGGER) == NIGHTLY


def _workspace_ids(context: dg.AssetExecutionContext) -> Sequence[UUID]:
    return [UUID(key) for key in context.partition_keys]


def _claim_requests(context: dg.AssetExecutionContext, installation: Installation) -> None:
    requested = context.run.tags.get(REQUESTED)
    if not requested:
        return
    from causeloop_pipeline.storage.app.recompute_requests import claim_requests
    from causeloop_pipeline.storage.app.run_scopes import read_workspaces_in_scope

    with installation.database.every_workspace() as session:
        ids = [workspace.workspace_id for workspace in read_workspaces_in_scope(session, context.run_id)]
        claim_requests(session, context.run_id, ids, requested.split(","))
