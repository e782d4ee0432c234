"""The instance as `deploy/dagster.yaml` configures it, on real PostgreSQL, and what a start does to it."""

import logging
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import dagster as dg
import psycopg
import pytest
from dagster import DagsterInstance
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.events import EngineEventData
from dagster._core.execution.api import execute_run
from dagster._core.launcher.base import WorkerStatus
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._daemon.monitoring.concurrency import execute_concurrency_slots_iteration
from dagster_postgres import PostgresEventLogStorage

from causeloop_pipeline.cli.doctor import State
from causeloop_pipeline.cli.doctor.check_dagster import _check_slots
from causeloop_pipeline.orchestration.boot import REASON_OF_DEAD_RUNS, end_dead_runs, prepare_instance
from causeloop_pipeline.orchestration.instance.own_runs import CODE_LOCATION
from causeloop_pipeline.orchestration.jobs.retention import delete_runs, list_unfinished_scopes, retention
from causeloop_pipeline.orchestration.partitions import DBT_POOL, WORKSPACES
from causeloop_pipeline.orchestration.run_launcher import is_alive
from causeloop_pipeline.orchestration.run_requests import explain_wait
from causeloop_pipeline.orchestration.run_scope import TRIGGER
from causeloop_pipeline.settings import ROOT, settings
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation
from tests.orchestration.failures import failures, ingest
from tests.orchestration.instance.code_locations import job_origin
from tests.orchestration.partitions import name_partitions


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


def start_run(
    instance: DagsterInstance, tags: dict[str, str] | None = None, location: str = CODE_LOCATION
) -> dg.DagsterRun:
    """A started run of a code location, ours by default, labelled as the daemon and the UI label theirs."""
    origin = job_origin(saying.name, location)
    run = instance.create_run_for_job(saying, tags=tags, remote_job_origin=origin)
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
    assert isinstance(storage, PostgresEventLogStorage)


def test_a_start_fails_the_runs_of_an_earlier_one_and_gives_their_work_back(
    stored: DagsterInstance, database: Database, workspace_id: UUID
) -> None:
    prepare_instance()
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

    assert prepare_instance() == 1

    record = stored.get_run_by_id(run.run_id)
    assert record is not None
    assert record.status == dg.DagsterRunStatus.FAILURE
    partitions = stored.get_dynamic_partitions(str(WORKSPACES.name))
    assert name_partitions(database, workspace_id)[0] in partitions
    assert stored.event_log_storage.get_concurrency_info("causeloop_dbt").slot_count == 1
    with database.workspace(workspace_id) as session:
        assert session.rows("select status, error from app.recompute_request") == [
            {"status": "failed", "error": REASON_OF_DEAD_RUNS}
        ]
        held = "select count(*) as n from raw.pending_record where workspace_id = %s and run_id is not null"
        assert session.row(held, (workspace_id,)) == {"n": 0}


def test_a_start_frees_the_slots_that_runs_which_failed_long_ago_still_hold(stored: DagsterInstance) -> None:
    storage = stored.event_log_storage
    storage.set_concurrency_slots(DBT_POOL, 1)
    run, waiting = start_run(stored), start_run(stored)
    assert storage.claim_concurrency_slot(DBT_POOL, run.run_id, "normalization").is_claimed
    stored.report_run_failed(run, "its worker was killed")
    assert not storage.claim_concurrency_slot(DBT_POOL, waiting.run_id, "normalization").is_claimed

    prepare_instance()

    fresh = start_run(stored)
    assert storage.claim_concurrency_slot(DBT_POOL, fresh.run_id, "normalization").is_claimed
    storage.free_concurrency_slots_for_run(fresh.run_id)
    stored.delete_run(fresh.run_id)


def test_the_daemon_frees_the_slots_of_a_run_whose_worker_was_killed(
    stored: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = stored.event_log_storage
    storage.set_concurrency_slots(DBT_POOL, 1)
    killed = start_run(stored)
    assert storage.claim_concurrency_slot(DBT_POOL, killed.run_id, "normalization").is_claimed
    stored.report_run_failed(killed, "its worker was killed")
    later = datetime.now(UTC) + timedelta(seconds=15)
    monkeypatch.setattr("dagster._daemon.monitoring.concurrency.get_current_datetime", lambda: later)

    with WorkspaceProcessContext(stored, WorkspaceFileTarget([])) as workspace:
        list(execute_concurrency_slots_iteration(workspace, logging.getLogger()))

    fresh = start_run(stored)
    assert storage.claim_concurrency_slot(DBT_POOL, fresh.run_id, "normalization").is_claimed
    storage.free_concurrency_slots_for_run(fresh.run_id)
    stored.delete_run(fresh.run_id)


def test_a_run_that_a_restart_ended_delays_no_other(stored: DagsterInstance) -> None:
    tags = {TRIGGER: "a test of restarts"}
    for _ in range(4):
        start_run(stored, tags)
        prepare_instance()
    assert explain_wait(stored, tags[TRIGGER]) is None

    stored.report_run_failed(start_run(stored, tags), "a defect")
    assert str(explain_wait(stored, tags[TRIGGER])).startswith("the last 1 runs failed")
    start_run(stored, tags)
    prepare_instance()
    assert str(explain_wait(stored, tags[TRIGGER])).startswith("the last 1 runs failed")


def test_a_clock_that_is_set_back_delays_no_run(
    stored: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = {TRIGGER: "a test of clocks"}
    stored.report_run_failed(start_run(stored, tags), "a defect")
    assert explain_wait(stored, tags[TRIGGER]) is not None
    now = time.time()

    monkeypatch.setattr(time, "time", lambda: now - 600)

    assert explain_wait(stored, tags[TRIGGER]) is None


def test_the_doctor_finds_slots_that_ended_runs_hold(stored: DagsterInstance) -> None:
    storage = stored.event_log_storage
    storage.set_concurrency_slots(DBT_POOL, 1)
    assert _check_slots(settings()).state is State.OK
    assert storage.claim_concurrency_slot(DBT_POOL, "a deleted run", "normalization").is_claimed

    held = _check_slots(settings())
    prepare_instance()

    assert held.state is State.WRONG
    assert DBT_POOL in held.message
    assert _check_slots(settings()).state is State.OK


@pytest.mark.parametrize("worker", ["running", "killed", "never seen"])
def test_a_run_whose_worker_has_ended_is_found_out(stored: DagsterInstance, worker: str) -> None:
    run = start_run(stored)
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    if worker != "never seen":
        stored.report_engine_event("Started process", run, EngineEventData.in_process(process.pid))
    if worker == "killed":
        process.kill()
        while is_alive(process.pid):  # it stays in the process table until its parent asks for it
            pass

    status = stored.run_launcher.check_run_worker_health(run).status

    assert status == (WorkerStatus.FAILED if worker == "killed" else WorkerStatus.RUNNING)
    process.kill()
    process.communicate()
    stored.delete_run(run.run_id)


def test_a_second_start_finds_nothing_left_to_fail(stored: DagsterInstance) -> None:
    prepare_instance()
    assert prepare_instance() == 0


def test_runs_and_pools_of_another_code_location_are_left_alone(stored: DagsterInstance) -> None:
    storage, pool = stored.event_log_storage, "a pool of theirs"
    storage.set_concurrency_slots(pool, 1)
    started, ended = start_run(stored, location="theirs"), start_run(stored, location="theirs")
    assert storage.claim_concurrency_slot(pool, ended.run_id, "speak").is_claimed
    stored.report_run_failed(ended)

    prepare_instance()
    end_dead_runs()
    delete_runs(stored, datetime.now(UTC) + timedelta(days=1))

    run = stored.get_run_by_id(started.run_id)
    assert run is not None
    assert run.status == dg.DagsterRunStatus.STARTED
    assert stored.has_run(ended.run_id)
    assert storage.get_concurrency_info(pool).active_run_ids == {ended.run_id}
    assert _check_slots(settings()).state is State.OK
    for theirs in (started, ended):
        stored.delete_run(theirs.run_id)


def test_the_nightly_job_deletes_old_runs_of_the_code_location_that_it_runs_in(
    stored: DagsterInstance, installation: Installation
) -> None:
    ours, theirs = (start_run(stored, location=name) for name in ("named by a team", "theirs"))
    with psycopg.connect(installation.dagster_url) as connection:
        for run in (ours, theirs):
            stored.report_run_failed(run)
            connection.execute(
                "update runs set update_timestamp = update_timestamp - interval '40 days' where run_id = %s",
                (run.run_id,),
            )
    job = dg.Definitions(
        jobs=[retention],
        resources={"installation": dg.ResourceDefinition(Resources)},
        executor=dg.in_process_executor,
    ).resolve_job_def("retention")
    run = stored.create_run_for_job(job, remote_job_origin=ours.remote_job_origin)

    assert execute_run(InMemoryJob(job), run, stored).success

    assert not stored.has_run(ours.run_id)
    assert stored.has_run(theirs.run_id)
    for run_id in (theirs.run_id, run.run_id):
        stored.delete_run(run_id)


def test_old_finished_runs_are_deleted_and_running_ones_kept(stored: DagsterInstance) -> None:
    finished, running = start_run(stored), start_run(stored)
    stored.report_run_failed(finished)

    assert delete_runs(stored, datetime.now(UTC) - timedelta(days=1)) == 0
    assert delete_runs(stored, datetime.now(UTC) + timedelta(days=1)) >= 1

    assert stored.get_run_by_id(finished.run_id) is None
    assert running.run_id in list_unfinished_scopes(stored)
    stored.delete_run(running.run_id)
