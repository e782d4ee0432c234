"""One partition per workspace on every asset; a run covers a range of them and works on its scope."""

import warnings
from collections.abc import Sequence
from uuid import UUID

import dagster as dg

# Dagster announces the backfill policy of every single asset as a beta feature.
warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*backfill_policy.*")

WORKSPACES = dg.DynamicPartitionsDefinition(name="causeloop_workspace")
DBT_POOL = "causeloop_dbt"
"""The concurrency pool that limits dbt to one run at a time."""

MAX_NAMES = 3
"""Workspaces that a run's tag names: more would fill the list of runs."""

ONE_RUN = dg.BackfillPolicy.single_run()

PARTITION = "dagster/partition"
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def name_partition(name: str, workspace_id: UUID) -> str:
    """The partition of a workspace: its name for people, then the id by which the product finds it."""
    return f"{name} {workspace_id}"


def strip_id(partition: str) -> str:
    """The name that people know the workspace of a partition by; one that others added stays as it is."""
    return partition.rpartition(" ")[0] or partition


def list_names(partitions: Sequence[str]) -> str:
    """The first workspaces of these partitions by name, and how many more there are."""
    names, more = [strip_id(partition) for partition in partitions[:MAX_NAMES]], len(partitions) - MAX_NAMES
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def parse_partition(partition: str) -> UUID | None:
    """The workspace of a partition; None for a partition added by others."""
    try:
        return UUID(partition.rpartition(" ")[2])
    except ValueError:
        return None


def tag_range(partitions: Sequence[str], wanted: set[str]) -> dict[str, str]:
    """The shortest range of partitions, in the order they were added, that covers the wanted ones."""
    positions = [position for position, key in enumerate(partitions) if key in wanted]
    if not positions:
        return {}
    return {RANGE_START: partitions[positions[0]], RANGE_END: partitions[positions[-1]]}
