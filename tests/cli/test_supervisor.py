"""One dead server is started again while the others go on; one that keeps on ending is reported."""

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from causeloop_pipeline.cli.processes import Processes
from causeloop_pipeline.cli.supervisor import (
    CRASH_LOOP_ENDINGS,
    STABLE_SECONDS,
    NotReadyError,
    Supervisor,
)
from tests.cli.test_processes import WITH_CHILD, eventually, is_gone

STAY = [sys.executable, "-c", "import time; time.sleep(60)"]
FAIL = [sys.executable, "-c", "raise SystemExit('the port is taken')"]


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path / "logs", tmp_path / "processes.json")
    yield made
    made.stop()


def supervise(processes: Processes, **options: object) -> Supervisor:
    console = Console(file=io.StringIO(), width=200)
    return Supervisor(processes, console, restarts_file=processes.logs / "restarts.json", **options)  # type: ignore[arg-type]


def read_output(supervisor: Supervisor) -> str:
    assert isinstance(supervisor.console.file, io.StringIO)
    return supervisor.console.file.getvalue()


def kill(processes: Processes, name: str) -> None:
    processes.children[name].kill()
    processes.children[name].wait(timeout=20)


def pass_pause(supervisor: Supervisor) -> None:
    """Note the endings, and start again as if the pauses were over."""
    supervisor.restart_ended()
    supervisor.restart_times = dict.fromkeys(supervisor.restart_times, 0.0)
    supervisor.restart_ended()


def test_a_dead_server_is_started_again_and_the_others_go_on(processes: Processes) -> None:
    supervisor = supervise(processes)
    processes.start("api", STAY, os.environ)
    processes.start("daemon", STAY, os.environ)
    before = {name: child.pid for name, child in processes.children.items()}
    kill(processes, "api")

    pass_pause(supervisor)

    assert processes.list_ended() == []
    assert processes.children["api"].pid != before["api"]
    assert processes.children["daemon"].pid == before["daemon"]
    assert "api ended with exit code -9: it starts again in 1 s" in read_output(supervisor)
    assert set(json.loads(processes.register.read_text())) == {
        str(child.pid) for child in processes.children.values()
    }


def test_it_is_not_started_before_its_pause_is_over(processes: Processes) -> None:
    supervisor = supervise(processes)
    processes.start("api", STAY, os.environ)
    kill(processes, "api")

    supervisor.restart_ended()
    supervisor.restart_times["api"] += 3600
    supervisor.restart_ended()

    assert processes.list_ended() == ["api"]


def test_what_a_dead_server_had_started_is_ended_before_it_starts_again(processes: Processes) -> None:
    child_was_gone: list[bool] = []
    supervisor = supervise(
        processes, preparations={"code": lambda: child_was_gone.append(eventually(lambda: is_gone(child)))}
    )
    processes.start("code", [sys.executable, "-c", WITH_CHILD], os.environ)
    log = processes.logs / "code.log"
    assert eventually(log.read_text)
    child = int(log.read_text())
    kill(processes, "code")

    pass_pause(supervisor)

    assert child_was_gone == [True]
    assert processes.list_ended() == []


def test_a_server_waits_for_what_it_needs(processes: Processes) -> None:
    is_ready = False

    def prepare() -> None:
        if not is_ready:
            raise NotReadyError("the database does not respond")

    supervisor = supervise(processes, preparations={"code": prepare})
    processes.start("code", STAY, os.environ)
    kill(processes, "code")

    pass_pause(supervisor)
    assert processes.list_ended() == ["code"]
    is_ready = True
    pass_pause(supervisor)

    assert processes.list_ended() == []
    assert "code waits: the database does not respond" in read_output(supervisor)


def test_one_that_keeps_on_ending_is_tried_more_rarely_and_reported_with_its_log(
    processes: Processes,
) -> None:
    supervisor = supervise(processes)
    processes.start("api", FAIL, os.environ)
    for _ in range(CRASH_LOOP_ENDINGS):
        processes.children["api"].wait(timeout=20)
        pass_pause(supervisor)

    pauses = [line.split()[-2] for line in read_output(supervisor).splitlines() if "starts again" in line]
    assert pauses == ["1", "2", "4", "8", "16"]
    assert f"api has ended {CRASH_LOOP_ENDINGS} times in 10 minutes" in read_output(supervisor)
    assert "the port is taken" in read_output(supervisor)
    assert len(json.loads((processes.logs / "restarts.json").read_text())["api"]) == CRASH_LOOP_ENDINGS


def test_one_that_had_run_for_long_starts_again_at_once(processes: Processes) -> None:
    supervisor = supervise(processes)
    processes.start("api", STAY, os.environ)
    for _ in range(3):
        kill(processes, "api")
        pass_pause(supervisor)
    supervisor.restarted_at["api"] -= STABLE_SECONDS

    kill(processes, "api")
    pass_pause(supervisor)

    pauses = [line.split()[-2] for line in read_output(supervisor).splitlines() if "starts again" in line]
    assert pauses == ["1", "2", "4", "1"]


def test_on_a_full_disk_a_dead_server_is_started_again_all_the_same(processes: Processes) -> None:
    with Path("/dev/full").open("wb", buffering=0) as device:
        console = Console(file=io.TextIOWrapper(device, write_through=True))
        supervisor = Supervisor(processes, console, restarts_file=processes.logs / "restarts.json")
        processes.start("api", STAY, os.environ)
        before = processes.register.read_text()
        for file in (processes.register, processes.logs / "restarts.json"):
            file.with_name(f"{file.name}.new").mkdir()  # nothing can be written
        kill(processes, "api")

        pass_pause(supervisor)

    assert processes.list_ended() == []
    assert processes.register.read_text() == before
