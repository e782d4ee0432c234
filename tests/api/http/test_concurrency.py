"""The requests of one workspace leave database connections for the others."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import httpx2
import psycopg
import pytest

from api.http import concurrency
from api.http.bounded_pool import POOL_SIZE, DatabaseBounds
from api.main import MAX_REQUESTS_PER_WORKSPACE, create_app
from tests.api.conftest import serving
from tests.api.sample import Sample
from tests.conftest import Installation


def test_one_workspaces_slow_requests_keep_no_other_workspace_waiting(
    installation: Installation, sample: Sample, other_sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concurrency, "MAX_TURN_SECONDS", 0.5)
    slow, other = ({"authorization": f"Bearer {who.credentials['admin']}"} for who in (sample, other_sample))
    assert MAX_REQUESTS_PER_WORKSPACE < POOL_SIZE
    app = create_app()
    app.state.database_bounds = DatabaseBounds(wait_seconds=10, lock_seconds=60, statement_seconds=60)
    with (
        serving(app) as url,
        httpx2.Client(base_url=url, timeout=60) as api,
        psycopg.connect(installation.owner_url) as blocker,
        ThreadPoolExecutor(2 * POOL_SIZE) as pool,
    ):
        blocker.execute("lock table app.onboarding_state in access exclusive mode")
        requests = [pool.submit(api.get, "/v1/workspace", headers=slow) for _ in range(2 * POOL_SIZE)]
        surplus = 2 * POOL_SIZE - MAX_REQUESTS_PER_WORKSPACE
        refused = {request.result().status_code for request in islice(as_completed(requests), surplus)}
        served = api.get("/v1/issues", headers=other)
        blocker.rollback()
        statuses = [request.result().status_code for request in requests]

    assert refused == {503}
    assert served.status_code == 200
    assert statuses.count(200) == MAX_REQUESTS_PER_WORKSPACE
