"""A request that gets no database connection in time gets an error instead of waiting."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import httpx2
import psycopg
import pytest

from api.http import database
from api.main import create_app
from tests.api.conftest import serving
from tests.api.sample import Sample
from tests.conftest import Installation


def test_while_all_connections_are_in_use_a_request_gets_503(
    installation: Installation, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "POOL_SIZE", 1)
    monkeypatch.setattr(database, "MAX_WAIT_SECONDS", 0.2)
    headers = {"authorization": f"Bearer {sample.credentials['admin']}"}
    with (
        serving(create_app()) as url,
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
