"""A run that failed because the database ended delays no other; one that failed by itself does."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import psycopg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.run_requests import explain_wait
from causeloop_pipeline.orchestration.run_scope import TRIGGER
from causeloop_pipeline.orchestration.sensors.database_restarts import (
    read_database_start,
    tag_interrupted_run,
)
from causeloop_pipeline.stages.installation import Installation as Resources

NAME = "arrived_events"


def fail_run(instance: DagsterInstance) -> None:
    run = instance.create_run_for_job(dg.GraphDefinition("any").to_job(), tags={TRIGGER: NAME})
    instance.report_run_failed(run, "the database does not respond")


def test_a_run_that_the_end_of_the_database_met_delays_no_other(instance: DagsterInstance) -> None:
    for _ in range(3):
        fail_run(instance)
        assert explain_wait(instance, NAME)
        assert tag_interrupted_run(instance, NAME, lambda: datetime.now(UTC))

    assert explain_wait(instance, NAME) is None


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_run_that_failed_while_the_database_was_there_counts_as_failed(
    hours: int, instance: DagsterInstance
) -> None:
    fail_run(instance)

    assert not tag_interrupted_run(instance, NAME, lambda: datetime.now(UTC) + timedelta(hours=hours))

    assert str(explain_wait(instance, NAME)).startswith("the last 1 runs failed")


def test_without_a_failed_run_nobody_asks_the_database(instance: DagsterInstance) -> None:
    def read_start() -> datetime:
        raise AssertionError("the database was queried")

    assert not tag_interrupted_run(instance, NAME, read_start)


def test_the_start_of_the_database_is_that_of_its_server(
    resources: Resources, owner: psycopg.Connection
) -> None:
    started_at = read_database_start(resources)

    assert started_at is not None
    assert owner.execute("select pg_postmaster_start_time()").fetchone() == (started_at,)
