"""Runs are forked from a process that has imported everything: they compute, read settings again, and end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg

import causeloop_pipeline
from tests.conftest import Installation

PROGRAM = """
import multiprocessing, os, sys
from causeloop_pipeline.orchestration.instance.warm_process import start_warm_process

def compute(number):
    began_warm = "dbt.cli.main" in sys.modules and "causeloop_pipeline.stages.patterns" in sys.modules
    import numpy as np, polars as pl
    frame = pl.DataFrame({"key": np.arange(20_000) % 7, "value": np.ones(20_000)})
    total = frame.lazy().group_by("key").agg(pl.col("value").sum()).collect()["value"].sum()
    square = float((np.ones((300, 300)) @ np.ones((300, 300))).sum())
    from causeloop_pipeline.settings import settings
    return began_warm, total, square, settings().log_level, os.getppid()

def run(number, answers):
    answers.put(compute(number))

if __name__ == "__main__":
    start_warm_process()
    context = multiprocessing.get_context("forkserver")
    answers = context.Queue()
    processes = [context.Process(target=run, args=(number, answers)) for number in range(8)]
    for process in processes:
        process.start()
    found = [answers.get(timeout=100) for _ in processes]
    for process in processes:
        process.join(timeout=100)
    assert [process.exitcode for process in processes] == [0] * 8
    assert {answer[:3] for answer in found} == {(True, 20_000.0, 300.0**3)}, found
    assert len({answer[4] for answer in found}) == 1, "they have one parent"
    assert os.getpid() not in {answer[4] for answer in found}
    print("all computed")
"""


def test_many_runs_that_are_forked_from_one_warm_process_compute_and_end(
    installation: Installation, definitions: dg.Definitions, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    root = str(Path(causeloop_pipeline.__file__).parents[1])
    environment = {
        **os.environ,
        "CAUSELOOP_STATE_DIR": str(installation.state_dir),
        "PYTHONPATH": root,
    }
    done = subprocess.run(
        [sys.executable, str(program)], env=environment, capture_output=True, text=True, check=False
    )

    assert done.stdout.strip() == "all computed", done.stdout + done.stderr


def test_a_code_server_that_is_interrupted_ends_at_once(installation: Installation, tmp_path: Path) -> None:
    """As units do it, by SIGINT to all of its processes; Python 3.13 once waited forever."""
    (tmp_path / "empty.py").write_text("import dagster as dg\n\ndefs = dg.Definitions()\n")
    module = "causeloop_pipeline.orchestration.instance"
    address = tmp_path / "code.sock"
    environment = {
        **os.environ,
        "CAUSELOOP_STATE_DIR": str(installation.state_dir),
        "PYTHONPATH": str(Path(causeloop_pipeline.__file__).parents[1]),
    }
    serve = [sys.executable, "-m", f"{module}.code_server", "-f", str(tmp_path / "empty.py")]
    server = subprocess.Popen([*serve, "--socket", str(address)], env=environment, start_new_session=True)
    try:
        ready = [sys.executable, "-m", f"{module}.await_socket", str(address)]
        subprocess.run(ready, env=environment, check=True, timeout=120)
        os.killpg(server.pid, signal.SIGINT)
        server.wait(timeout=20)
    finally:
        server.kill()
