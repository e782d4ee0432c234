"""Rate limits per workspace and plan."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest

from api.auth.rate_limits import TokenLeases
from causeloop_pipeline.model.plans import PLANS
from causeloop_pipeline.storage.app.tenants import create_service_key
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import Installation, new_workspace


def test_requests_beyond_the_burst_get_429_and_other_tenants_do_not(
    client: Client, owner: psycopg.Connection, sample: Sample
) -> None:
    workspace_id = new_workspace(owner, "free")
    api = client(create_service_key(owner, workspace_id, "k", "viewer"))
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: api.get("/v1/me"), range(90)))
    passed = [response for response in responses if response.status_code == 200]
    refused = [response for response in responses if response.status_code == 429]

    assert len(passed) + len(refused) == 90
    assert refused
    assert len(passed) >= PLANS["free"].burst
    assert all(1 <= int(response.headers["retry-after"]) <= 60 for response in refused)
    assert {response.json()["code"] for response in refused} == {"rate_limited"}
    assert {response.headers["ratelimit-limit"] for response in responses} == {"120"}
    assert client(sample.credentials["viewer"]).get("/v1/me").status_code == 200


def test_a_wrong_key_does_not_count_against_its_workspace(client: Client, owner: psycopg.Connection) -> None:
    workspace_id = new_workspace(owner, "free")
    key = create_service_key(owner, workspace_id, "k", "viewer")
    for _ in range(5):
        client(key[:-3] + "abc").get("/v1/me")

    left = client(key).get("/v1/me").headers["ratelimit-remaining"]

    assert int(left) == PLANS["free"].burst - 1


@pytest.mark.parametrize("plan", sorted(PLANS))
def test_concurrent_requests_never_exceed_the_burst(
    plan: str, installation: Installation, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner, plan)
    burst = 50.0

    def take(count: int) -> int:
        with psycopg.connect(installation.api_url, autocommit=True) as connection:
            statement = "select allowed from app.take_token(%s, 0, %s)"
            rows = [connection.execute(statement, (workspace_id, burst)).fetchone() for _ in range(count)]
        return sum(bool(row and row[0]) for row in rows)

    with ThreadPoolExecutor(3) as pool:
        admitted = sum(pool.map(take, [40] * 3))

    assert admitted == burst


def test_an_empty_bucket_refills_over_time(installation: Installation, owner: psycopg.Connection) -> None:
    workspace_id = new_workspace(owner)
    with psycopg.connect(installation.api_url, autocommit=True) as connection:
        take = "select allowed, remaining from app.take_token(%s, 1, 2)"
        first, second, third = (connection.execute(take, (workspace_id,)).fetchone() for _ in range(3))
        with connection.transaction():
            connection.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
            connection.execute(
                "update app.rate_limit_bucket set refilled_at = refilled_at - interval '60 seconds'"
            )
        later = connection.execute(take, (workspace_id,)).fetchone()

    assert first == (True, 1.0)
    assert second is not None
    assert second[0] is True
    assert third is not None
    assert third[0] is False
    assert later == (True, 1.0)


def test_only_who_spends_a_lease_while_it_lives_takes_more_the_next_time() -> None:
    moment, workspace_id = 0.0, UUID(int=1)
    leases = TokenLeases(clock=lambda: moment)

    def take(seconds_later: float) -> int:
        """The size of the lease that a request takes, or 0 where it spends one that was taken before."""
        nonlocal moment
        moment += seconds_later
        if leases.take(workspace_id) is not None:
            return 0
        size = leases.choose_size(workspace_id, per_second=5)
        leases.keep(workspace_id, size, 100.0)
        return size

    assert [take(0.01) for _ in range(13)] == [1, 2, 0, 4, 0, 0, 0, 5, 0, 0, 0, 0, 5]
    assert [take(2) for _ in range(3)] == [1, 1, 1]


def test_leases_together_never_exceed_the_burst(
    installation: Installation, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    take = "select taken, remaining from app.take_tokens(%s, 0, 50, %s)"
    with psycopg.connect(installation.api_url, autocommit=True) as connection:
        taken = [connection.execute(take, (workspace_id, 8)).fetchone() for _ in range(60)]

    sizes = [row[0] for row in taken if row]
    assert sum(sizes) == 50
    assert (max(sizes), sizes[-1]) == (3, 0)
    assert taken[-1] == (0, 0.0)
