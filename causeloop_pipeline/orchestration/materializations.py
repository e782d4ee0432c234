"""Reports which workspaces a run materialized: a partition range cannot say "these ten of a thousand".

By default Dagster reports every partition of a run's range. In runs that this product requests, the steps
report just the workspaces that they processed; a run that a person starts covers exactly the chosen
partitions, which Dagster reports.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import dagster as dg

from causeloop_pipeline.orchestration.dagster_internals import events
from causeloop_pipeline.orchestration.dagster_internals.events import REPORTED_BY_STEPS

MAX_LOGGED_WORKSPACES = 50

Metadata = Mapping[str, dg.MetadataValue | int | float | str]


@dataclass(frozen=True)
class WorkspaceReport:
    """One workspace's materialization; `description` is its line in the run's log."""

    metadata: Metadata = field(default_factory=dict)
    description: str | None = None


def is_reported_by_steps(context: dg.AssetExecutionContext) -> bool:
    """Whether this run's steps, not Dagster, report what they materialized."""
    return _are_reported_by_steps(context.run.tags)


def _are_reported_by_steps(tags: Mapping[str, str]) -> bool:
    return all(tags.get(tag) == value for tag, value in REPORTED_BY_STEPS.items())


def leave_out_input_versions() -> None:
    """Skip the lookup of input versions in steps that report for themselves."""
    events.leave_out_input_versions(_are_reported_by_steps)


def report_asset(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    workspaces: Mapping[str, WorkspaceReport],
    page: Metadata,
    checks: Sequence[dg.AssetCheckResult] = (),
) -> dg.MaterializeResult:
    """Report a run's asset: the levels of each partition, and metadata for the asset's page.

    The page's metadata is on the last materialization only, which is the one that the page displays.
    """
    if not is_reported_by_steps(context):
        for partition, report in workspaces.items():
            context.add_asset_metadata(report.metadata, key, partition)
            if report.description and len(workspaces) <= MAX_LOGGED_WORKSPACES:
                context.log.info(report.description)
        return dg.MaterializeResult(asset_key=key, metadata=page, check_results=checks)
    _report_partitions(context, key, workspaces, page)
    return dg.MaterializeResult(asset_key=key, check_results=checks)


def find_unreported(
    context: dg.AssetExecutionContext, key: dg.AssetKey, partitions: Sequence[str]
) -> list[str]:
    """Which of these partitions of an asset no run has materialized yet."""
    materialized = context.instance.get_latest_storage_id_by_partition(
        key, dg.DagsterEventType.ASSET_MATERIALIZATION, set(partitions)
    )
    return [partition for partition in partitions if partition not in materialized]


def _report_partitions(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    workspaces: Mapping[str, WorkspaceReport],
    page: Metadata,
) -> None:
    materializations = [
        dg.AssetMaterialization(
            key,
            description=report.description,
            metadata={**report.metadata, **(page if place == len(workspaces) else {})},
            partition=partition,
        )
        for place, (partition, report) in enumerate(workspaces.items(), 1)
    ]
    events.report_materializations(context, materializations)
