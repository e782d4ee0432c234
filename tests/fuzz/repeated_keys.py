"""One Idempotency-Key from twelve callers at once, while the database's connections are cut: one effect."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

import httpx2
import psycopg

from tests.api.sample import Sample
from tests.fuzz.progress import show_progress

TWINS, MAX_TRIES, CUT_EVERY = 12, 200, 5
CUT_CONNECTIONS = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = %s and application_name like 'causeloop-api%%' and pid <> pg_backend_pid()
"""
COUNT_EFFECTS = """
select title, count(*) from core.issue where workspace_id = %s and title = any (%s) group by title
"""


@dataclass
class Repetition:
    """The titles that were sent, and how the answers of each key differed."""

    titles: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    cuts: int = 0


async def repeat_keys(url: str, sample: Sample, superuser_url: str, database: str, count: int) -> Repetition:
    """Send so many keys, each by twelve callers who repeat it until it is answered."""
    result, rng = Repetition(), random.Random(count)
    headers = {"authorization": f"Bearer {sample.credentials['owner']}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
        for number in show_progress(range(count), "keys", 100):
            title = f"Twin {uuid4().hex}"
            result.titles.append(title)
            tasks = [asyncio.create_task(_send(client, title, result)) for _ in range(TWINS)]
            if number % CUT_EVERY == 0:
                await asyncio.sleep(rng.uniform(0, 0.05))
                result.cuts += await asyncio.to_thread(_cut, superuser_url, database)
            texts = set(await asyncio.gather(*tasks))
            if len(texts) != 1:
                result.different.append(f"{title}: {texts}")
    return result


def find_double_effects(owner_url: str, sample: Sample, result: Repetition) -> list[str]:
    """The titles that are not there exactly once."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("select set_config('causeloop.workspace', %s, true)", (str(sample.workspace_id),))
        rows: dict[str, int] = dict(
            connection.execute(COUNT_EFFECTS, (sample.workspace_id, result.titles)).fetchall()
        )
    return [title for title in result.titles if rows.get(title) != 1]


async def _send(client: httpx2.AsyncClient, title: str, result: Repetition) -> str:
    """The answer to one key, which is repeated until there is one."""
    for _ in range(MAX_TRIES):
        try:
            response = await client.post(
                "/v1/issues", json={"title": title}, headers={"idempotency-key": title}
            )
        except httpx2.HTTPError:
            continue
        result.statuses[response.status_code] += 1
        if response.status_code == 201:
            return response.text
        await asyncio.sleep(0.02)
    return "no answer"


def _cut(superuser_url: str, database: str) -> int:
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        return len(superuser.execute(CUT_CONNECTIONS, (database,)).fetchall())
