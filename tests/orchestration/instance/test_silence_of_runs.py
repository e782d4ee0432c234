"""A run that writes nothing for half an hour is named by `causeloop status` and by operators' notices."""

import dagster as dg
import psycopg
from dagster import DagsterInstance

from causeloop_pipeline.cli.status.dagster_figures import read_dagster_figures
from causeloop_pipeline.orchestration.instance.own_runs import OWN_LABEL
from causeloop_pipeline.orchestration.sensors.silent_failures import list_silent_runs
from causeloop_pipeline.storage.health.silent_failures import MAX_SILENT_SECONDS
from tests.conftest import Installation


@dg.op
def wait() -> None:
    """Stands for a step."""


@dg.job
def grouping() -> None:
    wait()


def test_a_run_without_events_is_named_with_its_job(
    stored: DagsterInstance, installation: Installation
) -> None:
    started = dg.DagsterRunStatus.STARTED
    run = stored.create_run_for_job(grouping, status=started, tags={".dagster/repository": OWN_LABEL})
    try:
        assert list_silent_runs(stored) == []
        with psycopg.connect(installation.dagster_url) as dagster:
            dagster.execute(
                "update runs set update_timestamp = (now() at time zone 'utc') - interval '1 hour' "
                "where run_id = %s",
                (run.run_id,),
            )

        figures = read_dagster_figures(installation.dagster_url)

        assert list_silent_runs(stored) == [f"{run.run_id} (grouping)"]
        assert figures is not None
        assert figures.silent_run == f"{run.run_id} (grouping)"
        assert figures.longest_silent_seconds > MAX_SILENT_SECONDS
    finally:
        stored.delete_run(run.run_id)
