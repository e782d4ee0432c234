"""A stage of the loop as an asset: it runs over all workspaces of a run, each in a transaction of its own.

A workspace that fails, or whose result a check rejects, keeps its last good result, is excluded from the rest
of the run and is reported; the others go on.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.asset_metadata import (
    FRESHNESS,
    STAGE_TABLES,
    STARTED_BY_LOOP,
    add_levels,
    describe_stage,
    explain_automation,
    read_table_metadata,
)
from causeloop_pipeline.orchestration.asset_selection import product_key
from causeloop_pipeline.orchestration.database_loss import retry_on_database_loss
from causeloop_pipeline.orchestration.partitions import ONE_RUN, WORKSPACES, name_partition
from causeloop_pipeline.orchestration.run_scope import (
    StageConfig,
    is_nightly,
    mark_run,
    run_started_at,
    run_workspaces,
)
from causeloop_pipeline.stages.context import CheckFailedError, Counts, RunOptions, StageFunction
from causeloop_pipeline.stages.defects import describe_defect, failure_reason
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.jobs.run_traces import trace_stage

if TYPE_CHECKING:
    from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
    from causeloop_pipeline.storage.database.session import Session

MAX_TABLE_ROWS = MAX_LOGGED_WORKSPACES = 50


class StageFailedError(RuntimeError):
    """A stage failed in every workspace of its run."""


LoadStage = Callable[[], StageFunction]
"""Imports a stage when it is needed: Dagster loads the definitions without the libraries of analysis."""

DrawChart = Callable[["Session", Sequence[UUID], datetime], Mapping[str, dg.MetadataValue]]
"""Draws what the asset's page shows, from the workspaces in which the stage succeeded and the run's time."""


@dataclass(frozen=True)
class Stage:
    """The name of a stage, the function that imports it, and what its page shows."""

    name: str
    load: LoadStage
    chart: DrawChart | None = None


@dataclass
class StageReport:
    """How a stage went, a line per workspace; `warnings` are failed checks that stop nothing.

    What a run did is in its log and in a table; what is plotted over time are the workspace's levels.
    """

    stage: str
    names: dict[UUID, str] = field(default_factory=dict)
    counts: dict[UUID, Counts] = field(default_factory=dict)
    seconds: dict[UUID, float] = field(default_factory=dict)
    failures: dict[UUID, Exception] = field(default_factory=dict)
    warnings: dict[str, dict[UUID, str]] = field(default_factory=dict)

    def metadata(self) -> dict[str, dg.MetadataValue]:
        """How many workspaces, and a small table: counts and ids only, nothing a customer wrote."""
        return {
            "workspaces": dg.MetadataValue.int(len(self.counts)),
            "failed workspaces": dg.MetadataValue.int(len(self.failures)),
            "seconds": dg.MetadataValue.float(round(sum(self.seconds.values()), 3)),
            "by workspace": dg.MetadataValue.table(self._table()),
        }

    def log(self, context: dg.AssetExecutionContext, workspace: "ScopedWorkspace") -> None:
        """Write into the run's log what the stage did for a workspace, of the first ones of a run."""
        counts = self.counts.get(workspace.workspace_id)
        if counts is None or len(self.names) > MAX_LOGGED_WORKSPACES:
            return
        done = ", ".join(f"{name} {value:g}" for name, value in counts.items())
        seconds = self.seconds[workspace.workspace_id]
        context.log.info("%s: %s: %s (%.1f s)", self.stage, workspace.name, done or "done", seconds)

    def check_results(self, checks: Sequence[dg.AssetCheckSpec]) -> list[dg.AssetCheckResult]:
        """A result per declared check, with the workspaces that did not pass it."""
        return [check_result(spec, self._find_failed(spec.name), self.names) for spec in checks]

    def _find_failed(self, check: str) -> dict[UUID, str]:
        failed = {
            workspace_id: failure.reason
            for workspace_id, failure in self.failures.items()
            if isinstance(failure, CheckFailedError) and failure.check == check
        }
        return {**self.warnings.get(check, {}), **failed}

    def _names(self) -> list[str]:
        return list(dict.fromkeys(name for counts in self.counts.values() for name in counts))

    def _table(self) -> list[dg.TableRecord]:
        ids = [*self.failures, *self.counts][:MAX_TABLE_ROWS]
        rows = [dg.TableRecord(self._row(workspace_id)) for workspace_id in ids]
        return rows or [dg.TableRecord({"workspace": "no workspace in this run"})]

    def _row(self, workspace_id: UUID) -> dict[str, str | int | float]:
        failure = self.failures.get(workspace_id)
        return {
            "workspace": self.names[workspace_id],
            "result": workspace_failure(failure) if failure else "ok",
            **{name: self.counts.get(workspace_id, {}).get(name, 0) for name in self._names()},
            "seconds": round(self.seconds.get(workspace_id, 0.0), 3),
        }


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
    """Make a stage of the loop an asset; `checks` are name → what they promise."""

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
            with retry_on_database_loss():
                return run_stage(context, installation, Stage(stage, load, chart), is_rebuild=is_rebuild)

        return computed

    return declare


def run_stage(
    context: dg.AssetExecutionContext, installation: Installation, stage: Stage, *, is_rebuild: bool
) -> dg.MaterializeResult:
    """Run a stage for every workspace of the run; raise when it failed in all of them."""
    as_of, report = run_started_at(context), StageReport(stage.name)
    run = stage.load()
    workspaces = run_workspaces(context, installation)
    ids = [workspace.workspace_id for workspace in workspaces]
    with trace_stage(installation, stage.name, context.run_id, ids):
        for workspace in workspaces:
            options = RunOptions(context.run_id, is_rebuild)
            _run_workspace(context, installation, report, workspace, as_of, run, options)
            report.log(context, workspace)
    if report.failures and not report.counts:
        reasons = sorted({describe_failure(failure) for failure in report.failures.values()})
        raise StageFailedError(
            f"{stage.name} failed in all {len(report.failures)} workspaces of the run: "
            f"{'; '.join(reasons[:3])}"
        )

    if report.failures:
        mark_run(context, f"workspaces without new {stage.name}", len(report.failures))
    checks = [
        spec for spec in context.assets_def.check_specs if spec.key in context.selected_asset_check_keys
    ]
    add_levels(context, installation, context.asset_key, stage.name)
    table = STAGE_TABLES.get(stage.name)
    page = dict(read_table_metadata(installation, table)) if table else {}
    if stage.chart and report.counts:
        with installation.database.workspaces(list(report.counts)) as session:
            page |= stage.chart(session, list(report.counts), as_of)
    return dg.MaterializeResult(
        metadata={**report.metadata(), **page}, check_results=report.check_results(checks)
    )


def check_result(
    spec: dg.AssetCheckSpec, failed: Mapping[UUID, str], names: Mapping[UUID, str]
) -> dg.AssetCheckResult:
    """A check's result over workspaces: those that failed are listed as a warning, and stop no other."""
    rows = [dg.TableRecord({"workspace": names[key], "reason": reason}) for key, reason in failed.items()]
    return dg.AssetCheckResult(
        check_name=spec.name,
        asset_key=spec.asset_key,
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"workspaces": dg.MetadataValue.table(rows[:MAX_TABLE_ROWS])} if rows else {},
    )


def workspace_failure(failure: Exception) -> str:
    """Why a workspace failed: of an unforeseen error only what cannot hold a customer's words."""
    return str(failure) if isinstance(failure, CheckFailedError) else failure_reason(failure)


def describe_failure(failure: Exception) -> str:
    """The reason, and of an unforeseen error also the place in our code."""
    return str(failure) if isinstance(failure, CheckFailedError) else describe_defect(failure)


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

    reason, workspace_id = workspace_failure(failure), workspace.workspace_id
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
    """Run a stage for one workspace; whatever goes wrong is reported as that workspace's failure."""
    from causeloop_pipeline.storage.app.run_scopes import lock_workspace
    from causeloop_pipeline.storage.app.stage_freshness import record_freshness
    from causeloop_pipeline.storage.database.connection_loss import is_connection_lost

    began, workspace_id = time.monotonic(), workspace.workspace_id
    report.names[workspace_id] = name_partition(workspace.name, workspace_id)
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
