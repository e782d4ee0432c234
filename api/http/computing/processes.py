"""Runs functions in processes of their own, each bounded in time; the event loop only waits for them.

Each key, such as a workspace, has a share of the processes; the others of its requests wait.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, TypeVarTuple

from anyio import to_thread

from api.http.computing.forked import Forked, WaitingProcesses
from api.http.concurrency import FairShare, refuse_another
from api.http.errors import Problem
from causeloop_pipeline.settings import settings

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

MAX_PROCESSES = max(2, (os.cpu_count() or 1) // 2)
MAX_PROCESSES_PER_KEY = max(1, MAX_PROCESSES // 2)
MAX_CPU_SECONDS = 10.0
MAX_WALL_SECONDS = 60.0
"""On a busy machine a piece of work waits longer than it computes."""

IDLE_SECONDS = 600.0
MAX_INLINE_BYTES = 8_192
"""Less is read faster than it is passed on."""

NO_STATE = "/nonexistent"
BEYOND_BOUNDS = (MemoryError, RecursionError)
"""What work ends with that holds more, or is nested deeper, than a process may."""


class TooCostlyError(Problem):
    """A piece of work took more than it may."""

    def __init__(self) -> None:
        super().__init__(
            422,
            "too_costly",
            f"this takes more than {MAX_CPU_SECONDS:.0f} seconds or too much memory to compute: "
            "send less of it, or simplify it",
        )


def share_processes(places: int, why: str) -> FairShare:
    """A share of the processes."""
    return FairShare(places, lambda: refuse_another(why))


@dataclass
class Computing:
    """The process that forks for each key's work; it starts with the first, and ends when idle."""

    modules: Sequence[str] = ()
    """What it imports once, for all."""

    of_key: FairShare = field(
        default_factory=lambda: share_processes(
            MAX_PROCESSES_PER_KEY, "other requests of yours are being computed"
        )
    )
    of_all: FairShare = field(
        default_factory=lambda: share_processes(MAX_PROCESSES, "too many requests are being computed")
    )
    waiting: WaitingProcesses = field(default_factory=lambda: WaitingProcesses(MAX_PROCESSES))
    process: subprocess.Popen[bytes] | None = None
    requests: socket.socket | None = None
    timer: asyncio.TimerHandle | None = None
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(
        self, key: Hashable, work: Callable[[*Arguments], Result], *arguments: *Arguments
    ) -> Result:
        """What a function of a module returns; no database connection may be held meanwhile."""
        async with self.of_key.hold(key), self.of_all.hold("all"):
            async with self.starting:
                await self._start_unless_running()
            return await self._compute(key, work, arguments)

    async def _compute(
        self, key: Hashable, work: Callable[..., Result], arguments: tuple[Any, ...]
    ) -> Result:
        name = f"{work.__module__}:{work.__qualname__}"
        message = (name, MAX_CPU_SECONDS, MAX_WALL_SECONDS, arguments)
        forked = self.waiting.take(key) or await self._fork()
        is_returned = False
        try:
            async with asyncio.timeout(2 * MAX_WALL_SECONDS):
                is_returned, result = await forked.exchange(message)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            raise TooCostlyError from None
        finally:
            if is_returned and forked.may_wait():
                self.waiting.keep(key, forked)
            else:
                forked.end()
        if not is_returned:
            if isinstance(result, BEYOND_BOUNDS):
                raise TooCostlyError from result
            raise result
        return result  # type: ignore[no-any-return]

    async def _fork(self) -> Forked:
        """A process of its own."""
        ours, theirs = socket.socketpair()
        assert self.requests is not None  # noqa: S101
        with theirs:
            socket.send_fds(self.requests, [b"+"], [theirs.fileno()])
        return Forked(*await asyncio.open_connection(sock=ours))

    async def _start_unless_running(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self.close()
            self.requests, theirs = socket.socketpair()
            with theirs:
                self.process = await to_thread.run_sync(_start, theirs.fileno(), tuple(self.modules))
        if self.timer is not None:
            self.timer.cancel()
        self.timer = asyncio.get_running_loop().call_later(IDLE_SECONDS, self.close)

    def close(self) -> None:
        """End the process, and those that wait; what computes goes on to its end."""
        self.waiting.close()
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.requests is not None:
            self.requests.close()
            self.requests = None
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait()
            self.process = None


def _start(requests: int, modules: Sequence[str]) -> subprocess.Popen[bytes]:
    """A process with nothing but the code: none of this installation's secrets."""
    environment = {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "1",
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1"),
        "CAUSELOOP_STATE_DIR": NO_STATE,
        "CAUSELOOP_PUBLIC_URL": settings().public_url,
    }
    command = [sys.executable, "-m", "api.http.computing.child", str(requests), *modules]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, pass_fds=[requests], start_new_session=True
    )
