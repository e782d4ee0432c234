"""A run that takes longer than it may ends with its stack in the log, whatever it waits for."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterInstance

import causeloop_pipeline
from causeloop_pipeline.orchestration.longest_time import EXIT_CODE, limit_in_process_executor

ROOT = str(Path(causeloop_pipeline.__file__).parents[1])
PROGRAM = """
import ctypes, sys, time
import dagster as dg
from causeloop_pipeline.orchestration import longest_time

longest_time.SECONDS_TO_REPORT = 0.5

@dg.op
def wait_in_python():
    time.sleep(60)

@dg.op
def wait_in_a_library_that_stops_python():
    ctypes.PyDLL(None).sleep(60)

@dg.job(executor_def=longest_time.limit_in_process_executor)
def python():
    wait_in_python()

@dg.job(executor_def=longest_time.limit_in_process_executor)
def library():
    wait_in_a_library_that_stops_python()

if __name__ == "__main__":
    if sys.argv[1] == "quick":
        with longest_time.end_after(3, print):
            pass
        time.sleep(4)
        sys.exit()
    job = {"python": python, "library": library}[sys.argv[1]]
    with dg.DagsterInstance.get() as instance:
        tags = {"dagster/max_runtime": "1", "of": sys.argv[1]}
        dg.execute_job(dg.reconstructable(job), instance=instance, tags=tags)
"""


def execute(folder: Path, job: str) -> subprocess.CompletedProcess[str]:
    program = folder / "waiting_jobs.py"
    program.write_text(PROGRAM)
    return subprocess.run(
        [sys.executable, str(program), job],
        env={**os.environ, "DAGSTER_HOME": str(folder), "PYTHONPATH": f"{ROOT}:{folder}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DagsterInstance:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return DagsterInstance.get()


def test_a_run_that_waits_for_ever_fails_with_where_it_stood(
    tmp_path: Path, instance: DagsterInstance
) -> None:
    done = execute(tmp_path, "python")

    (run,) = instance.get_runs()
    failures = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert (done.returncode, run.status) == (EXIT_CODE, dg.DagsterRunStatus.FAILURE)
    assert "in wait_in_python" in done.stderr
    assert "longer than 1 s (dagster/max_runtime)" in failures[0].message
    assert "in wait_in_python" in failures[0].message


def test_it_ends_also_where_a_library_lets_no_python_run(tmp_path: Path) -> None:
    done = execute(tmp_path, "library")

    assert done.returncode == 1
    assert "in wait_in_a_library_that_stops_python" in done.stderr


def test_a_process_may_go_on_after_its_run(tmp_path: Path) -> None:
    done = execute(tmp_path, "quick")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_job_of_the_product_has_this_limit(definitions: dg.Definitions) -> None:
    jobs = [job for job in definitions.get_repository_def().get_all_jobs() if job.name != "__ASSET_JOB"]

    assert len(jobs) > 5
    assert [job.name for job in jobs if job.executor_def is not limit_in_process_executor] == []


WORKSPACES = dg.DynamicPartitionsDefinition(name="workspaces")


@dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b")], partitions_def=WORKSPACES, can_subset=True)
def both():
    yield dg.MaterializeResult("a")
    yield dg.MaterializeResult("b")


def build_partitioned_job() -> dg.JobDefinition:
    job = dg.define_asset_job("both_of_them", executor_def=limit_in_process_executor)
    return dg.Definitions(assets=[both], jobs=[job]).get_job_def("both_of_them")


def test_a_run_of_partitioned_assets_without_a_partition_fails_once_and_says_what_to_choose(
    tmp_path: Path,
) -> None:
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        instance.add_dynamic_partitions("workspaces", ["one"])
        job = dg.reconstructable(build_partitioned_job)
        without = dg.execute_job(job, instance)
        with_one = dg.execute_job(job, instance, tags={"dagster/partition": "one"})

        assert (without.success, with_one.success) == (False, True)
        events = [entry.dagster_event for entry in instance.all_logs(without.run_id) if entry.dagster_event]
        (failure,) = [event for event in events if event.is_failure]
        assert "choose a partition" in str(failure.event_specific_data)
        assert [event for event in events if event.is_step_start] == []
