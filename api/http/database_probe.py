"""Notices that the database has stopped responding: its machine is gone, or it hangs.

A server that ends closes its connections, which every statement notices at once. One that is cut off sends
nothing, and a statement would wait for its full timeout. So while a request waits for longer than usual and
no other is served, a new connection is tried; without one in time, everything that waits for the database is
given up with a 503.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field

import asyncpg

from api.http.bounded_pool import BoundedPool, DatabaseBounds

FIRST_TRY, TRY = 0.4, 0.8
"""Fractions of the maximum wait for a connection: until the first probe, and for one probe."""


class Wait:
    """A request that has not been answered yet."""

    timer: asyncio.TimerHandle

    def end(self) -> None:
        """The response has begun."""
        self.timer.cancel()


@dataclass
class DatabaseProbe:
    """Tries a connection while any request waits; gives up all waits when the database is silent."""

    url: str
    pool: BoundedPool
    bounds: DatabaseBounds
    attempt: asyncio.Task[None] | None = None
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def begin(self) -> Wait:
        """Note that a request has begun; its response ends the wait."""
        wait = Wait()
        self._look_later(wait)
        return wait

    @property
    def first_try_seconds(self) -> float:
        """How long a request waits, and no other is served, until it is probed."""
        return FIRST_TRY * self.bounds.wait_seconds

    def _look_later(self, wait: Wait) -> None:
        wait.timer = self.loop.call_later(self.first_try_seconds, self._look, wait)

    def _look(self, wait: Wait) -> None:
        is_silent = time.monotonic() - self.pool.answered_at > self.first_try_seconds
        if is_silent and (self.attempt is None or self.attempt.done()):
            self.attempt = self.loop.create_task(self.try_connection())
        self._look_later(wait)

    async def try_connection(self) -> None:
        """Give up all waits where the database does not answer a new connection in time."""
        seconds = TRY * self.bounds.wait_seconds
        try:
            connection = await asyncpg.connect(self.url, timeout=seconds)
        except (OSError, TimeoutError):
            self.pool.give_up()
        except asyncpg.PostgresError:
            return  # it answers, if only to say that it starts or has no connection left
        else:
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError):
                await connection.close(timeout=seconds)
