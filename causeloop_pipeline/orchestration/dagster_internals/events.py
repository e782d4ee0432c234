"""Materializations that the steps of a run report, instead of Dagster for a whole range of partitions.

Buys: runs cost 1.2 times the CPU without, and each workspace of the range would be materialized.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import uuid4

import dagster as dg
from dagster import DagsterEvent
from dagster._core.events import DagsterEventBatchMetadata
from dagster._core.execution.context.data_version_cache import DataVersionCache
from dagster._core.storage.tags import EXTERNALLY_MANAGED_ASSETS_TAG

REPORTED_BY_STEPS = {EXTERNALLY_MANAGED_ASSETS_TAG: "true"}
"""The tag of runs whose steps report what they materialized."""


def report_materializations(
    context: dg.AssetExecutionContext, materializations: Sequence[dg.AssetMaterialization]
) -> None:
    """Report them in one batch."""
    step, batch, last = context.get_step_execution_context(), str(uuid4()), len(materializations)
    for place, materialization in enumerate(materializations, 1):
        DagsterEvent.asset_materialization(
            step, materialization, DagsterEventBatchMetadata(batch, place == last)
        )


def leave_out_input_versions(is_left_out: Callable[[Mapping[str, str]], bool]) -> None:
    """Let the steps of some runs, by their tags, not ask for the versions of what they read.

    Dagster asks before each step, and writes them only to the materializations that it reports.
    """
    fetch = DataVersionCache.fetch_external_input_asset_version_info

    def fetch_where_written(self: DataVersionCache) -> None:
        if not is_left_out(self._context.run_tags):
            fetch(self)

    DataVersionCache.fetch_external_input_asset_version_info = fetch_where_written  # type: ignore[method-assign]
