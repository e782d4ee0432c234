"""Rows of tables of runs, as they are landed: each failure has its start, and a success is an end."""

from uuid import UUID

from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from tests.dbt_project.stored_firings import at, balance, firings, spans
from tests.support.normalizing import land_records, normalize, record


def row_of_run(minutes: float, status: str, row_id: str) -> RawRecord:
    """A row of a table of runs, as it is landed; a run takes a minute."""
    payload = {
        "external_id": row_id,
        "title": "load_orders: orders-db refused" if status == "failed" else "load_orders",
        "status": status,
        "job": "load_orders",
        "source_created_at": at(minutes - 1).isoformat(),
        "source_updated_at": at(minutes).isoformat(),
    }
    return record(payload, "mysql", source_updated_at=at(minutes))


def test_a_row_of_a_queue_that_is_used_again_fails_as_often_as_it_did_each_time_with_its_own_start(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    for minutes, status in ((1, "failed"), (10, "succeeded"), (100, "failed"), (110, "completed")):
        land_records(database, workspace_id, row_of_run(minutes, status, "17"))
    normalize(database, models, workspace_id)

    assert spans(database, workspace_id) == [(at(0), at(10)), (at(100), at(110))]
    assert {row["title"] for row in firings(database, workspace_id)} == {"load_orders: orders-db refused"}


def test_rows_of_runs_that_succeed_end_those_of_their_job_and_are_no_issues(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    for number, (minutes, status) in enumerate(((1, "failed"), (10, "succeeded"), (20, "succeeded"))):
        land_records(database, workspace_id, row_of_run(minutes, status, str(number)))
    normalize(database, models, workspace_id)

    assert spans(database, workspace_id) == [(at(0), at(10))]
    assert balance(database, workspace_id).lost == 0
