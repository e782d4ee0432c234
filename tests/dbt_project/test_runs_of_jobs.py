"""Runs of a job are its failures, which its next success ends."""

from datetime import timedelta
from uuid import UUID

from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from tests.dbt_project.stored_firings import at, balance, spans
from tests.support.normalizing import land_records, normalize, record


def run(minutes: float, state: str, run_id: str) -> RawRecord:
    """A run of the DAG orders_daily as Airflow lists it."""
    ended = at(minutes)
    payload = {
        "dag_run_id": run_id,
        "dag_id": "orders_daily",
        "state": state,
        "start_date": (ended - timedelta(minutes=2)).isoformat(),
        "end_date": ended.isoformat(),
    }
    return record(
        payload, "airflow", external_id=f"orders_daily/{run_id}", kind="record", source_updated_at=ended
    )


def test_the_next_success_of_a_job_ends_its_failures_and_is_not_an_issue(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    for each in (
        run(0, "failed", "a"),
        run(90, "success", "c"),
        run(30, "failed", "b"),
        run(60, "success", "d"),
    ):
        land_records(database, workspace_id, each)
        normalize(database, models, workspace_id)

    assert spans(database, workspace_id) == [(at(-2), at(60)), (at(28), at(60))]
    counts = balance(database, workspace_id)
    assert (counts.issues, counts.no_failure, counts.balanced) == (2, 2, True)
