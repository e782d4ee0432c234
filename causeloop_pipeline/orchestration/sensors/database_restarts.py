"""Distinguishes runs interrupted by a database restart from runs that fail by themselves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.run_requests import INTERRUPTED, list_last_failures
from causeloop_pipeline.stages.installation import Installation

MAX_RESTART_TIME = timedelta(minutes=2)
"""The longest downtime: a run that failed this shortly before the database started was interrupted."""


def tag_interrupted_run(
    instance: DagsterInstance, trigger: str, read_start: Callable[[], datetime | None]
) -> bool:
    """Tag a trigger's last failed run if a database restart interrupted it; returns whether it did.

    Such a failure says nothing about the next run, which only has to wait for the database.
    """
    failed = list_last_failures(instance, trigger)
    started_at = read_start() if failed else None
    if started_at is None or not _has_met_start(failed[0], started_at):
        return False
    instance.add_run_tags(failed[0].dagster_run.run_id, {INTERRUPTED: "true"})
    return True


def read_database_start(installation: Installation) -> datetime | None:
    """The database's start time."""
    with installation.database.every_workspace() as session:
        row = session.row("select pg_postmaster_start_time() as started_at")
    return row["started_at"] if row else None


def _has_met_start(record: dg.RunRecord, started_at: datetime) -> bool:
    created, updated = (
        moment.replace(tzinfo=UTC) for moment in (record.create_timestamp, record.update_timestamp)
    )
    ended = datetime.fromtimestamp(record.end_time, UTC) if record.end_time else updated
    return created <= started_at <= ended + MAX_RESTART_TIME
