"""Whatever the database cannot do just now is a 503 that says when to try again, never a 500."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import httpx2
import psycopg
import pytest
from fastapi import FastAPI

from api.http import errors
from api.http.bounded_pool import POOL_SIZE, open_landing_pool, open_pool
from api.http.database import WorkspaceDatabase
from causeloop_pipeline.settings import settings
from tests.api.conftest import serving
from tests.api.http.relay import relaying
from tests.conftest import Installation

LOST = ("08006", "53100", "53200", "53300", "57P01", "57P02", "57P03", "58030")
BUSY = ("40001", "40P01", "55P03", "57014")
RAISE = "do $$ begin raise exception using errcode = '{}'; end $$"
CUT = "select pg_terminate_backend(pg_backend_pid())"
CUT_ALL = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'faulty'"


async def end_from_outside(connection: asyncpg.Connection) -> None:
    """End a session while it does nothing, and wait until its connection has noticed."""
    pid = connection.get_server_pid()
    other = await asyncpg.connect(settings().require("api_database_url"))
    await other.execute("select pg_terminate_backend($1)", pid)
    await other.close()
    for _ in range(1_000):
        with contextlib.suppress(asyncpg.InterfaceError):
            if not connection.is_closed():
                await asyncio.sleep(0.005)
                continue
        return


async def lose_connection(db: WorkspaceDatabase, step: str) -> None:
    """In a statement, between two, before another driver's error, or at commit."""
    async with db.writing():
        if step == "statement":
            await db.transaction.execute(CUT)
        if step == "between statements":
            await end_from_outside(db.transaction)
            await db.transaction.execute("select 1")
        with contextlib.suppress(asyncpg.PostgresError):
            await db.transaction.execute(CUT)
        if step == "error":
            raise psycopg.OperationalError("the other connection was lost as well")


def make_app(api_url: str) -> FastAPI:
    """The API's own handlers and pools, with operations that meet one fault each."""

    @contextlib.asynccontextmanager
    async def open_pools(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool, app.state.landing_pool = await open_pool(api_url), open_landing_pool(api_url)
        yield
        app.state.landing_pool.close()
        app.state.pool.terminate()

    app = FastAPI(lifespan=open_pools)
    app.state.routers = []
    errors.install(app)

    def database() -> WorkspaceDatabase:
        return WorkspaceDatabase(app.state.pool, app.state.landing_pool, UUID(int=0))

    @app.get("/asyncpg/{state}")
    async def fail_in_asyncpg(state: str) -> None:
        async with app.state.pool.acquire() as connection:
            await connection.execute(RAISE.format(state))

    @app.get("/psycopg/{state}")
    async def fail_in_psycopg(state: str) -> None:
        await database().in_thread(lambda connection: connection.execute(RAISE.format(state)))

    @app.get("/cut/{step}")
    async def cut_connection(step: str) -> None:
        """Lose a transaction's connection."""
        await lose_connection(database(), step)

    @app.get("/statement-timeout")
    async def exceed_time() -> None:
        async with app.state.pool.acquire() as connection:
            await connection.execute("set statement_timeout = 1")
            await connection.execute("select pg_sleep(5)")

    @app.get("/occupied")
    async def wait_for_a_connection() -> None:
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(POOL_SIZE):
                await stack.enter_async_context(app.state.pool.acquire())
            async with database().writing():
                raise AssertionError("no connection was free")

    @app.get("/defect")
    async def meet_a_defect() -> None:
        async with app.state.pool.acquire() as connection:
            await connection.execute("select $1::int")

    return app


@pytest.fixture(scope="module")
def faulty(installation: Installation) -> Iterator[httpx2.Client]:
    with (
        serving(make_app(f"{installation.api_url}?application_name=faulty")) as url,
        httpx2.Client(base_url=url, timeout=30) as client,
    ):
        yield client


def check_is_temporary(answer: httpx2.Response, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, code)
    assert 1 <= int(answer.headers["retry-after"]) <= 5


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
@pytest.mark.parametrize("state", LOST)
def test_a_database_that_is_away_or_full_is_a_503(state: str, driver: str, faulty: httpx2.Client) -> None:
    check_is_temporary(faulty.get(f"/{driver}/{state}"), "database_unavailable")


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
@pytest.mark.parametrize("state", BUSY)
def test_a_database_that_is_busy_is_a_503(state: str, driver: str, faulty: httpx2.Client) -> None:
    check_is_temporary(faulty.get(f"/{driver}/{state}"), "database_busy")


@pytest.mark.parametrize("step", ["statement", "between statements", "error", "commit"])
def test_a_connection_lost_in_a_transaction_is_a_503(step: str, faulty: httpx2.Client) -> None:
    check_is_temporary(faulty.get(f"/cut/{step}"), "database_unavailable")


@pytest.mark.parametrize("path", ["/statement-timeout", "/occupied"])
def test_a_statement_or_a_wait_that_takes_too_long_is_a_503(path: str, faulty: httpx2.Client) -> None:
    check_is_temporary(faulty.get(path), "database_busy")


def test_a_defect_is_still_a_500(faulty: httpx2.Client) -> None:
    assert faulty.get("/defect").status_code == 500


def test_the_pools_serve_again_after_their_connections_were_cut(
    faulty: httpx2.Client, installation: Installation
) -> None:
    with psycopg.connect(installation.superuser_url, autocommit=True) as superuser:
        superuser.execute(CUT_ALL)

    answers = [faulty.get(f"/psycopg/{BUSY[0]}").json()["code"] for _ in range(8)]

    assert answers[-1] == "database_busy"
    assert set(answers) <= {"database_busy", "database_unavailable"}


def test_a_commit_after_the_server_ended_the_session_is_a_lost_connection(installation: Installation) -> None:
    port = urlsplit(installation.api_url).port
    assert port is not None
    with (
        relaying(port, hides_ends=True) as relay,
        psycopg.connect(installation.superuser_url, autocommit=True) as superuser,
    ):
        pool_url = installation.api_url.replace(f":{port}/", f":{relay.port}/")

        async def commit() -> None:
            pool = await open_pool(pool_url)
            database = WorkspaceDatabase(pool, open_landing_pool(pool_url), UUID(int=0))
            try:
                async with database.writing():
                    pid = await database.transaction.fetchval("select pg_backend_pid()")
                    passed = relay.passed
                    superuser.execute("select pg_terminate_backend(%s)", (pid,))
                    while relay.passed == passed:  # noqa: ASYNC110 - another thread passes on
                        await asyncio.sleep(0.01)
                    await asyncio.sleep(0.1)  # without it, the commit itself meets the server's last words
            finally:
                database.landing.close()
                pool.terminate()

        with pytest.raises(errors.LOST_DATABASE):
            asyncio.run(commit())


def test_a_server_that_does_not_answer_is_given_up_soon() -> None:
    async def connect() -> None:
        silent = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        with pytest.raises(TimeoutError):
            await open_pool(f"postgresql://nobody:{uuid4()}@127.0.0.1:{port}/none")
        silent.close()

    asyncio.run(connect())
