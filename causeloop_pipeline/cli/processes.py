"""The servers of an installation as children of one process: started in order, ended together.

Every child leads a process group of its own, so that ending it ends what it started; it dies with its parent
where the system supports that, and leftovers of a killed parent are ended at the next start.
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

from causeloop_pipeline.cli.state_files import try_to_replace_file

TERM_SECONDS = 10.0
SET_PARENT_DEATH_SIGNAL = 1
LIBC = ctypes.CDLL(None)  # loaded before any fork: the child of a threaded process must not import anything


class ProcessError(RuntimeError):
    """A server does not start or has ended; the message names its log."""


@dataclass(frozen=True)
class Program:
    """How a server was started, so that it can be restarted."""

    command: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass
class Processes:
    """The children, in the order they were started."""

    logs: Path
    register: Path
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start one server; its output goes to a log of its own."""
        self.programs[name] = Program(tuple(command), dict(environment))
        self.restart(name)

    def restart(self, name: str) -> None:
        """Restart a server that has ended, as it was first started."""
        program = self.programs[name]
        self.logs.mkdir(parents=True, exist_ok=True)
        with open(self.logs / f"{name}.log", "ab", opener=_open_privately) as log:
            self.children[name] = subprocess.Popen(
                program.command,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=0o077,
                preexec_fn=_reset_signals,  # noqa: PLW1509 - it calls the kernel only
            )
        self._write_register()

    def await_listening(self, name: str, address: int | Path, seconds: float = 120) -> None:
        """Wait until a server listens on a port or socket; raise with its log's end if it does not."""
        deadline = time.monotonic() + seconds
        while not is_listening(address):
            if self.children[name].poll() is not None:
                raise ProcessError(f"{name} ended while starting:\n{self.read_log_end(name)}")
            if time.monotonic() > deadline:
                raise ProcessError(f"{name} does not listen on {address}:\n{self.read_log_end(name)}")
            time.sleep(0.1)

    def list_ended(self) -> list[str]:
        """The servers that have ended by themselves."""
        return [name for name, child in self.children.items() if child.poll() is not None]

    def end_group(self, name: str) -> None:
        """End processes that an ended server left running."""
        _signal_group(self.children[name].pid, signal.SIGKILL)

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
        started = {str(child.pid): read_start_time(child.pid) for child in self.children.values()}
        try_to_replace_file(self.register, json.dumps(started))

    def read_log_end(self, name: str) -> str:
        """The path of a server's log, and its last lines."""
        log = self.logs / f"{name}.log"
        return f"{log}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def stop_leftovers(register: Path) -> int:
    """Stop the process groups that a killed supervisor left, even if the group leader has ended.

    A reused pid has another start time and is left alone; the system does not reuse a group's id while the
    group exists.
    """
    if not register.exists():
        return 0
    try:
        registered: dict[str, str] = json.loads(register.read_text())
    except ValueError:  # the machine lost power while an earlier version wrote it
        registered = {}
    ended = 0
    for pid, started in registered.items():
        if read_start_time(int(pid)) in {started, ""}:
            _signal_group(int(pid), signal.SIGKILL)
            ended += 1
    register.unlink(missing_ok=True)
    return ended


def is_listening(address: int | Path) -> bool:
    """Whether anything listens on a loopback port or a socket of the file system."""
    if isinstance(address, int):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", address)) == 0
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(address)) == 0


def read_start_time(pid: int) -> str:
    """When a process was started, in the kernel's ticks; empty when it has ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return status.rsplit(")", 1)[1].split()[19]


def _open_privately(path: str, flags: int) -> int:
    """Open a log that no other user may read; an earlier version may have left it world-readable."""
    descriptor = os.open(path, flags, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


def _reset_signals() -> None:
    """Reset a child's signals, which a background job may ignore, and end the child with its parent."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        LIBC.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
