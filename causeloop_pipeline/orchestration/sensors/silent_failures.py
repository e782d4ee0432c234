"""Notifies operators of silent failures: once when they begin, and once when they are over."""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.instance.own_runs import filter_own_runs
from causeloop_pipeline.orchestration.partitions import DBT_POOL
from causeloop_pipeline.orchestration.run_requests import UNDER_WAY, explain_first_share
from causeloop_pipeline.stages.installation import Installation

SECONDS_TO_FREE = 120
"""How long an ended run may still hold a slot, until it is freed."""


@dataclass
class SilentFailureWatch:
    """Sent and pending notices; subject → since when, in seconds."""

    notified: dict[str, float] = field(default_factory=dict)
    unsent: dict[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, cursor: str | None) -> "SilentFailureWatch":
        """Parse a cursor."""
        return cls(**json.loads(cursor)) if cursor else cls()

    def write(self) -> str:
        """Serialize as a cursor."""
        return json.dumps(asdict(self))


@dg.sensor(
    name="silent_failures",
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells operators, by CAUSELOOP_OPERATOR_CHANNEL, of connectors that are not read, a backlog, "
    "a slot that is held, a run that makes no progress and predictions that drift.",
)
def watch_silent_failures(
    context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.SensorResult | dg.SkipReason:
    """Compare failures with the sent notices; unsent ones are retried at the next tick."""
    from causeloop_pipeline.egress.errors import OutsideFailure
    from causeloop_pipeline.stages.jobs.operator_notices import notify_silent_failure
    from causeloop_pipeline.storage.health.product_figures import read_product_figures
    from causeloop_pipeline.storage.health.silent_failures import SilentFailure, find_silent_failures

    if reason := explain_first_share():
        return dg.SkipReason(reason)
    if installation.settings.operator_channel is None:
        return dg.SkipReason("CAUSELOOP_OPERATOR_CHANNEL is not set: nobody is notified")
    with installation.database.every_workspace() as session:
        figures = read_product_figures(session)
    present = {
        failure.subject: failure
        for failure in find_silent_failures(
            figures, count_slots_of_ended_runs(context.instance), list_silent_runs(context.instance)
        )
    }
    watch, now = SilentFailureWatch.read(context.cursor), datetime.now(UTC).timestamp()
    watch.unsent = {
        subject: watch.unsent.get(subject, now) for subject in present if subject not in watch.notified
    }
    sent = 0
    try:
        for subject, since in list(watch.unsent.items()):
            notify_silent_failure(installation, present[subject], since=since, is_over=False)
            watch.notified[subject] = watch.unsent.pop(subject)
            sent += 1
        for subject in [subject for subject in watch.notified if subject not in present]:
            over = SilentFailure(subject, "")
            notify_silent_failure(installation, over, since=watch.notified[subject], is_over=True)
            watch.notified.pop(subject)
            sent += 1
    except OutsideFailure as failure:
        context.log.error("operators were not notified and will be: %s", failure.reason)
        return dg.SensorResult(skip_reason=f"not notified yet: {failure.reason}", cursor=watch.write())
    return dg.SensorResult(skip_reason=f"{sent} notices sent", cursor=watch.write())


def count_slots_of_ended_runs(instance: DagsterInstance) -> int:
    """How many runs that ended or were deleted a while ago still hold a slot of our pool."""
    storage = instance.event_log_storage
    if DBT_POOL not in storage.get_concurrency_keys():
        return 0
    holders = storage.get_concurrency_info(DBT_POOL).active_run_ids
    if not holders:
        return 0
    records = instance.get_run_records(dg.RunsFilter(run_ids=sorted(holders)))
    freed_before = datetime.now(UTC).timestamp() - SECONDS_TO_FREE
    entitled = {
        record.dagster_run.run_id
        for record in records
        if not record.dagster_run.is_finished or (record.end_time or 0) > freed_before
    }
    return len(holders - entitled)


def list_silent_runs(instance: DagsterInstance) -> list[str]:
    """Our runs under way that have written no event for a long time, each with its job."""
    from causeloop_pipeline.storage.health.silent_failures import MAX_SILENT_SECONDS

    silent_since = datetime.now(UTC).timestamp() - MAX_SILENT_SECONDS
    runs = instance.get_run_records(filter_own_runs(UNDER_WAY))
    return [
        f"{record.dagster_run.run_id} ({record.dagster_run.job_name})"
        for record in runs
        if (_find_last_event(instance, record.dagster_run.run_id) or record.update_timestamp.timestamp())
        < silent_since
    ]


def _find_last_event(instance: DagsterInstance, run_id: str) -> float | None:
    last = instance.event_log_storage.get_records_for_run(run_id, limit=1, ascending=False).records
    return last[0].event_log_entry.timestamp if last else None
