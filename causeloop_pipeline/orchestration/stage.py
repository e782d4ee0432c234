"""One stage of the loop over all workspaces of a run, each in a transaction of its own.

A workspace that fails, or that a check turns down, keeps its last good result, is taken out of the rest
of the run and is reported; the others go on.
"""

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.partitions import ONE_RUN, WORKSPACES
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_scope import in_scope, started_at

if TYPE_CHECKING:
    from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
    from causeloop_pipeline.storage.database.session import Session

TABLE_ROWS = 50
OURS = "causeloop_pipeline/"


class CheckFailedError(Exception):
    """A workspace's result breaks a rule of the product: it is not kept."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(f"{check}: {reason}")
        self.check, self.reason = check, reason


class StageFailedError(RuntimeError):
    """No workspace came through a stage."""


@dataclass(frozen=True)
class Step:
    """What a stage needs to work on one workspace."""

    session: "Session"
    workspace: "ScopedWorkspace"
    as_of: datetime
    context: dg.AssetExecutionContext
    remarks: dict[str, dict[UUID, str]]

    @property
    def workspace_id(self) -> UUID:
        """The workspace whose turn it is."""
        return self.workspace.workspace_id

    def fail(self, check: str, reason: str) -> NoReturn:
        """Give up this workspace's result, because it breaks what a check promises."""
        raise CheckFailedError(check, reason)

    def remark(self, check: str, reason: str) -> None:
        """Report something about this workspace that does not make its result wrong."""
        self.remarks.setdefault(check, {})[self.workspace_id] = reason


Counts = Mapping[str, int | float]
Work = Callable[[Step], Counts]
Picture = Callable[["Session", Sequence[UUID]], Mapping[str, dg.MetadataValue]]


@dataclass
class Report:
    """How a stage went, a line a workspace; `remarks` are findings of checks that stop nobody."""

    stage: str
    counts: dict[UUID, Counts] = field(default_factory=dict)
    seconds: dict[UUID, float] = field(default_factory=dict)
    failures: dict[UUID, Exception] = field(default_factory=dict)
    remarks: dict[str, dict[UUID, str]] = field(default_factory=dict)

    def metadata(self) -> dict[str, dg.MetadataValue]:
        """Totals and a small table: counts and ids only, nothing a customer wrote."""
        totals = {name: sum(counts.get(name, 0) for counts in self.counts.values()) for name in self._names()}
        return {
            "workspaces": dg.MetadataValue.int(len(self.counts)),
            "failed workspaces": dg.MetadataValue.int(len(self.failures)),
            "seconds": dg.MetadataValue.float(round(sum(self.seconds.values()), 3)),
            **{name: _number(total) for name, total in totals.items()},
            "by workspace": dg.MetadataValue.table(self._table()),
        }

    def check_results(self, checks: Sequence[dg.AssetCheckSpec]) -> list[dg.AssetCheckResult]:
        """A verdict per declared check, with the workspaces that did not pass it."""
        return [warning(spec, self._failed(spec.name)) for spec in checks]

    def _failed(self, check: str) -> dict[UUID, str]:
        failed = {
            workspace_id: failure.reason
            for workspace_id, failure in self.failures.items()
            if isinstance(failure, CheckFailedError) and failure.check == check
        }
        return {**self.remarks.get(check, {}), **failed}

    def _names(self) -> list[str]:
        return list(dict.fromkeys(name for counts in self.counts.values() for name in counts))

    def _table(self) -> list[dg.TableRecord]:
        ids = [*self.failures, *self.counts][:TABLE_ROWS]
        return [dg.TableRecord(self._line(workspace_id)) for workspace_id in ids] or [
            dg.TableRecord({"workspace": "none in scope"})
        ]

    def _line(self, workspace_id: UUID) -> dict[str, str | int | float]:
        failure = self.failures.get(workspace_id)
        return {
            "workspace": str(workspace_id),
            "verdict": reason_of(failure) if failure else "ok",
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
    picture: Picture | None = None,
) -> Callable[[Work], dg.AssetsDefinition]:
    """Make a workspace's work the asset of a stage; `checks` are name → what they promise.

    `picture` draws, from the workspaces that came through, what the asset's page shows.
    """

    def declare(work: Work) -> dg.AssetsDefinition:
        @dg.asset(
            key=stage,
            group_name=group,
            description=description,
            deps=list(deps),
            kinds={"python", *kinds},
            owners=["team:analysis"],
            partitions_def=WORKSPACES,
            backfill_policy=ONE_RUN,
            check_specs=[
                dg.AssetCheckSpec(name, asset=stage, description=promise)
                for name, promise in (checks or {}).items()
            ],
        )
        def computed(
            context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
        ) -> dg.MaterializeResult:
            return run_stage(context, installation, stage, work, picture)

        return computed

    return declare


def run_stage(
    context: dg.AssetExecutionContext,
    installation: Installation,
    stage: str,
    work: Work,
    picture: Picture | None = None,
) -> dg.MaterializeResult:
    """Do a stage's work for every workspace in scope; raise when not one came through."""
    as_of, report = started_at(context), Report(stage)
    for workspace in in_scope(context, installation):
        _attempt(context, installation, report, workspace, as_of, work)
    if report.failures and not report.counts:
        reasons = sorted({told(failure) for failure in report.failures.values()})
        raise StageFailedError(
            f"{stage} failed for all {len(report.failures)} workspaces in scope: {'; '.join(reasons[:3])}"
        )
    checks = [
        spec for spec in context.assets_def.check_specs if spec.key in context.selected_asset_check_keys
    ]
    drawn: Mapping[str, dg.MetadataValue] = {}
    if picture and report.counts:
        with installation.database.workspaces(list(report.counts)) as session:
            drawn = picture(session, list(report.counts))
    return dg.MaterializeResult(
        metadata={**report.metadata(), **drawn}, check_results=report.check_results(checks)
    )


def warning(spec: dg.AssetCheckSpec, failed: Mapping[UUID, str]) -> dg.AssetCheckResult:
    """A check's verdict over workspaces: failing ones are listed, and stop nobody else."""
    rows = [dg.TableRecord({"workspace": str(key), "reason": reason}) for key, reason in failed.items()]
    return dg.AssetCheckResult(
        check_name=spec.name,
        asset_key=spec.asset_key,
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"workspaces": dg.MetadataValue.table(rows[:TABLE_ROWS])} if rows else {},
    )


def reason_of(failure: Exception) -> str:
    """Why a workspace failed: of an unforeseen error only what cannot hold a customer's words."""
    if isinstance(failure, CheckFailedError):
        return str(failure)
    state, diagnosis = getattr(failure, "sqlstate", None), getattr(failure, "diag", None)
    names = (getattr(diagnosis, name, None) for name in ("table_name", "column_name", "constraint_name"))
    return " ".join(str(one) for one in (type(failure).__name__, state, *names) if one)


def told(failure: Exception) -> str:
    """The reason, and where in our code it happened."""
    frames = [frame for frame in traceback.extract_tb(failure.__traceback__) if OURS in frame.filename]
    place = f" at {frames[-1].filename.rpartition(OURS)[2]}:{frames[-1].lineno}" if frames else ""
    return reason_of(failure) + place


def _attempt(
    context: dg.AssetExecutionContext,
    installation: Installation,
    report: Report,
    workspace: "ScopedWorkspace",
    as_of: datetime,
    work: Work,
) -> None:
    """One workspace's turn; whatever goes wrong in it is that workspace's failure and is reported as such."""
    from causeloop_pipeline.storage.app.run_scopes import wait_for_turn
    from causeloop_pipeline.storage.app.stage_freshness import record_freshness

    began = time.monotonic()
    try:
        with installation.database.workspace(workspace.workspace_id) as session:
            wait_for_turn(session, workspace.workspace_id)
            counts = work(Step(session, workspace, as_of, context, report.remarks))
            record_freshness(
                session,
                workspace.workspace_id,
                report.stage,
                as_of=as_of,
                run_id=context.run_id,
                details=counts,
            )
        report.counts[workspace.workspace_id] = counts
    except Exception as failure:
        report.failures[workspace.workspace_id] = failure
        take_out(context, installation, report.stage, workspace.workspace_id, as_of, failure)
    report.seconds[workspace.workspace_id] = time.monotonic() - began


def take_out(
    context: dg.AssetExecutionContext,
    installation: Installation,
    stage: str,
    workspace_id: UUID,
    as_of: datetime,
    failure: Exception,
) -> None:
    """Note a workspace's failure where operators and the API see it, and leave it out from here on."""
    from causeloop_pipeline.storage.app.recompute_requests import finish_requests
    from causeloop_pipeline.storage.app.run_scopes import exclude
    from causeloop_pipeline.storage.app.stage_freshness import record_freshness

    reason = reason_of(failure)
    context.log.warning("%s: workspace %s is taken out of this run: %s", stage, workspace_id, told(failure))
    with installation.database.workspace(workspace_id) as session:
        exclude(session, context.run_id, workspace_id, f"{stage}: {reason}")
        finish_requests(session, context.run_id, workspace_id, f"{stage}: {reason}")
        record_freshness(session, workspace_id, stage, as_of=as_of, run_id=context.run_id, failure=reason)


def _number(value: float) -> dg.MetadataValue:
    return dg.MetadataValue.int(value) if isinstance(value, int) else dg.MetadataValue.float(round(value, 4))
