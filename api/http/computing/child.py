"""The process that computes: it has everything imported, and forks for each connection.

`python -m api.http.computing.child FD MODULE …`. On the socket FD it gets connections, on each pieces of
work of one key, whose results go back. What takes longer than it may, or too much memory, ends with its
process.
"""

import contextlib
import gc
import importlib
import os
import pickle
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from api.http.computing.frames import pack, read_message, send_parts

MAX_DATA_BYTES = 500_000_000
ENDED_FIRST = "700"
"""Where the machine runs out of memory, it ends this before the API."""

NICENESS = 10
"""The event loop and the database come first."""


def main() -> int:
    """Fork until the API has gone."""
    for module in sys.argv[2:]:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    _come_last()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps those that have ended
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        while True:
            byte, descriptors, _, _ = socket.recv_fds(requests, 1, 1)
            if not byte:
                return 0
            if os.fork() == 0:
                requests.close()
                _serve(descriptors[0])
                os._exit(0)
            os.close(descriptors[0])


def _come_last() -> None:
    """Leave the processors to others: as a process, and as a session where the system weighs those."""
    os.nice(NICENESS)
    with contextlib.suppress(OSError):  # sched(7): without it, a session of its own weighs as much as theirs
        Path("/proc/self/autogroup").write_text(str(NICENESS))


def _serve(descriptor: int) -> None:
    """Do pieces of work, one after another, until no more come."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(ENDED_FIRST)
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_DATA_BYTES, MAX_DATA_BYTES))
    with (
        socket.socket(fileno=descriptor) as connection,
        connection.makefile("rb") as incoming,
        contextlib.suppress(EOFError),
    ):
        while True:
            send_parts(connection, _do(*read_message(incoming)))


def _do(name: str, cpu_seconds: float, wall_seconds: float, arguments: tuple[Any, ...]) -> list[bytes]:
    """What a function of a module returned or raised; both signals of the timers end this process."""
    module, _, function = name.partition(":")
    work = getattr(importlib.import_module(module), function)
    signal.setitimer(signal.ITIMER_REAL, wall_seconds)
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    result = _work(work, arguments)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return result


def _work(work: Any, arguments: tuple[Any, ...]) -> list[bytes]:
    """Whether a function returned, and what it returned or raised."""
    try:
        return pack((True, work(*arguments)))
    except Exception as error:
        return _pack_error(error)


def _pack_error(error: Exception) -> list[bytes]:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - just written
    except Exception:  # it cannot travel
        return pack((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return pack((False, error))


if __name__ == "__main__":
    sys.exit(main())
