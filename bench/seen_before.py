"""How long "have I seen this before" takes: `python -m bench.seen_before [ISSUES]`, 100,000 without a number.

A seeded workspace is served by the real application on loopback. One client asks about machine messages,
people's reports and failures that are new, in turn; then four at once. Goal: 100 ms at p95 for one client.
"""

import asyncio
import contextlib
import os
import sys
import time
from uuid import UUID

import httpx2
import psycopg

from bench.api.applications import serve
from bench.api.clients import compute_quantile
from bench.data.stored_workspace import create_stored_workspace
from bench.embedded_server import open_embedded_server
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database import roles

ISSUES = 100_000
MAX_P95_MS = 100.0
WARM_UP, QUERIES, CLIENTS = 10, 120, 4
SELECT_TEXTS = """
(
    select title || ' ' || coalesce(left(body, 2000), '') from core.issue
    where workspace_id = %(id)s and body is not null order by issue_id limit %(count)s
)
union all
(
    select title from core.issue
    where workspace_id = %(id)s and body is null order by issue_id limit %(count)s
)
"""
SELECT_PATTERNS = "select count(*) from detect.pattern where workspace_id = %s"


def main() -> int:
    """Seeds, serves and measures; 1 when the goal is missed."""
    issues = int(sys.argv[1]) if len(sys.argv) > 1 else ISSUES
    with open_embedded_server() as (server, _):
        workspace_id = create_stored_workspace(server.url(roles.DATABASE), issues, rounds=1)
        return measure(server.url(roles.DATABASE), workspace_id, issues)


def measure(superuser_url: str, workspace_id: UUID, issues: int) -> int:
    """Serves the API and prints the waits; 1 when the goal is missed."""
    with psycopg.connect(superuser_url, autocommit=True) as owner:
        key = create_service_key(owner, workspace_id, "bench", "viewer")
        texts = [row[0] for row in owner.execute(SELECT_TEXTS, {"id": workspace_id, "count": QUERIES // 3})]
        patterns = owner.execute(SELECT_PATTERNS, (workspace_id,)).fetchone()
    assert patterns is not None
    texts += [
        f"A zebra of kind {number} has eaten the cable of rack {number * 7}" for number in range(QUERIES // 3)
    ]
    with serve("create_unlimited_app") as (_, port):
        alone, together = asyncio.run(_ask_all(port, key, texts))
    p50, p95 = (1000 * compute_quantile(alone, share) for share in (0.5, 0.95))
    crowd = 1000 * compute_quantile(together, 0.95)
    print(
        f"{issues:,} issues, {patterns[0]:,} patterns, load {os.getloadavg()[0]:.1f}: one client p50 "
        f"{p50:.0f} ms, p95 {p95:.0f} ms, goal {MAX_P95_MS:.0f}; {CLIENTS} clients p95 {crowd:.0f} ms"
    )
    return int(p95 > MAX_P95_MS)


async def _ask_all(port: int, key: str, texts: list[str]) -> tuple[list[float], list[float]]:
    """The waits of one client, and of several at once."""
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {key}"}, timeout=60
    ) as client:

        async def ask(text: str) -> float:
            began = time.perf_counter()
            response = await client.post("/v1/seen-before", json={"text": text})
            assert response.status_code == 200, response.text
            return time.perf_counter() - began

        async def ask_some(own: list[str]) -> list[float]:
            return [await ask(text) for text in own]

        await ask_some(texts[:WARM_UP])
        alone = await ask_some(texts)
        shares = await asyncio.gather(*(ask_some(texts[at::CLIENTS]) for at in range(CLIENTS)))
        return alone, [wait for share in shares for wait in share]


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
