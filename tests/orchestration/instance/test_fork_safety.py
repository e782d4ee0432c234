"""Runs are forked from a process without threads that a fork would lose, or begin in a new Python."""

import os
import subprocess
import sys
from pathlib import Path

import causeloop_pipeline
from causeloop_pipeline.orchestration.instance.warm_process import WARM_MODULES

ROOT = str(Path(causeloop_pipeline.__file__).parents[1])
WARM = f"""
import importlib
from causeloop_pipeline.orchestration.instance.fork_safety import list_lost_threads
from causeloop_pipeline.storage.dbt.runner import Normalizer

importlib.import_module("{WARM_MODULES}")
print(list_lost_threads())
Normalizer(None).parse()
print(bool(list_lost_threads()))
"""
FORKED = """
import multiprocessing, os, sys, threading
from causeloop_pipeline.orchestration.instance import fork_safety

def run(answers, code):
    answers.put((os.getpid(), os.getppid(), "warm" in globals()))
    sys.exit(code)

def fork(answers):
    pid = os.fork()
    if pid == 0:
        try:
            fork_safety.run_safely(run, answers, 7)
        except SystemExit as ended:
            os._exit(ended.code)
    worker, parent, is_warm = answers.get()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(worker == pid, parent == pid, is_warm, status)

if __name__ == "__main__":
    warm = True
    fork_safety.watch_forks()
    fork(multiprocessing.get_context("spawn").SimpleQueue())
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    fork(multiprocessing.get_context("spawn").SimpleQueue())
"""


def run_program(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    program = folder / "program.py"
    program.write_text(text)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAUSELOOP_")}
    environment |= {"CAUSELOOP_STATE_DIR": str(folder / "state"), "PYTHONPATH": ROOT}
    return subprocess.run(
        [sys.executable, str(program)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )


def test_what_runs_are_forked_from_has_no_thread_of_dbt_polars_or_openmp_with_a_new_state_folder(
    tmp_path: Path,
) -> None:
    done = run_program(tmp_path, WARM)

    assert done.stdout.split("\n")[:2] == ["()", "True"], "and a process that has parsed itself has some"
    assert (tmp_path / "state" / "dbt" / "target" / "manifest.json").exists()


def test_a_run_that_was_forked_beside_a_thread_is_done_by_a_new_python_and_ends_as_that_does(
    tmp_path: Path,
) -> None:
    done = run_program(tmp_path, FORKED)

    alone, beside = (line.split() for line in done.stdout.splitlines())
    assert alone == ["True", "False", "True", "7"]
    assert beside == ["False", "True", "False", "7"]
    assert "was forked from a process with the threads" in done.stderr
