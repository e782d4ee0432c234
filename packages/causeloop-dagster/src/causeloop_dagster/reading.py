"""Reads failures and successes out of a Dagster instance's records of runs, asset checks and freshness."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import dagster as dg

from causeloop_dagster.failures import Failure

PARTITION_TAG = "dagster/partition"
WILL_RETRY_TAG = "dagster/will_retry"
CONSEQUENCES = frozenset({"DagsterAssetCheckFailedError", "DagsterExecutionInterruptedError"})
"""Errors of steps that another failure explains: a blocking check, or that the run was ended."""
WRAPPERS = frozenset({"DagsterExecutionStepExecutionError", "DagsterTypeCheckError", "RetryRequested"})
"""Errors that Dagster wraps around that of the user's code."""

RUN_EVENTS = {
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    dg.DagsterEventType.RUN_FAILURE,
}
CHECK_EVALUATION = dg.DagsterEventType.ASSET_CHECK_EVALUATION
MAX_RECORDS = 10_000


@dataclass(frozen=True)
class RunReport:
    """What a run says: its failures, the keys of what succeeded in it, and its asset checks."""

    failures: list[Failure] = field(default_factory=list)
    succeeded: set[str] = field(default_factory=set)
    checks: list[tuple[str, Failure | None]] = field(default_factory=list)
    """The key of each asset check that was evaluated, and its failure where it did not pass."""


def read_run(instance: dg.DagsterInstance, run_id: str) -> RunReport:
    """The root failures and the successes of an ended run; empty where it is gone or will be retried."""
    run = instance.get_run_by_id(run_id)
    if run is None:
        return RunReport()
    entries = [
        record.event_log_entry
        for record in instance.get_records_for_run(run_id, of_type=RUN_EVENTS, limit=MAX_RECORDS).records
    ]
    partition = run.tags.get(PARTITION_TAG)
    assets_of_step: dict[str, set[str]] = {}
    materialized: set[str] = set()
    for entry in entries:
        event = entry.dagster_event
        if event is None or event.asset_key is None:
            continue
        name = event.asset_key.to_user_string()
        if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED and event.step_key:
            assets_of_step.setdefault(event.step_key, set()).add(name)
        elif event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION:
            materialized.add(name)
    planned = {name for names in assets_of_step.values() for name in names}
    checks = [_read_check(entry) for entry in entries if _is_of_type(entry, CHECK_EVALUATION)]
    if run.status == dg.DagsterRunStatus.SUCCESS:
        assets = {name_asset(name, partition) for name in planned | materialized}
        succeeded = assets | {name_run(run.job_name, planned), f"step:{run.job_name}/"}
        return RunReport([], succeeded, checks)
    if run.status != dg.DagsterRunStatus.FAILURE or run.tags.get(WILL_RETRY_TAG) == "true":
        return RunReport()
    failures, is_explained = _list_step_failures(run, entries, assets_of_step, partition)
    failed = {failure.key for failure in failures}
    succeeded = {name_asset(name, partition) for name in materialized} - failed
    if not failures and not is_explained:
        failures = [_describe_run(run, entries, planned)]
    return RunReport(failures, succeeded, checks)


def read_freshness(record: dg.EventLogRecord) -> tuple[str, Failure | None, bool]:
    """The key of an asset whose freshness changed, its failure where it is violated, whether it is fresh."""
    event = record.event_log_entry.dagster_event
    assert event is not None  # noqa: S101 every record of this type has one
    change = event.asset_freshness_state_change_data
    asset, state = change.key.to_user_string(), change.new_state.value
    key = f"freshness:{asset}"
    if state != "FAIL":
        return key, None, state == "PASS"
    failure = Failure(
        key=key,
        external_id=f"freshness/{asset}/{record.storage_id}",
        title=f"Asset {asset} is not fresh",
        body="Its freshness policy is violated: it was not materialized in time.",
        error_type="freshness_violated",
        service=asset,
        severity="p3",
        failed_at=change.state_change_timestamp,
        asset=asset,
    )
    return key, failure, False


def name_asset(asset: str, partition: str | None) -> str:
    """The key of what materializes an asset, or one partition of it."""
    return f"asset:{asset}|{partition}" if partition else f"asset:{asset}"


def name_run(job_name: str, planned: Iterable[str]) -> str:
    """The key of a run as a whole: its job, and the first of its assets, for many asset jobs share a name."""
    first = min(planned, default="")
    return f"run:{job_name}:{first}" if first else f"run:{job_name}"


def _read_check(entry: dg.EventLogEntry) -> tuple[str, Failure | None]:
    """The key of an evaluated asset check, and its failure where it did not pass."""
    event = entry.dagster_event
    assert event is not None  # noqa: S101 every record of this type has one
    evaluation = event.asset_check_evaluation_data
    asset = evaluation.asset_key.to_user_string()
    key = f"check:{asset}:{evaluation.check_name}"
    if evaluation.passed:
        return key, None
    is_error = evaluation.severity == dg.AssetCheckSeverity.ERROR
    return key, Failure(
        key=key,
        external_id=f"check/{asset}/{evaluation.check_name}/{entry.run_id}",
        title=f"Asset check {evaluation.check_name} of {asset} failed",
        body=evaluation.description or "",
        error_type="asset_check_failed",
        service=asset,
        severity="p2" if is_error else "p3",
        failed_at=entry.timestamp,
        run_id=entry.run_id,
        asset=asset,
        attributes={"check": evaluation.check_name, "run_id": entry.run_id},
    )


def _list_step_failures(
    run: dg.DagsterRun,
    entries: Iterable[dg.EventLogEntry],
    assets_of_step: dict[str, set[str]],
    partition: str | None,
) -> tuple[list[Failure], bool]:
    """The failures of steps, without those that another failure explains, and whether there are such."""
    failures, is_explained = [], False
    for entry in entries:
        event = entry.dagster_event
        if event is None or event.event_type != dg.DagsterEventType.STEP_FAILURE or event.step_key is None:
            continue
        error = event.step_failure_data.error
        while error is not None and error.cls_name in WRAPPERS and error.cause is not None:
            error = error.cause
        name = (error.cls_name if error else None) or "StepFailure"
        if name in CONSEQUENCES:
            is_explained = True
            continue
        assets = assets_of_step.get(event.step_key, set())
        asset = min(assets, default=None)
        message = _read_first_line(error.message if error else "")
        attributes = {"job": run.job_name, "step": event.step_key, "run_id": run.run_id}
        failures.append(
            Failure(
                key=name_asset(asset, partition) if asset else f"step:{run.job_name}/{event.step_key}",
                external_id=f"run/{run.run_id}/{event.step_key}",
                title=message or f"{name} in {event.step_key}",
                body=error.to_string() if error else "",
                error_type=name,
                service=asset or run.job_name,
                severity="p2",
                failed_at=entry.timestamp,
                run_id=run.run_id,
                asset=asset,
                attributes={**attributes, "partition": partition} if partition else attributes,
            )
        )
    return failures, is_explained


def _describe_run(run: dg.DagsterRun, entries: Iterable[dg.EventLogEntry], planned: set[str]) -> Failure:
    """The failure of a run of which no step failed."""
    ends = [entry for entry in entries if _is_of_type(entry, dg.DagsterEventType.RUN_FAILURE)]
    last = ends[-1] if ends else None
    event = last.dagster_event if last is not None else None
    error = event.job_failure_data.error if event is not None else None
    message = _read_first_line(error.message if error else "") or (event.message if event else None)
    asset = min(planned, default=None)
    return Failure(
        key=name_run(run.job_name, planned),
        external_id=f"run/{run.run_id}",
        title=message or f"Run of {run.job_name} failed",
        body=error.to_string() if error else "",
        error_type=(error.cls_name if error else None) or "run_failed",
        service=asset or run.job_name,
        severity="p2",
        failed_at=last.timestamp if last is not None else 0.0,
        run_id=run.run_id,
        asset=asset,
        attributes={"job": run.job_name, "run_id": run.run_id},
    )


def _is_of_type(entry: dg.EventLogEntry, kind: dg.DagsterEventType) -> bool:
    event = entry.dagster_event
    return event is not None and event.event_type == kind


def _read_first_line(message: str) -> str:
    return next((line.strip() for line in message.splitlines() if line.strip()), "")
