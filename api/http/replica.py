"""A streaming replica that answers reads while its lag is small and it shows the reader's own writes.

Every second the primary's log position is compared with the replica's replay position, which tells up to
which moment the replica is complete. A workspace with later writes reads from the primary, and so does
everybody while the replica is unavailable or too far behind.
"""

import asyncio
import contextlib
import logging
import math
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from api.http.bounded_pool import BoundedPool, DatabaseBounds, DatabaseBusyError, open_pool

MAX_LAG_SECONDS = 5.0
COMPARE_SECONDS = 1.0
UNFLUSHED_SECONDS = 1.0
"""An asynchronous commit is flushed to the log after this time at most."""

SELECT_FLUSHED = "select (pg_current_wal_flush_lsn() - '0/0')::bigint"
SELECT_REPLAYED = """
select case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0')::bigint end
"""

REPLICA_FAULTS = (
    OSError,
    DatabaseBusyError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TransactionRollbackError,  # replay removes rows that the query still needs (recovery conflict)
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""Errors after which the primary is tried instead; not a statement timeout, which would occur there too."""

log = logging.getLogger("causeloop.api")


@dataclass
class Replica:
    """Up to when the replica is complete, and which workspaces were written to since."""

    url: str
    bounds: DatabaseBounds
    max_lag_seconds: float = MAX_LAG_SECONDS
    shown_until: float = -math.inf
    answered: int = 0
    pool: BoundedPool | None = None
    _link: asyncpg.Connection | None = None
    _flushed: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=600))
    _written: dict[UUID, float] = field(default_factory=dict)

    def note_write(self, workspace_id: UUID) -> None:
        """A workspace's rows have changed: its next reads must show it."""
        self._written[workspace_id] = time.monotonic()

    def may_answer(self, workspace_id: UUID) -> bool:
        """Whether a read of this workspace may be answered by the replica now."""
        is_near = self.lag_seconds <= self.max_lag_seconds
        return (
            self.pool is not None
            and is_near
            and self._written.get(workspace_id, -math.inf) < self.shown_until
        )

    @property
    def lag_seconds(self) -> float:
        """The maximum age of the replica's rows; infinite while it is unavailable."""
        return time.monotonic() - self.shown_until

    async def watch(self, primary: BoundedPool) -> None:
        """Compare both logs until this task is cancelled."""
        while True:
            try:
                await self._compare(primary)
            except DatabaseBusyError:
                pass  # the primary has no connection to spare: the last known position just ages
            except (TimeoutError, asyncpg.PostgresError, *REPLICA_FAULTS) as error:
                self._lose(f"{type(error).__name__}: {error}")
            await asyncio.sleep(COMPARE_SECONDS)

    async def _compare(self, primary: BoundedPool) -> None:
        if self.pool is None:
            self.pool = await open_pool(self.url, self.bounds)
        if self._link is None or self._link.is_closed():
            seconds = self.bounds.wait_seconds
            self._link = await asyncpg.connect(self.url, timeout=seconds, command_timeout=seconds)
        moment = time.monotonic()
        self._flushed.append((moment, await primary.fetchval(SELECT_FLUSHED)))
        replayed = await self._link.fetchval(SELECT_REPLAYED)
        if replayed is None:
            self._lose("it is not a replica: it does not replay another server's log")
            return
        while self._flushed and self._flushed[0][1] <= replayed:
            self.shown_until = self._flushed.popleft()[0] - UNFLUSHED_SECONDS
        self._written = {key: at for key, at in self._written.items() if at >= self.shown_until}

    def _lose(self, why: str) -> None:
        if self.shown_until > -math.inf:
            log.warning("the replica does not answer, the primary serves all reads: %s", why)
        self.shown_until = -math.inf
        self._flushed.clear()
        if self._link is not None:
            self._link.terminate()
        self._link = None
        if self.pool is not None:
            self.pool.give_up()

    async def close(self) -> None:
        """End all connections."""
        if self._link is not None:
            self._link.terminate()
        if self.pool is not None:
            self.pool.terminate()


@dataclass(frozen=True)
class NearestReader:
    """Reads of one workspace: from the replica while it may answer, else from the primary."""

    replica: Replica
    primary: BoundedPool
    workspace_id: UUID

    async def fetchval(self, *statement: Any) -> Any:
        """The first column of the first row."""
        return await self._fetch("fetchval", statement)

    async def fetchrow(self, *statement: Any) -> Any:
        """The first row."""
        return await self._fetch("fetchrow", statement)

    async def fetch(self, *statement: Any) -> Any:
        """All rows."""
        return await self._fetch("fetch", statement)

    async def _fetch(self, how: str, statement: tuple[Any, ...]) -> Any:
        if self.replica.may_answer(self.workspace_id):
            with contextlib.suppress(*REPLICA_FAULTS):
                answer = await getattr(self.replica.pool, how)(*statement)
                self.replica.answered += 1
                return answer
        return await getattr(self.primary, how)(*statement)


@contextlib.asynccontextmanager
async def open_replica(
    url: str | None, primary: BoundedPool, bounds: DatabaseBounds
) -> AsyncIterator[Replica | None]:
    """The replica that the settings name, compared with the primary until the block ends."""
    if url is None:
        yield None
        return
    replica = Replica(url, bounds)
    task = asyncio.create_task(replica.watch(primary))
    try:
        yield replica
    finally:
        task.cancel()
        await replica.close()
