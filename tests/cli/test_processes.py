"""The servers of an installation start in order, end together, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from causeloop_pipeline.cli.processes import (
    ProcessError,
    Processes,
    is_listening,
    read_start_time,
    stop_leftovers,
)
from causeloop_pipeline.storage.embedded.postgres_server import find_free_port

LISTEN = (
    "import socket, sys, time; s = socket.socket(); s.bind(('127.0.0.1', int(sys.argv[1]))); s.listen(); "
    "time.sleep(60)"
)
WITH_CHILD = (
    "import subprocess, sys, time; "
    "c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    "print(c.pid, flush=True); time.sleep(60)"
)


ASK_FOR_SIGNALS = (
    "import signal, sys; "
    "sys.exit(sum(signal.getsignal(each) == signal.SIG_IGN for each in (signal.SIGINT, signal.SIGTERM)))"
)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path / "logs", tmp_path / "processes.json")
    yield made
    made.stop()


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-c", *arguments]


def eventually(condition: Callable[[], object], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def is_gone(pid: int) -> bool:
    """Ended, be it reaped or not."""
    try:
        return ") Z" in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def test_a_server_receives_the_signals_that_its_parent_ignores(
    processes: Processes,
) -> None:
    former = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        processes.start("server", python(ASK_FOR_SIGNALS), os.environ)
        ignored = processes.children["server"].wait(timeout=60)
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)

    assert ignored == 0


def test_a_server_is_awaited_until_it_listens_and_gone_after_the_stop(processes: Processes) -> None:
    port = find_free_port()
    processes.start("listener", python(LISTEN, str(port)), os.environ)

    processes.await_listening("listener", port)
    processes.stop()

    assert not is_listening(port)


def test_a_server_that_ends_while_starting_is_explained_by_its_log(processes: Processes) -> None:
    processes.start("broken", python("raise SystemExit('no such database')"), os.environ)

    with pytest.raises(ProcessError, match="no such database"):
        processes.await_listening("broken", find_free_port())


def test_a_server_that_ends_later_is_noticed_and_its_log_is_at_hand(processes: Processes) -> None:
    processes.start("short", python("print('out of memory')"), os.environ)
    processes.start("long", python("import time; time.sleep(60)"), os.environ)
    processes.children["short"].wait(timeout=20)

    assert processes.list_ended() == ["short"]
    assert "out of memory" in processes.read_log_end("short")


def test_stopping_ends_what_a_server_started_too(processes: Processes) -> None:
    processes.start("parent", python(WITH_CHILD), os.environ)
    log = processes.logs / "parent.log"
    assert eventually(log.read_text)
    child = int(log.read_text())

    processes.stop()

    assert eventually(lambda: is_gone(child))


def test_what_a_killed_supervisor_left_is_ended_at_the_next_start(tmp_path: Path) -> None:
    code = (
        "import os, sys, time; from pathlib import Path; "
        "from causeloop_pipeline.cli.processes import Processes; "
        "p = Processes(Path(sys.argv[1]) / 'logs', Path(sys.argv[1]) / 'processes.json'); "
        f"p.start('stubborn', [sys.executable, '-c', {WITH_CHILD!r}], os.environ); "
        "print('up', flush=True); time.sleep(60)"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    supervisor.stdout.readline()
    log = tmp_path / "logs" / "stubborn.log"
    assert eventually(log.read_text)
    grandchild = int(log.read_text())
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()

    stop_leftovers(tmp_path / "processes.json")

    assert eventually(lambda: is_gone(grandchild))
    assert not (tmp_path / "processes.json").exists()


def test_a_pid_that_now_belongs_to_another_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(python("import time; time.sleep(60)"), start_new_session=True)
    register = tmp_path / "processes.json"
    register.write_text(f'{{"{stranger.pid}": "1"}}')

    assert stop_leftovers(register) == 0
    assert read_start_time(stranger.pid)

    stranger.kill()
    stranger.wait()


def test_a_register_that_was_cut_off_by_a_power_failure_does_not_prevent_a_start(tmp_path: Path) -> None:
    register = tmp_path / "processes.json"
    register.write_text('{"1234": "56')

    assert stop_leftovers(register) == 0
    assert not register.exists()
