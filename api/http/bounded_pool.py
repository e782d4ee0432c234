"""Connections of the API to PostgreSQL: a request that gets none in time is answered with 503."""

import asyncio
import contextlib
import math
import time
import weakref
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from psycopg_pool import ConnectionPool

from causeloop_pipeline.settings import Settings

POOL_SIZE = 12
LANDING_POOL_SIZE = 6
MAX_IDLE_IN_TRANSACTION_SECONDS = 30
CANCEL_SECONDS = 5.0


@dataclass(frozen=True)
class DatabaseBounds:
    """How long a request waits for the database, in seconds, before it is answered with 503.

    Waits for a connection or for another request's lock have short limits. A running statement may take
    longer: a batch, an export, a similarity search.
    """

    wait_seconds: float = 1.5
    lock_seconds: float = 1.5
    statement_seconds: float = 15.0

    @classmethod
    def of(cls, config: Settings) -> "DatabaseBounds":
        """The bounds from the settings."""
        return cls(config.api_wait_seconds, config.api_lock_seconds, config.api_statement_seconds)

    @property
    def server_settings(self) -> dict[str, str]:
        """The bounds that PostgreSQL itself enforces for a session."""
        return {
            "statement_timeout": f"{self.statement_seconds * 1000:.0f}",
            "lock_timeout": f"{self.lock_seconds * 1000:.0f}",
            "idle_in_transaction_session_timeout": f"{MAX_IDLE_IN_TRANSACTION_SECONDS * 1000}",
        }


DEFAULT_BOUNDS = DatabaseBounds()


class DatabaseBusyError(Exception):
    """All connections were in use for as long as a request may wait for one."""


@dataclass
class BoundedPool:
    """A pool of asyncpg whose callers wait for a bounded time for a connection."""

    wait_seconds: float
    connections: weakref.WeakSet[asyncpg.Connection] = field(default_factory=weakref.WeakSet)
    """All open connections, idle or in use."""

    threads: set[asyncio.Timeout] = field(default_factory=set)
    """Waits for threads that use the landing pool."""

    answered_at: float = -math.inf
    """When the database last did what a request wanted, by the monotonic clock."""

    observe_wait: Callable[[float], None] | None = None
    count_refusal: Callable[[], None] | None = None
    pool: Any = None

    @contextlib.asynccontextmanager
    async def acquire(self) -> AsyncIterator[asyncpg.Connection]:
        """Hold a connection until the block ends; DatabaseBusyError when none becomes free in time."""
        connection = await self._wait_for_connection()
        try:
            yield connection
        finally:
            await self.pool.release(connection)
        self.answered_at = time.monotonic()

    async def _wait_for_connection(self) -> asyncpg.Connection:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self.wait_seconds):
                return await self.pool.acquire()
        except TimeoutError:
            if self.count_refusal is not None:
                self.count_refusal()
            raise DatabaseBusyError from None
        finally:
            if self.observe_wait is not None:
                self.observe_wait(time.perf_counter() - started)

    async def fetch(self, *statement: Any) -> Any:
        """All rows of a statement."""
        async with self.acquire() as connection:
            return await connection.fetch(*statement)

    async def fetchrow(self, *statement: Any) -> Any:
        """The first row of a statement."""
        async with self.acquire() as connection:
            return await connection.fetchrow(*statement)

    async def fetchval(self, *statement: Any, **options: Any) -> Any:
        """The first column of the first row."""
        async with self.acquire() as connection:
            return await connection.fetchval(*statement, **options)

    async def execute(self, *statement: Any) -> Any:
        """Run a statement that returns nothing."""
        async with self.acquire() as connection:
            return await connection.execute(*statement)

    @property
    def size(self) -> int:
        """How many connections are open."""
        return int(self.pool.get_size())

    @property
    def idle(self) -> int:
        """How many connections are idle."""
        return int(self.pool.get_idle_size())

    def give_up(self) -> None:
        """End all connections and all waits for threads, because the database has stopped responding."""
        for connection in tuple(self.connections):
            if not connection.is_closed():
                connection.terminate()
        for wait in self.threads:
            wait.reschedule(asyncio.get_running_loop().time())

    async def close(self) -> None:
        """Close all connections as they are released."""
        await self.pool.close()

    def terminate(self) -> None:
        """Terminate all connections at once."""
        self.pool.terminate()


async def open_pool(url: str, bounds: DatabaseBounds = DEFAULT_BOUNDS) -> BoundedPool:
    """Connections of the API's database role; no state survives a request."""
    opened = BoundedPool(bounds.wait_seconds)

    async def watch(connection: asyncpg.Connection) -> None:
        opened.connections.add(connection)

    opened.pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=POOL_SIZE,
        init=watch,
        reset=_reset,
        timeout=bounds.wait_seconds,
        command_timeout=bounds.statement_seconds + CANCEL_SECONDS,
        server_settings={
            "timezone": "UTC",
            "application_name": "causeloop-api",
            **bounds.server_settings,
        },
    )
    return opened


def open_landing_pool(url: str, bounds: DatabaseBounds = DEFAULT_BOUNDS) -> ConnectionPool:
    """Connections for storage functions that run in threads; opened on demand."""
    options = " ".join(f"-c {name}={value}" for name, value in bounds.server_settings.items())
    return ConnectionPool(
        url,
        kwargs={"options": options, "connect_timeout": math.ceil(bounds.wait_seconds)},
        min_size=0,
        max_size=LANDING_POOL_SIZE,
        max_idle=60,
        timeout=bounds.wait_seconds,
        reconnect_timeout=bounds.wait_seconds,  # the next request tries again, once the database is back
        open=True,
        name="landing",
    )


async def _reset(connection: asyncpg.Connection) -> None:
    """Roll back an open transaction; no setting outlives one, so nothing else needs a reset."""
    if connection.is_in_transaction():
        await connection.execute("rollback")
