"""What a killed PostgreSQL server leaves: its pid file, and processes that keep its shared memory in use."""

import contextlib
import os
import signal
import time
from pathlib import Path

ORPHAN_SECONDS = 2.0


def is_postmaster_alive(data: Path) -> bool:
    """Whether the process that a data folder's pid file names is a server of this folder."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0]) in _find_processes(data)
    return False


def wait_for_killed_server(data: Path) -> None:
    """Wait until a killed postmaster is reaped; until then a new one would take it for a running server."""
    pid_file = data / "postmaster.pid"
    deadline = time.monotonic() + 60
    while pid_file.exists() and time.monotonic() < deadline:
        status = Path("/proc") / pid_file.read_text().split("\n", 1)[0].strip() / "stat"
        if not status.exists() or ") Z" not in status.read_text():
            return
        time.sleep(0.2)


def end_orphans(data: Path) -> int:
    """End the processes that a killed postmaster left, which keep its shared memory in use; returns how many.

    Idle ones notice the postmaster's death by themselves; busy ones only when they finish.
    """
    deadline, orphans = time.monotonic() + ORPHAN_SECONDS, _find_processes(data)
    count = len(orphans)
    while orphans and time.monotonic() < deadline:
        time.sleep(0.1)
        orphans = _find_processes(data)
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + ORPHAN_SECONDS
        while orphans and time.monotonic() < deadline:
            time.sleep(0.1)
            orphans = _find_processes(data)
    return count


def _find_processes(data: Path) -> list[int]:
    """Find PostgreSQL's processes by their working directory, the data folder."""
    data, processes = data.resolve(), []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == data and (process / "comm").read_text().startswith("postgres"):
                processes.append(int(process.name))
    return processes
