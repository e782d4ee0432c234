"""A request that gets no database connection in time gets an error instead of waiting."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import httpx2
import psycopg
import pytest

from api.http import bounded_pool
from api.http.bounded_pool import DatabaseBounds
from api.main import create_app
from causeloop_pipeline.settings import Settings
from tests.api.conftest import serving
from tests.api.sample import Sample
from tests.conftest import Installation


def test_while_all_connections_are_in_use_a_request_gets_503(
    installation: Installation, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_pool, "POOL_SIZE", 1)
    app = create_app()
    app.state.database_bounds = DatabaseBounds(wait_seconds=0.2, lock_seconds=30, statement_seconds=30)
    headers = {"authorization": f"Bearer {sample.credentials['admin']}"}
    with (
        serving(app) as url,
        httpx2.Client(base_url=url, headers=headers, timeout=30) as api,
        psycopg.connect(installation.owner_url) as blocker,
        ThreadPoolExecutor(3) as pool,
    ):
        blocker.execute("lock table app.service_account in access exclusive mode")
        requests = [pool.submit(api.get, "/v1/me") for _ in range(3)]
        refused = [request.result() for request in islice(as_completed(requests), 2)]
        blocker.rollback()
        served = [request.result().status_code for request in requests]

    assert [(response.status_code, response.json()["code"]) for response in refused] == [
        (503, "database_busy")
    ] * 2
    assert refused[0].headers["retry-after"]
    assert sorted(served) == [200, 503, 503]


def test_a_request_that_waits_for_what_another_holds_gets_503_long_before_a_statement_may_end(
    installation: Installation, sample: Sample
) -> None:
    app = create_app()
    app.state.database_bounds = DatabaseBounds(wait_seconds=30, lock_seconds=0.1, statement_seconds=600)
    headers = {"authorization": f"Bearer {sample.credentials['admin']}"}
    event = {"external_id": "held", "title": "a record while its table is held", "source": "custom_api"}
    with (
        serving(app) as url,
        httpx2.Client(base_url=url, headers=headers, timeout=60) as api,
        psycopg.connect(installation.owner_url) as blocker,
    ):
        blocker.execute("lock table raw.record, core.issue in access exclusive mode")
        refused = [api.get("/v1/issues"), api.post("/v1/ingest/events", json=event)]
        blocker.rollback()
        served = [api.get("/v1/issues").status_code, api.post("/v1/ingest/events", json=event).status_code]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(503, "database_busy")] * 2
    assert all(answer.headers["retry-after"] for answer in refused)
    assert served == [200, 202]


def test_the_bounds_of_a_request_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"WAIT": "0.5", "LOCK": "0.7", "STATEMENT": "40"}.items():
        monkeypatch.setenv(f"CAUSELOOP_API_{name}_SECONDS", value)

    bounds = DatabaseBounds.of(Settings())

    assert bounds == DatabaseBounds(wait_seconds=0.5, lock_seconds=0.7, statement_seconds=40)
    assert bounds.server_settings["lock_timeout"] == "700"
    assert bounds.server_settings["statement_timeout"] == "40000"
