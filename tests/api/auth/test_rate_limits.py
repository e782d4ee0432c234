"""Rate limits per workspace and plan."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest

from api.auth.rate_limits import LEASE_SECONDS, RemainingRequests, TokenLeases, check_rate_limit
from causeloop_pipeline.model.plans import PLANS
from causeloop_pipeline.storage.app.tenants import create_service_key
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import Installation, new_workspace

READS = (
    "/v1/me",
    "/v1/issues",
    "/v1/patterns?limit=1",
    f"/v1/issues/{UUID(int=0)}",
    "/v1/issues?limit=0",
    "/v1/service-accounts",
)
"""Of which a viewer gets rows, 404, 422 and 403."""


@dataclass
class Counted:
    """The statuses of many requests, and how many of them the plan allowed in that time."""

    statuses: Counter[int]
    allowed: float

    @property
    def passed(self) -> int:
        """Those that took a token, whatever became of them."""
        return self.statuses.total() - self.statuses[429]


def send(request: Callable[[int], httpx2.Response], count: int, clients: int, plan: str) -> Counted:
    """Send requests, so many at once."""
    began = time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        statuses = Counter(response.status_code for response in pool.map(request, range(count)))
    limits = PLANS[plan]
    refilled = (time.monotonic() - began) * limits.requests_per_minute / 60
    return Counted(statuses, limits.burst + refilled)


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


@pytest.mark.parametrize(
    ("plan", "clients", "count"), [("free", 1, 200), ("free", 8, 300), ("starter", 8, 600)]
)
def test_no_more_reads_pass_than_the_plan_allows_and_what_fails_counts_too(
    plan: str, clients: int, count: int, client: Client, owner: psycopg.Connection
) -> None:
    api = client(create_service_key(owner, new_workspace(owner, plan), "k", "viewer"))

    counted = send(lambda number: api.get(READS[number % len(READS)]), count, clients, plan)

    assert set(counted.statuses) == {200, 403, 404, 422, 429}
    assert PLANS[plan].burst <= counted.passed <= counted.allowed


def test_writes_that_are_refused_count_as_reads_do(client: Client, owner: psycopg.Connection) -> None:
    api = client(create_service_key(owner, new_workspace(owner, "free"), "k", "viewer"))
    bodies = ({"title": "no role for it"}, {"severity": "unassigned"})

    counted = send(lambda number: api.post("/v1/issues", json=bodies[number % 2]), 150, 8, "free")

    assert set(counted.statuses) == {403, 429}
    assert PLANS["free"].burst <= counted.passed <= counted.allowed


def test_an_organization_that_is_cancelled_is_refused_as_often_as_its_plan_allows(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner, "free")
    api = client(create_service_key(owner, workspace_id, "k", "viewer"))
    owner.execute(
        """
        update app.organization set status = 'cancelled'
        where organization_id = (select organization_id from app.workspace where workspace_id = %s)
        """,
        (workspace_id,),
    )

    counted = send(lambda _: api.get("/v1/issues"), 150, 8, "free")

    assert set(counted.statuses) == {403, 429}
    assert counted.passed <= counted.allowed


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
            statement = "select taken from app.take_tokens(%s, 0, %s, 1)"
            rows = [connection.execute(statement, (workspace_id, burst)).fetchone() for _ in range(count)]
        return sum(bool(row and row[0]) for row in rows)

    with ThreadPoolExecutor(3) as pool:
        admitted = sum(pool.map(take, [40] * 3))

    assert admitted == burst


def test_an_empty_bucket_refills_over_time(installation: Installation, owner: psycopg.Connection) -> None:
    workspace_id = new_workspace(owner)
    with psycopg.connect(installation.api_url, autocommit=True) as connection:
        take = "select taken, remaining from app.take_tokens(%s, 1, 2, 1)"
        first, second, third = (connection.execute(take, (workspace_id,)).fetchone() for _ in range(3))
        with connection.transaction():
            connection.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
            connection.execute(
                "update app.rate_limit_bucket set refilled_at = refilled_at - interval '60 seconds'"
            )
        later = connection.execute(take, (workspace_id,)).fetchone()

    assert first == (1, 1.0)
    assert second is not None
    assert second[0] == 1
    assert third is not None
    assert third[0] == 0
    assert later == (1, 1.0)


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


def test_who_spends_a_part_of_a_lease_takes_as_much_the_next_time_and_who_rests_begins_again() -> None:
    moment, workspace_id = 0.0, UUID(int=1)
    leases = TokenLeases(clock=lambda: moment)
    leases.keep(workspace_id, 100, 1_000.0)
    for _ in range(29):
        leases.take(workspace_id)

    moment = LEASE_SECONDS
    assert leases.choose_size(workspace_id, per_second=200) == 30
    moment = 3 * LEASE_SECONDS
    assert leases.choose_size(workspace_id, per_second=200) == 1


def test_of_concurrent_requests_one_takes_tokens_for_all() -> None:
    class Bucket:
        statements = 0

        async def fetchrow(self, *_statement: Any) -> dict[str, float]:
            self.statements += 1
            await asyncio.sleep(0)
            return {"taken": 16, "remaining": 1_000.0}

    async def send_at_once() -> list[RemainingRequests]:
        leases = TokenLeases()
        checks = (check_rate_limit(bucket, UUID(int=1), "enterprise", leases) for _ in range(32))
        return await asyncio.gather(*checks)

    bucket = Bucket()
    allowances = asyncio.run(send_at_once())

    assert bucket.statements == 2
    assert sorted(each.remaining for each in allowances) == sorted([*range(1_000, 1_016)] * 2)


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
