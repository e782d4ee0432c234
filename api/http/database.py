"""The API's way to the database: one workspace at a time, one round trip for a read.

Reads go through `app.read`, which sets the workspace and answers JSON text in one statement. Writes share
one transaction per request; nothing is answered before it has committed.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import orjson
import psycopg
from psycopg_pool import ConnectionPool
from starlette.concurrency import run_in_threadpool

Answer = TypeVar("Answer")

POOL_SIZE = 12
LANDING_SIZE = 6
STATEMENT_TIMEOUT_MS = 15_000


async def open_pool(url: str) -> asyncpg.Pool:
    """Connections of the API's role; they carry no state from one request to the next."""
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=POOL_SIZE,
        reset=_clean,
        command_timeout=STATEMENT_TIMEOUT_MS / 1000 + 5,
        server_settings={
            "timezone": "UTC",
            "application_name": "causeloop-api",
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": "30000",
        },
    )


def open_landing(url: str) -> ConnectionPool:
    """Connections for storage functions that run in threads; opened when something arrives."""
    return ConnectionPool(url, min_size=0, max_size=LANDING_SIZE, max_idle=60, open=True, name="landing")


async def _clean(connection: asyncpg.Connection) -> None:
    """Nothing here sets anything beyond a transaction, so an ended transaction is clean."""
    if connection.is_in_transaction():
        await connection.execute("rollback")


def as_json(values: Mapping[str, Any]) -> str:
    """Parameters as one JSON document."""
    return orjson.dumps(dict(values)).decode()


@dataclass
class WorkspaceDatabase:
    """The rows of one workspace; `connection` is the open transaction of a request that writes."""

    pool: asyncpg.Pool
    landing: ConnectionPool
    workspace_id: UUID
    connection: asyncpg.Connection | None = None

    async def read(self, statement: str, /, **parameters: Any) -> Any:
        """The value of a statement whose parameters are `$1 ->> 'name'`, parsed; None when it has no row."""
        text = await self.read_text(statement, **parameters)
        return None if text is None else orjson.loads(text)

    async def read_text(self, statement: str, /, **parameters: Any) -> str | None:
        """The same, as the JSON text that PostgreSQL wrote."""
        return await self._asked().fetchval(  # type: ignore[no-any-return]
            "select app.read($1, $2, $3)", self.workspace_id, statement, as_json(parameters)
        )

    async def read_page(
        self, page: str, rows: str | None, parameters: Mapping[str, Any]
    ) -> tuple[str, int, str | None, int | None]:
        """A page as JSON text, how many rows were found, the last one's key, and the total if asked."""
        answer = await self._asked().fetchrow(
            "select data, rows_found, last, total from app.read_page($1, $2, $3, $4)",
            self.workspace_id,
            page,
            rows,
            as_json(parameters),
        )
        return answer["data"], answer["rows_found"], answer["last"], answer["total"]

    @property
    def transaction(self) -> asyncpg.Connection:
        """The open transaction of a request that writes."""
        if self.connection is None:
            raise RuntimeError("this operation writes, but it runs without a transaction")
        return self.connection

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Open the request's transaction under its workspace; commit at the end, or undo everything."""
        async with self.pool.acquire() as connection, connection.transaction():
            await set_workspace(connection, self.workspace_id)
            self.connection = connection
            try:
                yield
            finally:
                self.connection = None

    async def in_thread(self, work: Callable[[psycopg.Connection], Answer]) -> Answer:
        """Run a storage function in a transaction of its own, which has committed when this returns."""
        return await run_in_threadpool(self._run, work)

    def _run(self, work: Callable[[psycopg.Connection], Answer]) -> Answer:
        with self.landing.connection() as connection:
            connection.execute(
                "select set_config('causeloop.workspace', %s, true)", (str(self.workspace_id),)
            )
            return work(connection)

    def _asked(self) -> Any:
        return self.connection or self.pool


async def set_workspace(connection: asyncpg.Connection, workspace_id: UUID) -> None:
    """Confine an open transaction to one workspace."""
    await connection.execute("select set_config('causeloop.workspace', $1, true)", str(workspace_id))
