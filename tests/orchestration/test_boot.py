"""The instance as `deploy/dagster.yaml` configures it, on real PostgreSQL, and what a start does to it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import dagster as dg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.boot import REASON_OF_DEAD_RUNS, prepare_instance
from causeloop_pipeline.orchestration.jobs.retention import delete_runs, list_unfinished_scopes
from causeloop_pipeline.orchestration.partitions import WORKSPACES
from causeloop_pipeline.settings import ROOT
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation
from tests.orchestration.failures import failures, ingest


@dg.op
def speak(context: dg.OpExecutionContext) -> None:
    context.log.info("an event with a percent sign %s and a colon :x")


@dg.job
def saying() -> None:
    speak()


@pytest.fixture
def home(installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    storage = installation.dagster_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    monkeypatch.setenv("CAUSELOOP_DAGSTER_STORAGE_URL", storage)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    shutil.copy(ROOT / "deploy" / "dagster.yaml", tmp_path / "dagster.yaml")
    return tmp_path


@pytest.fixture
def stored(home: Path) -> Iterator[DagsterInstance]:
    with DagsterInstance.get() as instance:
        yield instance


def start_run(instance: DagsterInstance) -> dg.DagsterRun:
    run = instance.create_run_for_job(saying)
    instance.report_dagster_event(
        dg.DagsterEvent(event_type_value="PIPELINE_START", job_name=run.job_name), run.run_id
    )
    return run


def test_events_are_stored_in_postgresql(stored: DagsterInstance) -> None:
    result = saying.execute_in_process(instance=stored)

    assert result.success
    kinds = {entry.dagster_event_type for entry in stored.all_logs(result.run_id) if entry.dagster_event}
    assert dg.DagsterEventType.STEP_SUCCESS in kinds
    storage = stored.event_log_storage
    assert type(storage).__name__ == "PostgresEventLogStorage"


def test_a_start_fails_the_runs_of_an_earlier_one_and_gives_their_work_back(
    stored: DagsterInstance, database: Database, workspace_id: UUID
) -> None:
    ingest(database, workspace_id, failures(20))
    run = start_run(stored)
    with database.workspace(workspace_id) as session:
        session.execute(
            "update raw.pending_record set run_id = %s where workspace_id = %s", (run.run_id, workspace_id)
        )
        session.execute(
            "insert into app.recompute_request (workspace_id, kind, requested_by, status, run_id) "
            "values (%s, 'clusters', 'a test', 'running', %s)",
            (workspace_id, run.run_id),
        )

    dead = prepare_instance()

    assert dead == 1
    record = stored.get_run_by_id(run.run_id)
    assert record is not None
    assert record.status == dg.DagsterRunStatus.FAILURE
    assert str(workspace_id) in stored.get_dynamic_partitions(str(WORKSPACES.name))
    assert stored.event_log_storage.get_concurrency_info("dbt").slot_count == 1
    with database.workspace(workspace_id) as session:
        assert session.rows("select status, error from app.recompute_request") == [
            {"status": "failed", "error": REASON_OF_DEAD_RUNS}
        ]
        held = "select count(*) as n from raw.pending_record where workspace_id = %s and run_id is not null"
        assert session.row(held, (workspace_id,)) == {"n": 0}


def test_a_second_start_finds_nothing_left_to_fail(stored: DagsterInstance) -> None:
    prepare_instance()
    assert prepare_instance() == 0


def test_old_finished_runs_are_deleted_and_running_ones_kept(stored: DagsterInstance) -> None:
    from datetime import UTC, datetime, timedelta

    finished = saying.execute_in_process(instance=stored).run_id
    running = start_run(stored)

    assert delete_runs(stored, datetime.now(UTC) - timedelta(days=1)) == 0
    assert delete_runs(stored, datetime.now(UTC) + timedelta(days=1)) >= 1

    assert stored.get_run_by_id(finished) is None
    assert running.run_id in list_unfinished_scopes(stored)
    stored.delete_run(running.run_id)
