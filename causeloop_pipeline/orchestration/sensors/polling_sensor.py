"""The sensors that ask the database whether there is work, and start at most one run at a time for it."""

import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from causeloop_pipeline.orchestration.jobs.loop import loop
from causeloop_pipeline.orchestration.run_requests import reason_to_wait
from causeloop_pipeline.orchestration.sensors.database_restarts import (
    read_database_start,
    tag_interrupted_run,
)
from causeloop_pipeline.settings import is_pipeline_server
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

SECONDS_BETWEEN_LOOKS, MAX_LOOKS = 0.5, 20

# Dagster announces an argument that it passes itself, when it copies a sensor that has a job.
warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*`owners`.*SensorDefinition.*")

RequestRun = Callable[[dg.SensorEvaluationContext, Installation], dg.RunRequest | dg.SkipReason]
"""Asks whether there is work: a request for one run over all of it, or why there is none."""
HasWork = Callable[["Session"], bool]
"""Whether there is work that must not wait for the next tick."""


def polling_sensor(
    name: str,
    *,
    interval_seconds: int,
    description: str,
    job: dg.JobDefinition | UnresolvedAssetJobDefinition = loop,
    has_work: HasWork | None = None,
) -> Callable[[RequestRun], dg.SensorDefinition]:
    """Make a sensor of a function that finds work; its name is the trigger that its runs are tagged with.

    The function is not called while the last run of the sensor goes on, or soon after runs that failed. By
    default the sensor starts runs of assets. With `has_work` a tick of the code server waits for work up to
    ten seconds: a look costs a hundredth of a tick.
    """

    def declare(request_run: RequestRun) -> dg.SensorDefinition:
        @dg.sensor(
            name=name,
            job=job,
            minimum_interval_seconds=interval_seconds,
            default_status=dg.DefaultSensorStatus.RUNNING,
            description=description,
        )
        def evaluate(
            context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
        ) -> dg.RunRequest | dg.SkipReason:
            reason = reason_to_wait(context.instance, name)
            if reason and tag_interrupted_run(
                context.instance, name, lambda: read_database_start(installation)
            ):
                reason = reason_to_wait(context.instance, name)
            if reason:
                return dg.SkipReason(reason)
            if has_work is not None and is_pipeline_server():
                _wait_for(has_work, installation)
            return request_run(context, installation)

        return evaluate

    return declare


def _wait_for(has_work: HasWork, installation: Installation) -> None:
    """Look for work on one connection until there is some, or for as long as a tick may take."""
    with installation.database.keep_connection() as database:
        for look in range(MAX_LOOKS):
            if look:
                time.sleep(SECONDS_BETWEEN_LOOKS)
            with database.every_workspace() as session:
                if has_work(session):
                    return
