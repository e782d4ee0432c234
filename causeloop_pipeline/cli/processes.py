"""The servers of an installation as children of one process: started in order, ended together.

Every child leads a process group of its own, so that ending it ends what it started; it dies with its
parent where the system can promise that, and what a killed parent left behind is ended at the next start.
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TERM_SECONDS = 10.0
SET_PARENT_DEATH_SIGNAL = 1


class ProcessError(RuntimeError):
    """A server does not start or has ended; the message names its log."""


@dataclass
class Processes:
    """The children, in the order they were started."""

    logs: Path
    register: Path
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start one server; its output goes to a log of its own."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                list(command),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_reset_signals,  # noqa: PLW1509 - the supervisor has no threads
            )
        self._write_register()

    def await_port(self, name: str, port: int, seconds: float = 120) -> None:
        """Wait until a server listens; raise with its log's end if it does not."""
        deadline = time.monotonic() + seconds
        while not is_listening(port):
            if self.children[name].poll() is not None:
                raise ProcessError(f"{name} ended while starting:\n{self._log_end(name)}")
            if time.monotonic() > deadline:
                raise ProcessError(f"{name} does not listen on port {port}:\n{self._log_end(name)}")
            time.sleep(0.1)

    def check(self) -> None:
        """Raise when a server has ended by itself."""
        for name, child in self.children.items():
            if child.poll() is not None:
                raise ProcessError(f"{name} ended with exit code {child.returncode}:\n{self._log_end(name)}")

    def stop(self) -> None:
        """Stop all servers, the last started first: SIGTERM, then SIGKILL."""
        for child in reversed(self.children.values()):
            _signal_group(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + TERM_SECONDS
        for child in reversed(self.children.values()):
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            _signal_group(child.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=TERM_SECONDS)
        self.register.unlink(missing_ok=True)

    def _write_register(self) -> None:
        started = {str(child.pid): start_time(child.pid) for child in self.children.values()}
        self.register.write_text(json.dumps(started))

    def _log_end(self, name: str) -> str:
        log = self.logs / f"{name}.log"
        return f"{log}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def stop_leftovers(register: Path) -> int:
    """Stop the process groups that a killed supervisor left, even if the group leader has ended.

    A pid reused by another process has another start time and is left alone; while a group lives, the
    system does not reuse its number.
    """
    if not register.exists():
        return 0
    registered: dict[str, str] = json.loads(register.read_text() or "{}")
    ended = 0
    for pid, started in registered.items():
        if start_time(int(pid)) in {started, ""}:
            _signal_group(int(pid), signal.SIGKILL)
            ended += 1
    register.unlink(missing_ok=True)
    return ended


def is_listening(port: int) -> bool:
    """Whether anything listens on a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start_time(pid: int) -> str:
    """When a process was started, in the kernel's ticks; empty when it has ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return status.rsplit(")", 1)[1].split()[19]


def _reset_signals() -> None:
    """A child must receive SIGINT (make ignores it for background jobs) and end with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
