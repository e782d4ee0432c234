"""Work whose sender waits for three seconds only: what takes longer goes on after the acknowledgement."""

import asyncio
from collections.abc import Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from api.http.concurrency import ConcurrencyLimit

SECONDS_TO_ANSWER = 2.0
SECONDS_TO_FINISH = 5.0

Result = TypeVar("Result")


@dataclass
class AcknowledgedWork:
    """The work in progress, so much at once as the limit allows."""

    limit: ConcurrencyLimit
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    async def run(self, key: Hashable, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Begin it, and wait for as long as its sender does; 429 where too much is in progress."""
        try:
            self.limit.check(key)
        except BaseException:
            work.close()
            raise
        task = self.start(self._hold(key, work))
        await asyncio.wait({task}, timeout=SECONDS_TO_ANSWER)
        return task

    def start(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Begin what nobody waits for."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def finish(self) -> None:
        """Let what is in progress end before the process does."""
        if self.tasks:
            await asyncio.wait(set(self.tasks), timeout=SECONDS_TO_FINISH)

    async def _hold(self, key: Hashable, work: Coroutine[Any, Any, Result]) -> Result:
        with self.limit.hold(key):
            return await work
