"""The work of a run: the workspaces it was asked for, within its partitions, less those a check took out.

A run names its work by ids only, in a tag; the list itself is a table under which dbt, too, is held by
row level security.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.resources import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace

SCOPE, TRIGGER, REQUESTED = "causeloop/scope", "causeloop/trigger", "causeloop/requested"
NIGHTLY = "nightly"


def in_scope(context: dg.AssetExecutionContext, installation: Installation) -> "list[ScopedWorkspace]":
    """The workspaces that this run works on now; the first asset to ask opens the scope."""
    from causeloop_pipeline.storage.app.run_scopes import open_scope, workspaces_in_scope

    with installation.database.every_workspace() as session:
        open_scope(session, context.run_id, context.run.tags.get(SCOPE), _workspace_ids(context))
    _claim_requests(context, installation)
    with installation.database.every_workspace() as session:
        return workspaces_in_scope(session, context.run_id)


def started_at(context: dg.AssetExecutionContext) -> datetime:
    """The `as_of` of everything that a run says: when it began."""
    record = context.instance.get_run_record_by_id(context.run_id)
    if record is None or record.start_time is None:
        raise dg.DagsterInvariantViolationError(f"run {context.run_id} has no start time in its own storage")
    return datetime.fromtimestamp(record.start_time, UTC)


def is_nightly(context: dg.AssetExecutionContext) -> bool:
    """Whether everything is to be computed anew, whatever changed."""
    return context.run.tags.get(TRIGGER) == NIGHTLY


def _workspace_ids(context: dg.AssetExecutionContext) -> Sequence[UUID]:
    return [UUID(key) for key in context.partition_keys]


def _claim_requests(context: dg.AssetExecutionContext, installation: Installation) -> None:
    requested = context.run.tags.get(REQUESTED)
    if not requested:
        return
    from causeloop_pipeline.storage.app.recompute_requests import claim_requests
    from causeloop_pipeline.storage.app.run_scopes import workspaces_in_scope

    with installation.database.every_workspace() as session:
        ids = [workspace.workspace_id for workspace in workspaces_in_scope(session, context.run_id)]
        claim_requests(session, context.run_id, ids, requested.split(","))
