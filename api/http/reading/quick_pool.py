"""A pool that runs one statement on an idle connection without the tasks and timers of a checkout.

asyncpg takes a connection in one task and gives it back in another, which costs as much as the statement.
Where a connection is idle there is nothing to wait for. Anything else is left to asyncpg.
"""

from collections.abc import Callable
from typing import Any

import asyncpg


class QuickPool(asyncpg.Pool):  # type: ignore[misc]
    """A pool whose single statements cost little more than the statement."""

    observe_wait: Callable[[float], None] | None = None

    async def fetchrow(self, query: str, *values: Any, **options: Any) -> Any:
        """The first row of a statement."""
        holder = None if options else self._take_idle()
        if holder is None:
            return await super().fetchrow(query, *values, **options)
        proxy = await holder.acquire()
        try:
            row = await proxy._con.fetchrow(query, *values)
        except BaseException:
            await self.release(proxy)  # as asyncpg does it, whatever state the connection is in
            raise
        if self._is_as_before(holder):
            holder._con._on_release()
            holder._release()
            holder._setup_inactive_callback()
        else:
            await self.release(proxy)
        return row

    async def fetchval(self, query: str, *values: Any, **options: Any) -> Any:
        """The first column of the first row."""
        if options:
            return await super().fetchval(query, *values, **options)
        row = await self.fetchrow(query, *values)
        return None if row is None else row[0]

    def _is_as_before(self, holder: Any) -> bool:
        """Whether a statement has left nothing that asyncpg would reset or end."""
        return bool(
            holder.is_connected()
            and not holder._con.is_in_transaction()
            and holder._con._protocol.queries_count < holder._max_queries
            and holder._generation == self._generation
        )

    def _take_idle(self) -> Any:
        if self._closing or not self._initialized or self._queue.empty():
            return None
        holder = self._queue.get_nowait()
        if not holder.is_connected() or holder._generation != self._generation:
            self._queue.put_nowait(holder)
            return None
        if self.observe_wait is not None:
            self.observe_wait(0.0)
        return holder
