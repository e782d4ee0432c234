"""Which partitions come, go and are renamed, so that each workspace has the partition of its name.

A partition's name is that of its workspace alone. Where a workspace is renamed, so is its partition, with its
history in Dagster; it waits until no run is over it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.instance.partition_renames import rename_partitions
from causeloop_pipeline.orchestration.partitions import PARTITION, RANGE_END, RANGE_START, WORKSPACES
from causeloop_pipeline.orchestration.run_requests import UNFINISHED
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.app.workspace_partitions import NamedWorkspace


@dataclass(frozen=True)
class PartitionChanges:
    """The partitions to add and to remove."""

    added: Sequence[str]
    removed: Sequence[str]


def find_changes(instance: DagsterInstance, installation: Installation) -> PartitionChanges:
    """Compare workspaces and partitions; those of renamed workspaces are renamed at once."""
    from causeloop_pipeline.storage.app.workspace_partitions import read_named_workspaces

    with installation.database.every_workspace() as session:
        workspaces = read_named_workspaces(session)
    if any(workspace.is_misnamed for workspace in workspaces):
        workspaces = _name_partitions(instance, installation)
    expected = [each.partition for each in workspaces if each.partition and each.is_active]
    present = instance.get_dynamic_partitions(str(WORKSPACES.name))
    added, removed = set(expected) - set(present), set(present) - set(expected)
    if removed:
        removed -= find_used_partitions(instance, present)
    return PartitionChanges(
        [key for key in expected if key in added], [key for key in present if key in removed]
    )


def _name_partitions(instance: DagsterInstance, installation: Installation) -> "list[NamedWorkspace]":
    """Name the partitions of all workspaces, and rename those that Dagster has under another name."""
    from causeloop_pipeline.storage.app.workspace_partitions import (
        lock_partitions,
        read_named_workspaces,
        store_partitions,
    )

    with installation.database.every_workspace() as session:
        lock_partitions(session)
        present = instance.get_dynamic_partitions(str(WORKSPACES.name))
        workspaces = adopt_former_partitions(read_named_workspaces(session), present)
        planned = plan_partitions(workspaces, find_used_partitions(instance, present))
        renamed = {
            workspace.partition: planned[workspace.workspace_id]
            for workspace in workspaces
            if workspace.partition and workspace.partition != planned[workspace.workspace_id]
        }
        url = installation.settings.dagster_database_url
        if renamed and url:
            rename_partitions(url.get_secret_value(), renamed)
        store_partitions(session, planned)
    return [replace(workspace, partition=planned.get(workspace.workspace_id)) for workspace in workspaces]


def plan_partitions(workspaces: "Sequence[NamedWorkspace]", used: Collection[str]) -> dict[UUID, str]:
    """The partition that each workspace has from now on: its name.

    It keeps the one that it has while a run is over that, or while another workspace keeps the name.
    """
    named = [workspace for workspace in workspaces if workspace.partition or workspace.is_active]
    planned = {workspace.workspace_id: workspace.name for workspace in named}
    for workspace in named:
        if workspace.partition and workspace.partition in used:
            planned[workspace.workspace_id] = workspace.partition
    while True:
        unchanged = {
            workspace.partition
            for workspace in named
            if workspace.partition and planned[workspace.workspace_id] == workspace.partition
        }
        blocked = [
            workspace
            for workspace in named
            if planned.get(workspace.workspace_id) in unchanged
            and planned[workspace.workspace_id] != workspace.partition
        ]
        if not blocked:
            return planned
        for workspace in blocked:
            del planned[workspace.workspace_id]
            if workspace.partition:
                planned[workspace.workspace_id] = workspace.partition


def adopt_former_partitions(
    workspaces: "Sequence[NamedWorkspace]", present: Sequence[str]
) -> "list[NamedWorkspace]":
    """Give workspaces the partitions that versions before made for them: a name, and the workspace's id."""
    former = {workspace_id: key for key in present if (workspace_id := _parse_former(key))}
    return [
        workspace if workspace.partition else replace(workspace, partition=former.get(workspace.workspace_id))
        for workspace in workspaces
    ]


def find_used_partitions(instance: DagsterInstance, present: Sequence[str]) -> set[str]:
    """The partitions that queued runs and runs in progress are over."""
    runs = instance.get_runs(dg.RunsFilter(statuses=list(UNFINISHED)))
    return {key for run in runs for key in _list_partitions(run.tags, present)}


def _list_partitions(tags: Mapping[str, str], present: Sequence[str]) -> Sequence[str]:
    if PARTITION in tags:
        return [tags[PARTITION]]
    ends = [present.index(tags[tag]) for tag in (RANGE_START, RANGE_END) if tags.get(tag) in present]
    return present[min(ends) : max(ends) + 1] if ends else []


def _parse_former(partition: str) -> UUID | None:
    name, _, workspace_id = partition.rpartition(" ")
    try:
        return UUID(workspace_id) if name else None
    except ValueError:
        return None
