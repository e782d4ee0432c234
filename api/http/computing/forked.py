"""Forked processes that wait for another piece of work of the same key, so that it finds all warm.

A process computes for one key only, such as a workspace. It ends when nothing more comes for a while, after
some pieces of work, after one that was large or failed, and where others need its place.
"""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from api.http.computing.frames import receive, send

MAX_WAITING_SECONDS = 300.0
MAX_PIECES = 200
MAX_KEPT_BYTES = 1_000_000
"""What has had more in memory gives it back by ending."""


@dataclass(eq=False)
class Forked:
    """A forked process, by the ends of its socket."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    pieces: int = 0
    largest: int = 0

    async def exchange(self, message: Any) -> Any:
        """The message that answers a message."""
        sent = await send(self.writer, message)
        answer, received = await receive(self.reader)
        self.pieces += 1
        self.largest = max(self.largest, sent, received)
        return answer

    def may_wait(self) -> bool:
        """Whether it may have another piece of work."""
        return self.pieces < MAX_PIECES and self.largest <= MAX_KEPT_BYTES

    def is_ended(self) -> bool:
        """Whether its process has gone."""
        return self.reader.at_eof() or self.writer.is_closing()

    def end(self) -> None:
        """Let its process end."""
        self.writer.close()


@dataclass
class WaitingProcesses:
    """Those that wait, the longest waiting first."""

    limit: int
    waiting: dict[Forked, tuple[Hashable, asyncio.TimerHandle]] = field(default_factory=dict)

    def take(self, key: Hashable) -> Forked | None:
        """The one that waited for this key the shortest time, if there is one."""
        for forked, (of_key, timer) in reversed(list(self.waiting.items())):
            if of_key == key:
                if forked.is_ended():
                    self._end(forked)
                else:
                    del self.waiting[forked]
                    timer.cancel()
                    return forked
        return None

    def keep(self, key: Hashable, forked: Forked) -> None:
        """Let one wait, in the place of the one that waited longest where there are enough."""
        timer = asyncio.get_running_loop().call_later(MAX_WAITING_SECONDS, self._end, forked)
        self.waiting[forked] = (key, timer)
        while len(self.waiting) > self.limit:
            self._end(next(iter(self.waiting)))

    def close(self) -> None:
        """End all."""
        for forked in list(self.waiting):
            self._end(forked)

    def _end(self, forked: Forked) -> None:
        _, timer = self.waiting.pop(forked)
        timer.cancel()
        forked.end()
