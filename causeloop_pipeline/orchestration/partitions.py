"""One partition per workspace on every asset; a run covers a range of them and works on its scope.

Its key is the workspace's name, `organization/workspace`; `partition_changes` keeps both the same.
"""

import warnings
from collections.abc import Sequence

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


def list_names(partitions: Sequence[str]) -> str:
    """The first of these partitions, and how many more there are."""
    more = len(partitions) - MAX_NAMES
    return ", ".join(partitions[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def tag_range(partitions: Sequence[str], wanted: set[str]) -> dict[str, str]:
    """The shortest range of partitions, in the order they were added, that covers the wanted ones."""
    positions = [position for position, key in enumerate(partitions) if key in wanted]
    if not positions:
        return {}
    return {RANGE_START: partitions[positions[0]], RANGE_END: partitions[positions[-1]]}
