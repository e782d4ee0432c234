"""A stage's result in each workspace of a run, for its asset's page, its checks and the run's log."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import dagster as dg

from causeloop_pipeline.stages.context import CheckFailedError, Counts
from causeloop_pipeline.stages.defects import describe_defect, describe_failure_kind

MAX_TABLE_ROWS, MAX_LISTED_REASONS, BY_WORKSPACE = 50, 3, "by workspace"


@dataclass
class StageReport:
    """A stage's results by workspace; `warnings` are failed non-blocking checks.

    The log and a table show what a run did; what is plotted over time are the workspace's levels.
    """

    stage: str
    names: dict[UUID, str] = field(default_factory=dict)
    counts: dict[UUID, Counts] = field(default_factory=dict)
    seconds: dict[UUID, float] = field(default_factory=dict)
    failures: dict[UUID, Exception] = field(default_factory=dict)
    warnings: dict[str, dict[UUID, str]] = field(default_factory=dict)

    def metadata(self) -> dict[str, dg.MetadataValue]:
        """How many workspaces, and a small table: counts and ids only, no customer text."""
        return {
            "workspaces": dg.MetadataValue.int(len(self.counts)),
            "failed workspaces": dg.MetadataValue.int(len(self.failures)),
            "seconds": dg.MetadataValue.float(round(math.fsum(self.seconds.values()), 3)),
            BY_WORKSPACE: dg.MetadataValue.table(self._table()),
        }

    def describe(self, workspace_id: UUID) -> str:
        """What the stage did for a workspace, as a line of the run's log."""
        done = ", ".join(f"{name} {value:g}" for name, value in self.counts[workspace_id].items())
        name, seconds = self.names[workspace_id], self.seconds[workspace_id]
        return f"{self.stage}: {name}: {done or 'done'} ({seconds:.1f} s)"

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
            "result": explain_failure(failure) if failure else "ok",
            **{name: self.counts.get(workspace_id, {}).get(name, 0) for name in self._names()},
            "seconds": round(self.seconds.get(workspace_id, 0.0), 3),
        }


def check_result(
    spec: dg.AssetCheckSpec, failed: Mapping[UUID, str], names: Mapping[UUID, str]
) -> dg.AssetCheckResult:
    """A check's result over workspaces: failed ones are listed in a warning and do not stop the others."""
    reasons = {names[key]: reason for key, reason in failed.items()}
    rows = [dg.TableRecord({"workspace": name, "reason": reason}) for name, reason in reasons.items()]
    return dg.AssetCheckResult(
        check_name=spec.name,
        asset_key=spec.asset_key,
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        description=list_reasons([f"{name}: {reason}" for name, reason in reasons.items()]),
        metadata={
            "failing workspaces": dg.MetadataValue.int(len(rows)),
            **({"workspaces": dg.MetadataValue.table(rows[:MAX_TABLE_ROWS])} if rows else {}),
        },
    )


def list_reasons(reasons: Sequence[str]) -> str | None:
    """The text on a failed check's page: its first reasons, and how many more; None of a passed one."""
    if not reasons:
        return None
    more = len(reasons) - MAX_LISTED_REASONS
    return "; ".join([*reasons[:MAX_LISTED_REASONS], *([f"and {more} more"] if more > 0 else [])])


def explain_failure(failure: Exception) -> str:
    """Why a workspace failed; of an unexpected error only what cannot contain customer text."""
    return str(failure) if isinstance(failure, CheckFailedError) else describe_failure_kind(failure)


def describe_failure(failure: Exception) -> str:
    """The reason, with the place in our code for an unexpected error."""
    return str(failure) if isinstance(failure, CheckFailedError) else describe_defect(failure)
