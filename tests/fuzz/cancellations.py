"""Many requests of two tenants over few connections, a part of them broken off at any moment."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

import httpx2

from tests.api.sample import Sample

PATHS = ("/v1/issues", "/v1/patterns", "/v1/me", "/v1/workspace", "/v1/predictions", "/v1/recommendations")
CALLERS, MAX_SECONDS, SHARE = 24, 0.03, 0.4


@dataclass
class Outcome:
    """How requests ended, and whose rows were in an answer that was not theirs."""

    counts: Counter[str] = field(default_factory=Counter)
    foreign: list[str] = field(default_factory=list)


async def send_and_cancel(url: str, tenants: tuple[Sample, Sample], seed: int, count: int) -> Outcome:
    """Send so many requests, of which a share is broken off after a few thousandths of a second."""
    outcome, rng = Outcome(), random.Random(seed)
    limits = httpx2.Limits(max_connections=CALLERS)
    async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=60) as client:
        queue = iter(range(count))

        async def work() -> None:
            for _ in queue:
                me = rng.randrange(2)
                await _send(client, tenants[me], tenants[1 - me], rng, outcome)

        await asyncio.gather(*(work() for _ in range(CALLERS)))
    return outcome


async def _send(
    client: httpx2.AsyncClient, own: Sample, other: Sample, rng: random.Random, outcome: Outcome
) -> None:
    headers = {"authorization": f"Bearer {own.credentials['owner']}"}
    is_writing = rng.random() < 0.3
    path = "/v1/issues" if is_writing else rng.choice(PATHS)
    body = {"title": f"It broke {own.canary}"} if is_writing else None
    wait = rng.uniform(0, MAX_SECONDS) if rng.random() < SHARE else 60
    try:
        async with asyncio.timeout(wait):
            method = "POST" if is_writing else "GET"
            response = await client.request(method, path, json=body, headers=headers)
    except (TimeoutError, httpx2.HTTPError):
        outcome.counts["broken off"] += 1
        return
    outcome.counts[str(response.status_code)] += 1
    if other.canary in response.text or str(other.workspace_id) in response.text:
        outcome.foreign.append(f"{path}: {response.text[:300]}")
