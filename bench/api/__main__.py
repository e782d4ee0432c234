"""The cost of a read compared with a plain handler: `python -m bench.api [ISSUES]`, 100,000 without a number.

A seeded workspace is served by the real application on loopback, beside a plain handler of its lists on the
same server program (`plain_handler.py`). Each list is to take at most 1.5 times the plain one's CPU, and its
p95 with 32 clients. For each endpoint: CPU of the API's process and of PostgreSQL for a request, and how long
clients wait, one and eight at once: lists 50 ms at most at p95, the dear ones have a goal each. At last 32
clients at once over all endpoints, who must get no error.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

from bench.api.applications import serve
from bench.api.clients import compute_quantile, connect, list_backends, measure_latencies, read_cpu_ns
from bench.api.comparison import HEAD as HEAD_OF_LISTS
from bench.api.comparison import MeasuredServer, compare
from bench.api.plain_handler import PLANS as PLAIN_LISTS
from bench.data.stored_workspace import create_stored_workspace
from bench.embedded_server import open_embedded_server
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database import roles
from causeloop_pipeline.storage.embedded.postgres_server import find_data_dir

ISSUES = 100_000
MAX_LIST_P95_MS = 50.0
SECONDS, WARM_UP = 1.5, 20
CLIENTS, MANY_CLIENTS, MANY_SECONDS = 8, 32, 10.0
MAX_MS = {
    "predictions": 5.0,
    "issues by service": 5.0,
    "issue similar": 50.0,
    "search": 100.0,
    "issues, page 400 by risk": 5.0,
    "members": 20.0,
}
"""Endpoint → goal for one client's p50, in milliseconds."""

ALL_LISTS = {
    *PLAIN_LISTS,
    "issues by risk",
    "issues severity + status",
    "issues by service",
    "issues with a word",
    "issues, page 400 by risk",
    "members",
}
HEAD = f"{'':28} {'API':>7} {'database':>9} {'1: p50':>8} {'p95':>8} {'8: p50':>8} {'p95':>8}"
SELECT_EXAMPLES = """
select
    (select issue_id from core.issue where workspace_id = %(id)s and body is not null limit 1),
    (select pattern_id from detect.pattern where workspace_id = %(id)s order by issue_count desc limit 1),
    (select title from core.issue where workspace_id = %(id)s and body is not null limit 1)
"""


@dataclass(frozen=True)
class Cost:
    """CPU per request, of the API process and of PostgreSQL, and latencies in milliseconds."""

    api_us: float
    database_us: float
    alone_p50: float
    alone_p95: float
    p50: float
    p95: float

    def format(self, name: str) -> str:
        """One row of the table."""
        return (
            f"{name:28} {self.api_us:7,.0f} {self.database_us:9,.0f} "
            f"{self.alone_p50:8.1f} {self.alone_p95:8.1f} {self.p50:8.1f} {self.p95:8.1f}"
        )


def main() -> int:
    """Seeds, serves and measures; 1 when a goal is missed."""
    issues = int(sys.argv[1]) if len(sys.argv) > 1 else ISSUES
    with open_embedded_server() as (server, folder):
        workspace_id = create_stored_workspace(server.url(roles.DATABASE), issues)
        return measure(server.url(roles.DATABASE), workspace_id, folder, issues)


def measure(superuser_url: str, workspace_id: UUID, folder: Path, issues: int) -> int:
    """Serves both applications and prints the tables; 1 when a goal is missed."""
    postmaster = int((find_data_dir(folder) / "postmaster.pid").read_text().split("\n", 1)[0])
    with psycopg.connect(superuser_url, autocommit=True) as owner:
        key = create_service_key(owner, workspace_id, "bench", "admin")
        row = owner.execute(SELECT_EXAMPLES, {"id": workspace_id}).fetchone()
        assert row is not None
    paths = make_paths(*row)
    missed: list[str] = []
    print(f"{issues:,} issues; microseconds of CPU for a request, and milliseconds that a client waits")
    with serve("create_unlimited_app") as (api, port):
        with serve("create_plain_app") as (plain, plain_port):
            print(HEAD_OF_LISTS)
            for name in PLAIN_LISTS:
                compared = asyncio.run(
                    compare(name, key, MeasuredServer(api, port), MeasuredServer(plain, plain_port))
                )
                print(compared.format(), flush=True)
                missed += compared.list_missed()
        print(HEAD)
        deep = "issues, page 400 by risk"
        paths[deep] = asyncio.run(find_page(port, key, paths[deep]))
        for name, path in paths.items():
            cost = asyncio.run(measure_path(port, key, path, api, postmaster))
            print(cost.format(name), flush=True)
            missed += list_missed(name, cost)
        statuses = asyncio.run(count_crowd_statuses(port, key, list(paths.values())))
    failed = {status: count for status, count in statuses.items() if status >= 500}
    print(f"{MANY_CLIENTS} clients: {sum(statuses.values()):,} answers, failed: {failed or 'none'}")
    for line in missed:
        print(f"missed: {line}")
    return int(bool(missed or failed))


def make_paths(issue_id: UUID, pattern_id: UUID, title: str) -> dict[str, str]:
    """Name → path of everything that is measured."""
    word = title.split(maxsplit=1)[0]
    return {
        "health": "/health",
        "issues": "/v1/issues",
        "issues by risk": "/v1/issues?sort=-risk_score",
        "issues severity + status": "/v1/issues?severity=p1&status=open",
        "issues by service": "/v1/issues?service=service-7",
        "issues with a word": f"/v1/issues?q={word}",
        "issues, page 400 by risk": "/v1/issues?sort=-risk_score&limit=100",
        "search": f"/v1/search?q={word}",
        "service summary": "/v1/services/summary?name=service-7",
        "team summary": "/v1/teams/summary?name=team-7",
        "issue": f"/v1/issues/{issue_id}",
        "issue similar": f"/v1/issues/{issue_id}/similar",
        "patterns": "/v1/patterns",
        "patterns by owner": "/v1/patterns?owner=team-7",
        "pattern": f"/v1/patterns/{pattern_id}",
        "members": f"/v1/patterns/{pattern_id}/members",
        "predictions": "/v1/predictions",
        "predictions summary": "/v1/predictions/summary",
        "predictions matrix": "/v1/predictions/matrix",
        "recommendations": "/v1/recommendations",
        "recommendations by owner": "/v1/recommendations?owner=team-7",
        "clusters": "/v1/clusters",
        "graph": "/v1/patterns/graph",
    }


def list_missed(name: str, cost: Cost) -> Iterator[str]:
    """The goals that an endpoint misses."""
    if name in MAX_MS and cost.alone_p50 > MAX_MS[name]:
        yield f"{name}: {cost.alone_p50:.1f} ms, goal {MAX_MS[name]:.0f}"
    if name in ALL_LISTS and cost.p95 > MAX_LIST_P95_MS:
        yield f"{name}: p95 of {CLIENTS} clients {cost.p95:.1f} ms, goal {MAX_LIST_P95_MS:.0f}"


async def find_page(port: int, key: str, path: str, pages: int = 400) -> str:
    """The path of a deep page, or of the last one."""
    import orjson

    async with connect(port, key) as client:
        following = path
        for _ in range(pages - 1):
            _, body = await client.get(following)
            cursor = orjson.loads(body)["page"]["next_cursor"]
            if cursor is None:
                break
            following = f"{path}&cursor={cursor}"
    return following


async def measure_path(port: int, key: str, path: str, process: int, postmaster: int) -> Cost:
    """The cost of one path: CPU with several clients, latency with one and with several."""
    async with connect(port, key) as client:
        for _ in range(WARM_UP):
            status, body = await client.get(path)
            assert status == 200, (path, status, body[:500])
        alone = await measure_latencies([client], path, SECONDS)
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(connect(port, key)) for _ in range(CLIENTS)]
        await measure_latencies(clients, path, SECONDS / 2)  # every database connection has cached its plans
        began = read_cpu_ns([process]), read_cpu_ns(list_backends(postmaster))
        waits = await measure_latencies(clients, path, SECONDS)
        spent = read_cpu_ns([process]) - began[0], read_cpu_ns(list_backends(postmaster)) - began[1]
    return Cost(
        spent[0] / 1000 / len(waits),
        spent[1] / 1000 / len(waits),
        *(1000 * compute_quantile(alone, share) for share in (0.5, 0.95)),
        *(1000 * compute_quantile(waits, share) for share in (0.5, 0.95)),
    )


async def count_crowd_statuses(port: int, key: str, paths: Sequence[str]) -> dict[int, int]:
    """Count responses by status while many clients request everything, each in its own order."""
    statuses: dict[int, int] = {}
    end = time.perf_counter() + MANY_SECONDS

    async def ask(first: int) -> None:
        async with connect(port, key) as client:
            at = first
            while time.perf_counter() < end:
                status, _ = await client.get(paths[at % len(paths)])
                statuses[status] = statuses.get(status, 0) + 1
                at += 1

    await asyncio.gather(*map(ask, range(MANY_CLIENTS)))
    return statuses


if __name__ == "__main__":
    sys.exit(main())
