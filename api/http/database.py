"""Database access of the API: one workspace at a time, one round trip per read.

A read is one statement that sets the workspace and returns JSON text; its plan is kept. The writes of a
request share one transaction, which has committed before the response is sent. A request that gets no
connection in time is answered with 503 instead of waiting in a queue that grows.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import asyncpg
import orjson
import psycopg
from anyio import to_thread
from psycopg_pool import ConnectionPool

from api.http.reading.confinement import confine
from api.http.reading.proof import Proof
from api.http.reading.quick_pool import QuickPool
from causeloop_pipeline.settings import Settings

Result = TypeVar("Result")

POOL_SIZE = 12
LANDING_POOL_SIZE = 6
MAX_IDLE_IN_TRANSACTION_SECONDS = 30
CANCEL_SECONDS = 5.0


@dataclass(frozen=True)
class DatabaseBounds:
    """For how long a request waits for the database, in seconds; then it is answered with 503.

    A wait for a connection or for another request's lock tells early that there is no time for this one. A
    statement that computes may take longer: a batch, an export, the issues most like one.
    """

    wait_seconds: float = 1.5
    lock_seconds: float = 1.5
    statement_seconds: float = 15.0

    @classmethod
    def of(cls, config: Settings) -> "DatabaseBounds":
        """The bounds that an installation is set to."""
        return cls(config.api_wait_seconds, config.api_lock_seconds, config.api_statement_seconds)

    @property
    def server_settings(self) -> dict[str, str]:
        """The bounds that PostgreSQL itself holds a session to."""
        return {
            "statement_timeout": f"{self.statement_seconds * 1000:.0f}",
            "lock_timeout": f"{self.lock_seconds * 1000:.0f}",
            "idle_in_transaction_session_timeout": f"{MAX_IDLE_IN_TRANSACTION_SECONDS * 1000}",
        }


DEFAULT_BOUNDS = DatabaseBounds()


class DatabaseBusyError(Exception):
    """All connections were in use for as long as a request may wait for one."""


class BoundedPool(QuickPool):
    """A pool whose callers wait for a bounded time; `threads` are those that wait for the landing pool."""

    max_wait_seconds = DatabaseBounds.wait_seconds
    threads: set[asyncio.Timeout]
    count_refusal: Callable[[], None] | None = None

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109 - the overridden signature
        started = time.perf_counter()
        try:
            return await super()._acquire(timeout or self.max_wait_seconds)
        except TimeoutError:
            if self.count_refusal is not None:
                self.count_refusal()
            raise DatabaseBusyError from None
        finally:
            if self.observe_wait is not None:
                self.observe_wait(time.perf_counter() - started)

    def give_up(self) -> None:
        """End every connection and every wait for a thread, because the database says nothing any more."""
        for holder in self._holders:
            holder.terminate()
        for wait in self.threads:
            wait.reschedule(asyncio.get_running_loop().time())


async def open_pool(url: str, bounds: DatabaseBounds = DEFAULT_BOUNDS) -> BoundedPool:
    """Connections of the API's database role, without state from one request to the next."""
    pool = BoundedPool(
        url,
        connection_class=asyncpg.Connection,
        record_class=asyncpg.Record,
        max_queries=50_000,
        max_inactive_connection_lifetime=300.0,
        loop=None,
        min_size=1,
        max_size=POOL_SIZE,
        reset=_reset,
        timeout=bounds.wait_seconds,
        command_timeout=bounds.statement_seconds + CANCEL_SECONDS,
        server_settings={
            "timezone": "UTC",
            "application_name": "causeloop-api",
            **bounds.server_settings,
        },
    )
    pool.max_wait_seconds, pool.threads = bounds.wait_seconds, set()
    await pool
    return pool


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
    """End an open transaction; nothing is ever set beyond one, so that suffices."""
    if connection.is_in_transaction():
        await connection.execute("rollback")


def _is_lost(connection: asyncpg.Connection) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:  # the pool has taken it back
        return True


def as_json(values: Mapping[str, Any]) -> str:
    """Parameters as one JSON document."""
    return orjson.dumps(dict(values)).decode()


SELECT_TOTAL = "select to_json(app.count_rows($1 ->> 'rows', $1 -> 'parameters'))"


class PageRows(NamedTuple):
    """A page: its rows as JSON text, how many were found, the last one's key, and how many there are."""

    data: str
    rows_found: int
    last_row: str | None
    counted: int | None = None


@dataclass
class WorkspaceDatabase:
    """The rows of one workspace; `connection` holds the open transaction of a request that writes."""

    pool: BoundedPool
    landing: ConnectionPool
    workspace_id: UUID
    totals: Any = None
    """The totals of lists that are kept (`ListTotals`); None: each is counted."""

    connection: asyncpg.Connection | None = None
    address: str | None = None
    """Where the request came from, as audit entries show it."""

    has_audit_entry: bool = False
    reader: Any = None
    """What answers reads outside of a transaction; None: the pool."""

    proof: Proof | None = None
    """What the first read has to prove; None: the caller has been authenticated before."""

    async def read(self, statement: str, /, **parameters: Any) -> Any:
        """The parsed result of a statement with parameters `$1 ->> 'name'`; None if it returns no row."""
        text = await self.read_text(statement, **parameters)
        return None if text is None else orjson.loads(text)

    async def read_text(self, statement: str, /, **parameters: Any) -> str | None:
        """The result as the JSON text that PostgreSQL wrote."""
        row = await self._fetch(statement, parameters)
        return None if row is None else row[0]

    async def read_page(self, page: str, parameters: Mapping[str, Any]) -> PageRows:
        """A page of a list, whose statement has its parameters in `$1`."""
        row = await self._fetch(page, parameters)
        return PageRows(row["data"], row["rows_found"], row["last"], row.get("counted"))

    async def _fetch(self, statement: str, parameters: Mapping[str, Any]) -> Any:
        text = as_json(parameters)
        if self.proof is not None and not self.proof.is_given:
            return await self.proof.fetch(self._reader, self.workspace_id, statement, text)
        return await self._reader.fetchrow(confine(statement), text, self.workspace_id)

    async def count(self, rows: str, parameters: Mapping[str, Any]) -> int:
        """How many rows a statement has, counted or, where there are many, estimated."""
        return int(await self.read(SELECT_TOTAL, rows=rows, parameters=dict(parameters)))

    @property
    def transaction(self) -> asyncpg.Connection:
        """The open transaction of a request that writes."""
        if self.connection is None:
            raise RuntimeError("this operation writes, but it runs without a transaction")
        return self.connection

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Open the request's transaction; commit it at the end, or roll back on any error."""
        async with self.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                await set_workspace(connection, self.workspace_id)
                self.connection = connection
                yield
            except BaseException:
                if not _is_lost(connection):  # else the rollback's error would hide the first one
                    await transaction.rollback()
                raise
            finally:
                self.connection = None
            if _is_lost(connection):
                raise ConnectionError("the database connection was lost before the transaction was committed")
            await transaction.commit()
            self._drop_totals()

    async def in_thread(self, work: Callable[[psycopg.Connection], Result]) -> Result:
        """Run a storage function in a thread, in its own transaction, committed when this returns.

        The thread of a wait that is given up may still commit later: `work` can be done twice without harm.
        """
        async with asyncio.timeout(None) as wait:
            self.pool.threads.add(wait)
            try:
                return await to_thread.run_sync(self._run, work, abandon_on_cancel=True)
            finally:
                self.pool.threads.discard(wait)

    def _run(self, work: Callable[[psycopg.Connection], Result]) -> Result:
        try:
            with self.landing.connection() as connection:
                connection.execute(
                    "select set_config('causeloop.workspace', %s, true)", (str(self.workspace_id),)
                )
                return work(connection)
        finally:
            self._drop_totals()

    def _drop_totals(self) -> None:
        if self.totals is not None:
            self.totals.drop(self.workspace_id)

    @property
    def _reader(self) -> Any:
        return self.connection or self.reader or self.pool


async def read_as_workspace(
    reader: Any, workspace_id: UUID, statement: str, /, **parameters: Any
) -> str | None:
    """The JSON text of a statement that runs under one workspace's isolation."""
    return await reader.fetchval(confine(statement), as_json(parameters), workspace_id)  # type: ignore[no-any-return]


async def write_as_workspace(
    writer: Any, workspace_id: UUID, statement: str, /, **parameters: Any
) -> str | None:
    """The same for a statement that also changes something: such a one cannot be a part of another."""
    return await writer.fetchval(  # type: ignore[no-any-return]
        "select app.read($1, $2, $3)", workspace_id, statement, as_json(parameters)
    )


async def set_workspace(connection: asyncpg.Connection, workspace_id: UUID) -> None:
    """Confine an open transaction to one workspace."""
    await connection.execute("select set_config('causeloop.workspace', $1, true)", str(workspace_id))
