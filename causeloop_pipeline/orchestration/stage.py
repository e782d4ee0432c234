"""A stage of the loop as an asset: it runs over all workspaces of a run, each in a transaction of its own.

A workspace that fails, or whose result a check rejects, keeps its last good result, is excluded from the rest
of the run and is reported; the others go on.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.asset_metadata import (
    FRESHNESS,
    STAGE_TABLES,
    STARTED_BY_LOOP,
    describe_stage,
    explain_automation,
    read_table_metadata,
    read_workspace_levels,
)
from causeloop_pipeline.orchestration.asset_selection import product_key
from causeloop_pipeline.orchestration.database_loss import retry_on_database_loss
from causeloop_pipeline.orchestration.materializations import (
    WorkspaceReport,
    is_reported_by_steps,
    report_asset,
)
from causeloop_pipeline.orchestration.partitions import ONE_RUN, WORKSPACES
from causeloop_pipeline.orchestration.run_scope import (
    StageConfig,
    is_nightly,
    mark_run,
    read_run_partitions,
    read_run_start,
    read_run_workspaces,
)
from causeloop_pipeline.orchestration.stage_report import (
    BY_WORKSPACE,
    StageReport,
    describe_failure,
    explain_failure,
)
from causeloop_pipeline.stages.context import RunOptions, StageFunction
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.jobs.run_traces import trace_stage

if TYPE_CHECKING:
    from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
    from causeloop_pipeline.storage.database.session import Session


class StageFailedError(RuntimeError):
    """A stage failed in every workspace of its run."""


LoadStage = Callable[[], StageFunction]
"""Imports a stage lazily, so that Dagster loads the definitions without the analysis libraries."""

DrawChart = Callable[["Session", Sequence[UUID], datetime], Mapping[str, dg.MetadataValue]]
"""Draws the asset page's chart, from the workspaces in which the stage succeeded and the run's time."""


@dataclass(frozen=True)
class Stage:
    """The name of a stage, its lazy import, and the chart on its page."""

    name: str
    load: LoadStage
    chart: DrawChart | None = None


def stage_asset(
    stage: str,
    *,
    group: str,
    description: str,
    deps: Sequence[str | Sequence[str]],
    kinds: set[str],
    checks: Mapping[str, str] | None = None,
    chart: DrawChart | None = None,
) -> Callable[[LoadStage], dg.AssetsDefinition]:
    """Turn a stage of the loop into an asset; `checks` maps names to descriptions."""

    def declare(load: LoadStage) -> dg.AssetsDefinition:
        key = product_key(stage)

        @dg.asset(
            key=key,
            group_name=group,
            description=explain_automation(description, STARTED_BY_LOOP),
            metadata=describe_stage(load, stage),
            freshness_policy=FRESHNESS,
            deps=[product_key(dep) if isinstance(dep, str) else product_key(*dep) for dep in deps],
            kinds={"python", *kinds},
            owners=["team:analysis"],
            partitions_def=WORKSPACES,
            backfill_policy=ONE_RUN,
            check_specs=[
                dg.AssetCheckSpec(name, asset=key, description=promise)
                for name, promise in (checks or {}).items()
            ],
        )
        def computed(
            context: dg.AssetExecutionContext,
            config: StageConfig,
            installation: dg.ResourceParam[Installation],
        ) -> dg.MaterializeResult:
            is_rebuild = config.rebuild or is_nightly(context)
            with retry_on_database_loss(), installation.keep_connection() as connected:
                return run_stage(context, connected, Stage(stage, load, chart), is_rebuild=is_rebuild)

        return computed

    return declare


def run_stage(
    context: dg.AssetExecutionContext, installation: Installation, stage: Stage, *, is_rebuild: bool
) -> dg.MaterializeResult:
    """Run a stage for every workspace of the run; raise when it failed in all of them."""
    as_of, report = read_run_start(context), StageReport(stage.name)
    run = stage.load()
    workspaces = read_run_workspaces(context, installation)
    ids = [workspace.workspace_id for workspace in workspaces]
    with trace_stage(installation, stage.name, context.run_id, ids):
        for workspace in workspaces:
            options = RunOptions(context.run_id, is_rebuild)
            _run_workspace(context, installation, report, workspace, as_of, run, options)
    if report.failures and not report.counts:
        reasons = sorted({describe_failure(failure) for failure in report.failures.values()})
        raise StageFailedError(
            f"{stage.name} failed in all {len(report.failures)} workspaces of the run: "
            f"{'; '.join(reasons[:3])}"
        )

    if report.failures:
        mark_run(context, f"workspaces without new {stage.name}", len(report.failures))
    return _report_stage(context, installation, stage, report, as_of)


def _report_stage(
    context: dg.AssetExecutionContext,
    installation: Installation,
    stage: Stage,
    report: StageReport,
    as_of: datetime,
) -> dg.MaterializeResult:
    """Report the workspaces in which a stage succeeded, its page's chart, and its checks."""
    table = STAGE_TABLES.get(stage.name)
    page = {**report.metadata(), **(read_table_metadata(installation, table) if table else {})}
    if len(report.names) == 1 and is_reported_by_steps(context):
        page.pop(BY_WORKSPACE)  # the description of its materialization says the same
    if stage.chart and report.counts:
        with installation.database.workspaces(list(report.counts)) as session:
            page |= stage.chart(session, list(report.counts), as_of)
    levels = read_workspace_levels(installation, context.asset_key, stage.name, list(report.counts))
    partitions = read_run_partitions(context, installation)
    workspaces = {
        partitions[key]: WorkspaceReport(levels.get(key, {}), report.describe(key)) for key in report.counts
    }
    checks = [
        spec for spec in context.assets_def.check_specs if spec.key in context.selected_asset_check_keys
    ]
    return report_asset(context, context.asset_key, workspaces, page, report.check_results(checks))


def exclude_workspace(
    context: dg.AssetExecutionContext,
    installation: Installation,
    stage: str,
    workspace: "ScopedWorkspace",
    as_of: datetime,
    failure: Exception,
) -> None:
    """Record a workspace's failure for operators and the API, and exclude it from the rest of the run."""
    from causeloop_pipeline.storage.app import run_scopes
    from causeloop_pipeline.storage.app.recompute_requests import finish_requests
    from causeloop_pipeline.storage.app.stage_freshness import record_freshness

    reason, workspace_id = explain_failure(failure), workspace.workspace_id
    context.log.warning(
        "%s: %s %s is excluded from this run: %s",
        stage,
        workspace.name,
        workspace_id,
        describe_failure(failure),
    )
    with installation.database.workspace(workspace_id) as session:
        run_scopes.exclude_workspace(session, context.run_id, workspace_id, f"{stage}: {reason}")
        finish_requests(session, context.run_id, workspace_id, f"{stage}: {reason}")
        record_freshness(session, workspace_id, stage, as_of=as_of, run_id=context.run_id, failure=reason)


def _run_workspace(
    context: dg.AssetExecutionContext,
    installation: Installation,
    report: StageReport,
    workspace: "ScopedWorkspace",
    as_of: datetime,
    run: StageFunction,
    options: RunOptions,
) -> None:
    """Run a stage for one workspace; any error is reported as that workspace's failure."""
    from causeloop_pipeline.storage.app.run_scopes import lock_workspace
    from causeloop_pipeline.storage.app.stage_freshness import record_freshness
    from causeloop_pipeline.storage.database.connection_loss import is_connection_lost

    began, workspace_id = time.monotonic(), workspace.workspace_id
    report.names[workspace_id] = workspace.name
    try:
        with installation.database.workspace(workspace_id) as session:
            lock_workspace(session, workspace_id)
            counts = run(session, workspace, as_of, options)
            record_freshness(
                session, workspace_id, report.stage, as_of=as_of, run_id=context.run_id, details=counts
            )
        report.counts[workspace_id] = counts
        for check, reason in options.warnings.items():
            report.warnings.setdefault(check, {})[workspace_id] = reason
    except Exception as failure:
        if is_connection_lost(failure):
            raise  # the whole step runs again
        report.failures[workspace_id] = failure
        exclude_workspace(context, installation, report.stage, workspace, as_of, failure)
    report.seconds[workspace_id] = time.monotonic() - began
