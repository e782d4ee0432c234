"""A table of runs: what failed is a failure of its job, what succeeded ends it, and the rest is neither."""

from typing import Any

import pytest

from causeloop_pipeline.connectors.mapping.map_record import MappedRecord, Record, map_record
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import RecordSchema
from causeloop_pipeline.landing.export_file.row_values import ReadRow, RowReader
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.quiet_rows import mark_quiet
from causeloop_pipeline.landing.export_file.table_reading import ReadingChoices, study
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.polling.sql.query_records import QueryReading, read_query_rows
from causeloop_pipeline.model.raw_record import NoFailure, Outcome, RawRecord
from causeloop_pipeline.model.run_states import RunState, read_run_state

QUEUE: dict[str, Any] = {
    "id": 17,
    "job_name": "load_orders",
    "status": "failed",
    "last_error": "ConnectionError: orders-db refused",
    "created_at": "2026-11-29T01:00:00+00:00",
    "started_at": "2026-11-29T02:00:00+00:00",
    "finished_at": "2026-11-29T02:10:00+00:00",
    "updated_at": "2026-11-29T02:10:00+00:00",
}
PG_BOSS: dict[str, Any] = {
    "id": "a",
    "name": "load_orders",
    "state": "failed",
    "retry_count": 2,
    "output": {"message": "orders-db refused", "stack": "Error: orders-db refused\n    at run"},
    "created_on": "2026-11-29T01:00:00+00:00",
    "started_on": "2026-11-29T02:00:00+00:00",
    "completed_on": "2026-11-29T02:10:00+00:00",
}
PG_CRON: dict[str, Any] = {
    "jobid": 1,
    "runid": 7,
    "command": "call load_orders()",
    "status": "failed",
    "return_message": "ERROR:  division by zero",
    "start_time": "2026-11-29T02:00:00+00:00",
    "end_time": "2026-11-29T02:10:00+00:00",
}
SLURM: dict[str, Any] = {
    "JobID": "12",
    "JobName": "load_orders",
    "State": "FAILED",
    "ExitCode": "1:0",
    "Start": "2026-11-29T02:00:00",
    "End": "2026-11-29T02:10:00",
}


def read(*records: dict[str, Any], **columns: str) -> list[ReadRow]:
    rows = [mark_quiet(FileRow(number, record)) for number, record in enumerate(records, 1)]
    return RowReader(study(rows, ReadingChoices(columns))).read(rows)


def read_table(*records: dict[str, Any], **config: Any) -> list[Outcome]:
    rows = [{"record": record, "is_dated": True} for record in records]
    reading = QueryReading({"key_column": "id", "cursor_column": "updated_at", **config})
    return list(read_query_rows(CONNECTORS["postgresql"], reading.study(rows), rows))


def map_payload(payload: dict[str, Any]) -> MappedRecord:
    return map_record((PRODUCT_ISSUE,), Record("postgresql", "normalized", payload), {})


@pytest.mark.parametrize(
    ("record", "title"),
    [
        (QUEUE, "load_orders: ConnectionError: orders-db refused"),
        (PG_BOSS, "load_orders: orders-db refused"),
        (PG_CRON, "call load_orders(): division by zero"),
        (SLURM, "load_orders failed"),
    ],
    ids=["a queue", "pg-boss", "pg_cron", "sacct"],
)
def test_a_failed_run_says_its_job_and_error_and_began_when_it_was_started(
    record: dict[str, Any], title: str
) -> None:
    (row,) = read(record)

    assert row.payload is not None
    assert row.payload["title"] == title
    assert row.payload["own_status"] == "open"
    assert "resolved_at" not in row.payload  # its end is no recovery
    assert row.payload["source_created_at"] == "2026-11-29T02:00:00+00:00"
    assert row.payload["job"] == row.payload["service"] == title.partition(":")[0].removesuffix(" failed")


@pytest.mark.parametrize(
    "word", ["queued", "RUNNING", "retrying", "in progress", "CANCELLED by 1000", "skipped"]
)
def test_what_has_not_ended_or_was_not_wanted_is_neither_a_failure_nor_its_end(word: str) -> None:
    (row,) = read(QUEUE | {"status": word})
    (of_table,) = read_table(QUEUE | {"status": word})

    assert row.payload is None
    assert row.no_failure == f"a run or test with the outcome {word.lower()}"
    assert of_table == NoFailure(row.no_failure)


def test_an_error_without_a_class_of_its_own_is_an_error_all_the_same() -> None:
    (row,) = read(PG_BOSS)

    assert row.payload is not None
    assert (
        row.payload["error_type"] == "Error"
    )  # by which the same stack is the same error when it comes again


def test_a_run_in_a_file_is_of_when_it_ended_or_else_began() -> None:
    ended, unended = ({name: SLURM[name] for name in names} for names in (SLURM, SLURM.keys() - {"End"}))

    times = [
        row.payload["source_updated_at"] for record in (ended, unended) for row in read(record) if row.payload
    ]

    assert times == ["2026-11-29T02:10:00+00:00", "2026-11-29T02:00:00+00:00"]


@pytest.mark.parametrize("word", ["succeeded", "COMPLETED", "done", "ok"])
def test_a_success_is_kept_because_it_ends_the_failures_of_its_job(word: str) -> None:
    (record,) = read_table(QUEUE | {"status": word, "last_error": None})

    assert isinstance(record, RawRecord)
    mapped = map_payload(record.payload)
    assert (mapped.occurring["job"], mapped.occurring["is_success"]) == ("load_orders", True)


def test_a_row_that_failed_and_succeeds_later_ends_whatever_its_columns_are_called() -> None:
    former, later = read_table(
        {"id": 1, "title": "nightly export", "status": "failed", "updated_at": "2026-11-29T02:00:00Z"},
        {"id": 1, "title": "nightly export", "status": "success", "updated_at": "2026-11-29T03:00:00Z"},
    )

    assert isinstance(former, RawRecord)
    assert isinstance(later, RawRecord)
    assert former.external_id == later.external_id
    assert [map_payload(row.payload).occurring["is_success"] for row in (former, later)] == [False, True]


def test_a_monitors_row_ends_when_it_is_well_again_and_one_that_never_failed_is_none() -> None:
    (well,) = read_table(
        {"id": 1, "monitor": "checkout", "name": "checkout", "status": "UP", "updated_at": "2026-11-29"}
    )

    assert isinstance(well, RawRecord)
    assert map_payload(well.payload).occurring["is_success"] is True


def test_a_person_says_which_column_is_the_job_where_no_name_does() -> None:
    record = {"id": 1, "what": "load_orders", "status": "running", "title": "x", "updated_at": "2026-11-29"}

    (without,) = read_table(record)
    (with_job,) = read_table(record, fields={"job": "what"})

    assert isinstance(without, RawRecord)
    assert isinstance(with_job, NoFailure)


def test_a_ticket_that_waits_is_a_failure_although_a_run_that_waits_is_none() -> None:
    ticket = {"id": 1, "name": "Checkout is slow", "type": "bug", "status": "pending"}

    (row,) = read(ticket)

    assert row.payload is not None
    assert "job" not in row.payload
    assert map_payload(row.payload).occurring["is_success"] is False
    assert map_payload(row.payload | {"status": "done"}).occurring["is_success"] is False


def test_a_list_by_the_form_has_jobs_too() -> None:
    schema = RecordSchema(key="id", updated_at=("at",), kind="normalized", normalize=True)
    config = {"fields": {"title": "name", "job": "name", "status": "state"}}
    record = {"id": 3, "name": "load_orders", "at": "2026-11-29T02:00:00Z"}

    outcomes = [
        extract("custom_api", schema, record | {"state": state}, channel="poll", config=config)
        for state in ("failed", "running", "completed")
    ]

    failed, running, completed = outcomes
    assert isinstance(failed, RawRecord)
    assert running == NoFailure("a run or test with the outcome running")
    assert isinstance(completed, RawRecord)
    assert [map_payload(row.payload).occurring["is_success"] for row in (failed, completed)] == [False, True]


def test_words_that_no_run_has_tell_of_no_run() -> None:
    assert read_run_state("open") is None
    assert read_run_state("TimedOut") is RunState.FAILED
    assert read_run_state("In Progress") is RunState.UNDER_WAY
