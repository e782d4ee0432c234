"""Tells operators that runs fail: once per cause, and once more when a run of the same trigger succeeds."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from causeloop_pipeline.orchestration.run_requests import explain_first_share
from causeloop_pipeline.orchestration.run_scope import TRIGGER
from causeloop_pipeline.orchestration.sensors.run_causes import (
    OpenCause,
    RunFailureWatch,
    describe_run_failure,
    find_ended_causes,
    find_new_failures,
    mark_seen,
)
from causeloop_pipeline.stages.installation import Installation


@dg.sensor(
    name="operator_notices",
    minimum_interval_seconds=29,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells operators, by CAUSELOOP_OPERATOR_CHANNEL, that runs fail and when that is over.",
)
def send_operator_notices(
    context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.SensorResult | dg.SkipReason:
    """Check the runs that ended since the last tick; unsent notices are retried at the next one."""
    from causeloop_pipeline.egress.errors import OutsideFailure
    from causeloop_pipeline.stages.jobs.operator_notices import notify_operators

    if reason := explain_first_share():
        return dg.SkipReason(reason)
    if installation.settings.operator_channel is None:
        return dg.SkipReason("CAUSELOOP_OPERATOR_CHANNEL is not set: nobody is notified")
    watch = RunFailureWatch.read(context.cursor, datetime.now(UTC))
    stored, sent = watch.write(), 0
    try:
        for cause, is_over in find_news(context.instance, watch):
            notify_operators(
                installation,
                cause.first_run,
                trigger=cause.trigger,
                cause=cause.cause,
                since=cause.since,
                failed_runs=cause.failed_runs,
                is_over=is_over,
            )
            stored, sent = watch.write(), sent + 1
    except OutsideFailure as failure:
        context.log.error("operators were not notified and will be: %s", failure.reason)
        return dg.SensorResult(skip_reason=f"not notified yet: {failure.reason}", cursor=stored)
    return dg.SensorResult(skip_reason=f"{sent} notices sent", cursor=watch.write())


def find_news(instance: dg.DagsterInstance, watch: RunFailureWatch) -> Iterator[tuple[OpenCause, bool]]:
    """Yield each new cause and each that is over; one counts as notified when the next is requested."""
    for record in find_new_failures(instance, watch):
        mark_seen(watch, record)
        run = record.dagster_run
        if TRIGGER not in run.tags:
            continue  # not started by this product
        cause = watch.note(record, run.tags[TRIGGER], describe_run_failure(instance, run.run_id))
        if cause:
            yield cause, False
    for cause in find_ended_causes(instance, list(watch.causes.values())):
        watch.close_cause(cause)
        yield cause, True
