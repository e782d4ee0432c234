"""The sensors that ask the database whether there is work, and start at most one run at a time for it."""

import time
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import dagster as dg

from causeloop_pipeline.orchestration.instance.shutdown import SHUTDOWN
from causeloop_pipeline.orchestration.jobs.loop import ASSET_JOBS, loop
from causeloop_pipeline.orchestration.run_requests import explain_first_share, explain_wait, tag_share
from causeloop_pipeline.orchestration.run_scope import TRIGGER as TRIGGER_TAG
from causeloop_pipeline.orchestration.sensors.database_restarts import (
    read_database_start,
    tag_interrupted_run,
)
from causeloop_pipeline.settings import is_pipeline_server
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

MAX_WAIT_SECONDS = 45.0
"""A tick costs as much as many queries, and may last a minute."""

# Dagster announces an argument that it passes itself, when it copies a sensor that has a job.
warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*`owners`.*SensorDefinition.*")

Observed = TypeVar("Observed")
RequestRun = Callable[[dg.SensorEvaluationContext, Installation], dg.RunRequest | dg.SkipReason]
"""Looks for work: a request for one run over all of it, or the reason why there is none."""
HasWork = Callable[["Session"], bool]
"""Whether there is work: a query costs a hundredth of a tick."""


def make_polling_sensor(
    name: str,
    *,
    interval_seconds: int,
    description: str,
    jobs: Sequence[Any] = (loop,),
    has_work: HasWork,
) -> Callable[[RequestRun], dg.SensorDefinition]:
    """Make a sensor of a function that finds work; its name is the trigger that its runs are tagged with.

    The function is not called while the sensor's last run is in progress, or soon after failed runs. By
    default the sensor starts runs of assets. A tick in the code server waits for work, and polls for it twice
    in each interval, where the instance's sensors run in threads.
    """

    is_shared = all(job in ASSET_JOBS for job in jobs)

    def declare(request_run: RequestRun) -> dg.SensorDefinition:
        @dg.sensor(
            name=name,
            jobs=jobs,
            minimum_interval_seconds=interval_seconds,
            default_status=dg.DefaultSensorStatus.RUNNING,
            description=description,
        )
        def evaluate(
            context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
        ) -> dg.RunRequest | dg.SkipReason:
            if not is_shared and (reason := explain_first_share()):
                return dg.SkipReason(reason)
            reason = explain_wait(context.instance, name)
            if reason and tag_interrupted_run(
                context.instance, name, lambda: read_database_start(installation)
            ):
                reason = explain_wait(context.instance, name)
            if reason:
                return dg.SkipReason(reason)
            if may_wait(context.instance):
                _wait_for(has_work, installation, interval_seconds / 2)
            return _tag_share(request_run(context, installation))

        return evaluate

    return declare


def make_work_sensor(
    name: str, job: Any, *, interval_seconds: int, description: str, has_work: HasWork, idle: str
) -> dg.SensorDefinition:
    """Make a sensor that starts one run of a job for all the work there is; `idle` says that there is none.

    What becomes due during a run is left to it or to the next one.
    """

    def request_run(
        _context: dg.SensorEvaluationContext, installation: Installation
    ) -> dg.RunRequest | dg.SkipReason:
        with installation.database.every_workspace() as session:
            if not has_work(session):
                return dg.SkipReason(idle)
        return dg.RunRequest(tags={TRIGGER_TAG: name})

    declare = make_polling_sensor(
        name, jobs=[job], interval_seconds=interval_seconds, description=description, has_work=has_work
    )
    return declare(request_run)


def may_wait(instance: dg.DagsterInstance) -> bool:
    """Whether a tick may wait for work: in the code server, and where no sensor waits for another's tick."""
    sensors = instance.get_settings("sensors") or {}
    return is_pipeline_server() and bool(sensors.get("use_threads"))


def _tag_share(decided: dg.RunRequest | dg.SkipReason) -> dg.RunRequest | dg.SkipReason:
    if isinstance(decided, dg.SkipReason):
        return decided
    return decided.with_replaced_attrs(tags={**decided.tags, **tag_share()})


def look_repeatedly(look: Callable[[], Observed], seconds_between_looks: float) -> Observed:
    """The result of the first poll that finds work, or of the last one that a tick has time for."""
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while not (outcome := look()):
        is_late = time.monotonic() + seconds_between_looks >= deadline
        if is_late or SHUTDOWN.wait(seconds_between_looks):
            break
    return outcome


def _wait_for(has_work: HasWork, installation: Installation, seconds_between_looks: float) -> None:
    """Poll for work on one connection until there is some, or until the tick's time is up."""
    with installation.database.keep_connection() as database:

        def look() -> bool:
            with database.every_workspace() as session:
                return has_work(session)

        look_repeatedly(look, seconds_between_looks)
