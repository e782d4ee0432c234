"""What the API relies on of FastAPI, asyncpg and uvicorn beyond ordinary use, each by a public name.

`pyproject.toml` bounds their minor versions: whoever raises a bound reads here what may have changed.
"""

import asyncio
import re
import tomllib
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.routing import APIRoute
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

import api
from api.http.bounded_pool import DatabaseBusyError, open_pool
from api.http.json_body import GuardedRequest
from api.http.server_protocol import TimedProtocol
from causeloop_pipeline.settings import ROOT
from tests.api.conftest import serving
from tests.conftest import Installation

BOUNDED = ("asyncpg", "fastapi", "uvicorn[standard]")
PRIVATE = re.compile(r"(?<![\w.])(?!self\b|cls\b)\w+(?:\.\w+)*\._(?!replace\b|exit\b|_)\w+")
"""Of named tuples `_replace` is public, and so is `os._exit`."""


def test_the_frameworks_are_bounded_from_above() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    dependencies = project["optional-dependencies"]["server"]
    bounded = {each.partition(">")[0] for each in dependencies if ",<" in each}

    assert bounded >= set(BOUNDED)


def test_nothing_private_of_another_module_is_used() -> None:
    files = Path(api.__file__).parent.rglob("*.py")

    used = [f"{path.name}: {match[0]}" for path in files for match in PRIVATE.finditer(path.read_text())]

    assert PRIVATE.search("holder = proxy._con")
    assert used == []


def test_a_route_class_wraps_every_endpoint_and_may_hand_on_another_request() -> None:
    """FastAPI, `Operation` and `guard_json`: a body that it parsed itself would have got past the guard."""

    class Wrapped(APIRoute):
        def get_route_handler(self) -> Any:
            endpoint = super().get_route_handler()

            async def handle(request: Request) -> Response:
                request.state.seen = "seen"
                return await endpoint(GuardedRequest(request, await request.body(), {"guarded": True}))

            return handle

    async def find_seen(request: Request) -> str:
        return str(request.state.seen)

    router = APIRouter(route_class=Wrapped)

    @router.post("/echo")
    async def echo(body: dict[str, Any], seen: str = Depends(find_seen)) -> dict[str, Any]:
        return {"body": body, "seen": seen}

    app = FastAPI()
    app.include_router(router)
    with serving(app) as url:
        answer = httpx2.post(f"{url}/echo", json={"guarded": False}).json()

    assert answer == {"body": {"guarded": True}, "seen": "seen"}


def test_every_connection_of_a_pool_is_seen_when_it_opens_and_can_be_ended(
    installation: Installation,
) -> None:
    """asyncpg, `BoundedPool.give_up`: connections in use and idle ones end, and others take their places."""

    async def give_up() -> tuple[int, bool, int]:
        pool = await open_pool(installation.api_url)
        async with pool.acquire() as first, pool.acquire() as second:
            opened = list(pool.connections)
            waiting = asyncio.create_task(first.execute("select pg_sleep(60)"))
            await second.execute("select 1")
            pool.give_up()
            with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)):
                await waiting
        again = await pool.fetchval("select 1")
        await pool.close()
        return len(opened), all(connection.is_closed() for connection in opened), again

    assert asyncio.run(give_up()) == (2, True, 1)


def test_a_wait_for_a_connection_that_is_broken_off_keeps_none(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncpg, `BoundedPool.acquire`: the wait is bounded around the pool's own."""
    monkeypatch.setattr("api.http.bounded_pool.POOL_SIZE", 1)

    async def wait_in_vain() -> int:
        pool = await open_pool(installation.api_url)
        pool.wait_seconds = 0.05
        for _ in range(20):
            async with pool.acquire():
                with pytest.raises(DatabaseBusyError):
                    await pool.fetchval("select 1")
        pool.wait_seconds = 30
        answer = await pool.fetchval("select 7")
        await pool.close()
        return int(answer)

    assert asyncio.run(wait_in_vain()) == 7


@pytest.mark.parametrize(
    "name",
    [
        "connection_made",
        "data_received",
        "on_message_begin",
        "on_headers_complete",
        "on_message_complete",
        "on_response_complete",
        "pause_writing",
        "resume_writing",
        "connection_lost",
    ],
)
def test_the_protocol_overrides_what_uvicorn_calls(name: str) -> None:
    """uvicorn, `TimedProtocol`: what a renamed method would no longer bound, no error would tell."""
    assert getattr(TimedProtocol, name) is not getattr(HttpToolsProtocol, name)
