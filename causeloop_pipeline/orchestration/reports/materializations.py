"""Reports which workspaces a run materialized: a range of partitions cannot say "these ten of a thousand".

Dagster reports every partition of a run's range by itself. A run that this product requests leaves that to
its steps, which name the workspaces that they worked on; what a person starts covers just the partitions that
he chose, and Dagster reports them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventBatchMetadata
from dagster._core.execution.context.data_version_cache import DataVersionCache
from dagster._core.storage.tags import EXTERNALLY_MANAGED_ASSETS_TAG

REPORTED_BY_STEPS = {EXTERNALLY_MANAGED_ASSETS_TAG: "true"}
"""The tag of runs whose steps report what they materialized."""

MAX_LOGGED_WORKSPACES = 50

Metadata = Mapping[str, dg.MetadataValue | int | float | str]


@dataclass(frozen=True)
class WorkspaceReport:
    """What one workspace's materialization shows; `description` is its line in the run's log."""

    metadata: Metadata = field(default_factory=dict)
    description: str | None = None


def is_reported_by_steps(context: dg.AssetExecutionContext) -> bool:
    """Whether Dagster leaves it to the steps of this run to say what they materialized."""
    return _are_reported_by_steps(context.run.tags)


def _are_reported_by_steps(tags: Mapping[str, str]) -> bool:
    return all(tags.get(tag) == value for tag, value in REPORTED_BY_STEPS.items())


def leave_out_input_versions() -> None:
    """Let the steps that report by themselves not ask for the versions of what they read.

    Dagster asks before each step, and writes them only to the materializations that it reports.
    """
    fetch = DataVersionCache.fetch_external_input_asset_version_info

    def fetch_where_written(self: DataVersionCache) -> None:
        if not _are_reported_by_steps(self._context.run_tags):
            fetch(self)

    DataVersionCache.fetch_external_input_asset_version_info = fetch_where_written  # type: ignore[method-assign]


def report_asset(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    workspaces: Mapping[str, WorkspaceReport],
    page: Metadata,
    checks: Sequence[dg.AssetCheckResult] = (),
) -> dg.MaterializeResult:
    """Report an asset of a run: what each partition holds, and what its page shows of all of them.

    The page's part stands once, in the last materialization: that is the one which the page displays.
    """
    if not is_reported_by_steps(context):
        for partition, report in workspaces.items():
            context.add_asset_metadata(report.metadata, key, partition)
            if report.description and len(workspaces) <= MAX_LOGGED_WORKSPACES:
                context.log.info(report.description)
        return dg.MaterializeResult(asset_key=key, metadata=page, check_results=checks)
    _report_partitions(context, key, workspaces, page)
    return dg.MaterializeResult(asset_key=key, check_results=checks)


def find_unreported(context: dg.AssetExecutionContext, keys: Sequence[dg.AssetKey]) -> set[dg.AssetKey]:
    """Which of these assets no run has materialized yet."""
    records = context.instance.get_asset_records(list(keys)) if keys else []
    return set(keys) - {
        record.asset_entry.asset_key for record in records if record.asset_entry.last_materialization
    }


def _report_partitions(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    workspaces: Mapping[str, WorkspaceReport],
    page: Metadata,
) -> None:
    step, batch, last = context.get_step_execution_context(), str(uuid4()), len(workspaces)
    for place, (partition, report) in enumerate(workspaces.items(), 1):
        is_last = place == last
        materialization = dg.AssetMaterialization(
            key,
            description=report.description,
            metadata={**report.metadata, **(page if is_last else {})},
            partition=partition,
        )
        DagsterEvent.asset_materialization(step, materialization, DagsterEventBatchMetadata(batch, is_last))
