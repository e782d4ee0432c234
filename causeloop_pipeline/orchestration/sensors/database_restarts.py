"""Tells runs that the database took with it when it ended from those that fail by themselves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.run_requests import INTERRUPTED, list_last_failures
from causeloop_pipeline.stages.installation import Installation

MAX_RESTART_TIME = timedelta(minutes=2)
"""For so long a database may be away before it starts: a run that failed in that time was met by its end."""


def tag_interrupted_run(
    instance: DagsterInstance, trigger: str, read_start: Callable[[], datetime | None]
) -> bool:
    """Tag the last failed run of a trigger if the database ended while it went on; whether it was so.

    Such a failure says nothing about the next run, which need not wait for longer than the database.
    """
    failed = list_last_failures(instance, trigger)
    started_at = read_start() if failed else None
    if started_at is None or not _has_met_start(failed[0], started_at):
        return False
    instance.add_run_tags(failed[0].dagster_run.run_id, {INTERRUPTED: "true"})
    return True


def read_database_start(installation: Installation) -> datetime | None:
    """When the database was started."""
    with installation.database.every_workspace() as session:
        row = session.row("select pg_postmaster_start_time() as started_at")
    return row["started_at"] if row else None


def _has_met_start(record: dg.RunRecord, started_at: datetime) -> bool:
    created, updated = (
        moment.replace(tzinfo=UTC) for moment in (record.create_timestamp, record.update_timestamp)
    )
    ended = datetime.fromtimestamp(record.end_time, UTC) if record.end_time else updated
    return created <= started_at <= ended + MAX_RESTART_TIME
