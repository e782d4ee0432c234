"""A database that is cut off, so that it neither answers nor ends a connection, is a 503 soon."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx2
import psycopg
import pytest

from api.http.bounded_pool import BoundedPool, DatabaseBounds
from api.http.database_probe import DatabaseProbe
from api.main import create_app
from causeloop_pipeline.settings import settings
from tests.api.conftest import serving
from tests.api.http.relay import relaying
from tests.api.sample import Sample
from tests.conftest import Installation

MINUTES = 600.0
EVENT = {"external_id": "silent", "title": "a record while the database is silent", "source": "custom_api"}


def test_requests_that_wait_for_a_silent_database_get_503_and_are_served_once_it_is_back(
    installation: Installation, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = urlsplit(installation.api_url).port
    assert port is not None
    with relaying(port) as relay:
        url = installation.api_url.replace(f":{port}/", f":{relay.port}/")
        monkeypatch.setenv("CAUSELOOP_API_DATABASE_URL", url)
        settings.cache_clear()
        app = create_app()
        app.state.database_bounds = DatabaseBounds(
            wait_seconds=4, lock_seconds=MINUTES, statement_seconds=MINUTES
        )
        headers = {"authorization": f"Bearer {sample.credentials['admin']}"}
        with (
            serving(app) as address,
            httpx2.Client(base_url=address, headers=headers, timeout=60) as api,
            ThreadPoolExecutor(4) as threads,
        ):
            before = [api.get("/v1/issues"), api.post("/v1/ingest/events", json=EVENT)]
            relay.speaks.clear()
            reads = [threads.submit(api.get, "/v1/issues") for _ in range(3)]
            write = threads.submit(api.post, "/v1/ingest/events", json=EVENT)
            silent = [answer.result() for answer in (*reads, write)]
            relay.speaks.set()
            after = [api.get("/v1/issues"), api.post("/v1/ingest/events", json=EVENT)]
    monkeypatch.undo()
    settings.cache_clear()

    assert [answer.status_code for answer in before] == [200, 202]
    assert [answer.status_code for answer in silent] == [503] * 4
    assert all(answer.headers["retry-after"] for answer in silent)
    assert [answer.status_code for answer in after] == [200, 202]


def test_a_statement_that_takes_its_time_is_left_alone_while_the_database_answers(
    installation: Installation, sample: Sample
) -> None:
    app = create_app()
    app.state.database_bounds = DatabaseBounds(wait_seconds=5, lock_seconds=60, statement_seconds=60)
    headers = {"authorization": f"Bearer {sample.credentials['admin']}"}
    with (
        serving(app) as address,
        httpx2.Client(base_url=address, headers=headers, timeout=60) as api,
        psycopg.connect(installation.owner_url) as blocker,
        ThreadPoolExecutor(1) as threads,
    ):
        blocker.execute("lock table core.issue in access exclusive mode")
        waiting = threads.submit(api.get, "/v1/issues")
        probe = app.state.database_probe
        while probe.attempt is None:  # it has waited long enough that a connection is tried
            blocker.execute("select pg_sleep(0.05)")
        blocker.execute("select pg_sleep(0.2)")
        blocker.rollback()

        assert waiting.result().status_code == 200


async def look_for(seconds: float, probe: DatabaseProbe) -> int:
    """How many connections are tried while a request waits so long."""
    tries = 0

    async def try_connection() -> None:
        nonlocal tries
        tries += 1

    probe.try_connection = try_connection  # type: ignore[method-assign]
    wait = probe.begin()
    await asyncio.sleep(seconds)
    wait.end()
    return tries


def test_no_connection_is_tried_while_other_requests_are_served() -> None:
    async def look(answered_at: float) -> int:
        pool = BoundedPool(0.1, answered_at=answered_at)
        return await look_for(0.2, DatabaseProbe("", pool, DatabaseBounds(wait_seconds=0.1)))

    assert asyncio.run(look(answered_at=time.monotonic() + 60)) == 0
    assert asyncio.run(look(answered_at=time.monotonic() - 60)) > 0
