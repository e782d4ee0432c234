"""Database access of the API: one workspace at a time, one round trip per read.

A read is one statement, a transaction of its own, that sets the workspace and returns JSON text; its plan is
kept. The writes of a request share one transaction, which has committed before the response is sent.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import asyncpg
import orjson
import psycopg
from anyio import to_thread
from psycopg_pool import ConnectionPool

from api.http.bounded_pool import BoundedPool
from api.http.confinement import confine

Result = TypeVar("Result")


def _is_lost(connection: asyncpg.Connection) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:  # the pool has taken it back
        return True


def encode_parameters(values: Mapping[str, Any]) -> str:
    """Parameters as one JSON document."""
    return orjson.dumps(dict(values)).decode()


SELECT_TOTAL = "select to_json(app.count_rows($1 ->> 'rows', $1 -> 'parameters'))"


class PageRows(NamedTuple):
    """A page: its rows as JSON text, their number, the last row's key, and the list's total."""

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

    agent: str | None = None
    """The program that asks on behalf of the caller, by its own words, as audit entries show it."""

    has_audit_entry: bool = False
    reader: Any = None
    """The reader outside of a transaction; None: the pool."""

    async def read(self, statement: str, /, **parameters: Any) -> Any:
        """The parsed result of a statement with parameters `$1 ->> 'name'`; None if it returns no row."""
        text = await self.read_text(statement, **parameters)
        return None if text is None else orjson.loads(text)

    async def read_text(self, statement: str, /, **parameters: Any) -> str | None:
        """The result as the JSON text that PostgreSQL wrote."""
        row = await self._fetch(statement, parameters)
        return None if row is None else row[0]

    async def read_bytes(self, statement: str, /, **parameters: Any) -> bytes:
        """The bytes that a statement returns; none if it returns no row."""
        row = await self._fetch(statement, parameters)
        return b"" if row is None or row[0] is None else bytes(row[0])

    async def read_page(self, page: str, parameters: Mapping[str, Any]) -> PageRows:
        """A page of a list, whose statement has its parameters in `$1`."""
        row = await self._fetch(page, parameters)
        return PageRows(row["data"], row["rows_found"], row["last"], row.get("counted"))

    async def _fetch(self, statement: str, parameters: Mapping[str, Any]) -> Any:
        return await self._reader.fetchrow(
            confine(statement), encode_parameters(parameters), self.workspace_id
        )

    async def count(self, rows: str, parameters: Mapping[str, Any]) -> int:
        """How many rows a statement has, counted or, where there are many, estimated."""
        return int(await self.read(SELECT_TOTAL, rows=rows, parameters=dict(parameters)))

    @property
    def transaction(self) -> asyncpg.Connection:
        """The open transaction of a request that writes."""
        if self.connection is None:
            raise RuntimeError("this operation writes, but it runs without a transaction")
        return self.connection

    @contextlib.contextmanager
    def reading_by(self, connection: asyncpg.Connection) -> Iterator[None]:
        """Read on a connection that the request holds; what is streamed afterwards is read by the pool."""
        self.reader = connection
        try:
            yield
        finally:
            self.reader = None

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

        A thread whose caller gave up may still commit later, so `work` must be idempotent.
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
    return await reader.fetchval(confine(statement), encode_parameters(parameters), workspace_id)  # type: ignore[no-any-return]


async def write_as_workspace(
    writer: Any, workspace_id: UUID, statement: str, /, **parameters: Any
) -> str | None:
    """The same for a statement that also writes: a data-modifying CTE cannot be nested in a subquery."""
    return await writer.fetchval(  # type: ignore[no-any-return]
        "select app.read($1, $2, $3)", workspace_id, statement, encode_parameters(parameters)
    )


async def set_workspace(connection: asyncpg.Connection, workspace_id: UUID) -> None:
    """Confine an open transaction to one workspace."""
    await connection.execute("select set_config('causeloop.workspace', $1, true)", str(workspace_id))
