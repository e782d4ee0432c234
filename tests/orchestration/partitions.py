"""The partitions of workspaces, as the sensor `workspaces` adds them."""

from uuid import UUID

from dagster import DagsterInstance

from causeloop_pipeline.orchestration.partitions import WORKSPACES
from causeloop_pipeline.storage.app.workspace_partitions import read_named_workspaces, store_partitions
from causeloop_pipeline.storage.database.session import Database

PARTITIONS = str(WORKSPACES.name)


def name_partitions(database: Database, *workspace_ids: UUID) -> list[str]:
    """Give workspaces the partitions of their names, which are returned."""
    with database.every_workspace() as session:
        names = {each.workspace_id: each.name for each in read_named_workspaces(session)}
        named = {workspace_id: names[workspace_id] for workspace_id in workspace_ids}
        store_partitions(session, named)
    return list(named.values())


def add_partitions(instance: DagsterInstance, database: Database, *workspace_ids: UUID) -> list[str]:
    """Add the partitions of workspaces to an instance; their keys."""
    keys = name_partitions(database, *workspace_ids)
    instance.add_dynamic_partitions(PARTITIONS, keys)
    return keys
