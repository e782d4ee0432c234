"""Asks the process that holds the sentence encoder; the event loop only waits for it.

Where it cannot be used, its error is logged once a minute, and searches go on by words alone.
"""

import asyncio
import contextlib
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from anyio import to_thread

from api.http.computing.frames import receive, send
from api.http.computing.processes import NO_STATE
from api.http.concurrency import FairShare
from causeloop_pipeline.encoder.configured import is_semantic_search_on, read_pinned_digest
from causeloop_pipeline.settings import settings

MAX_SECONDS = 3.0
MAX_START_SECONDS = 20.0
RETRY_SECONDS = 60.0

log = logging.getLogger("causeloop.api")


class SearchByMeaningError(RuntimeError):
    """The encoder cannot be used now."""


FAULTS = (OSError, TimeoutError, asyncio.IncompleteReadError, SearchByMeaningError)
"""Errors after which the process is left alone for a minute."""


@dataclass
class EncoderProcess:
    """The process, which starts with the first search: a piece of work at a time, workspaces in turn."""

    of_key: FairShare = field(
        default_factory=lambda: FairShare(
            1, lambda: SearchByMeaningError("other searches of the workspace are in progress")
        )
    )
    """Who waits too long for a turn searches by words alone."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    process: subprocess.Popen[bytes] | None = None
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    unfinished: "set[asyncio.Task[tuple[bool, Any]]]" = field(default_factory=set)
    retry_at: float = 0.0

    @property
    def is_on(self) -> bool:
        """Whether an operator has named an encoder, and it has not just failed."""
        return is_semantic_search_on(settings()) and time.monotonic() >= self.retry_at

    async def run(self, key: Hashable, name: str, *arguments: Any) -> Any:
        """What the child makes of a piece of work; no database connection may be held meanwhile.

        Who gives up does not end it: the next answer on the socket must be that of the next piece of work.
        """
        async with self.of_key.hold(key):
            work = asyncio.create_task(self._take_turn(name, arguments))
            self.unfinished.add(work)
            work.add_done_callback(self._end_work)
            is_returned, result = await asyncio.shield(work)
        if not is_returned:
            log.warning("a search is by words alone: the encoder refused its text: %s", result)
            raise SearchByMeaningError(result)
        return result

    def _end_work(self, work: "asyncio.Task[tuple[bool, Any]]") -> None:
        self.unfinished.discard(work)
        if not work.cancelled():
            work.exception()  # it was raised where somebody still waits

    async def _take_turn(self, name: str, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
        async with self.turn:
            try:
                reader, writer = await self._start_unless_running()
                async with asyncio.timeout(MAX_SECONDS):
                    await send(writer, (name, arguments))
                    return await _read_answer(reader)
            except BaseException as error:
                self.close()
                if not isinstance(error, FAULTS):
                    raise
                self.retry_at = time.monotonic() + RETRY_SECONDS
                reason = str(error) or type(error).__name__
                log.warning("searches are by words alone for a minute: no encoder can be used: %s", reason)
                raise SearchByMeaningError(reason) from None

    async def _start_unless_running(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.streams is not None and self.process is not None and self.process.poll() is None:
            return self.streams
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = await to_thread.run_sync(_start, theirs.fileno())
        self.streams = await asyncio.open_connection(sock=ours)
        async with asyncio.timeout(MAX_START_SECONDS):
            is_loaded, reason = await _read_answer(self.streams[0])
        if not is_loaded:
            raise SearchByMeaningError(reason)
        return self.streams

    def close(self) -> None:
        """End the process."""
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait()
            self.process = None


async def _read_answer(reader: asyncio.StreamReader) -> tuple[bool, Any]:
    """Whether a piece of work returned, and what it returned or why it did not."""
    (is_returned, result), _ = await receive(reader)
    return bool(is_returned), result


def _start(connection: int) -> subprocess.Popen[bytes]:
    """A process with nothing but the code and the encoder's settings: none of this installation's secrets."""
    config = settings()
    environment = {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "1",
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(config.semantic_threads)),
        "CAUSELOOP_STATE_DIR": NO_STATE,
        "CAUSELOOP_SEMANTIC_FOLDER": str(config.semantic_folder),
        "CAUSELOOP_SEMANTIC_SHA256": read_pinned_digest(config),
        "CAUSELOOP_SEMANTIC_THREADS": str(config.semantic_threads),
    }
    command = [sys.executable, "-m", "api.issues.similar.semantic.child", str(connection)]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, pass_fds=[connection], start_new_session=True
    )
