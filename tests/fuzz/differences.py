"""Whether a tenant could tell, from any answer, that other tenants exist.

The same requests go to an installation with two tenants and to a copy of it that holds only the one who asks,
while the other one goes on writing in the first. Every answer must be the same, byte by byte, apart from what
names the request or the moment.
"""

import contextlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import psycopg

from tests.api.access.test_permissions import make_bodies
from tests.api.sample import Sample
from tests.conftest import Installation
from tests.fuzz.own_database import OwnDatabase, fill, make_database, serve

SKIPPED = ("stream", "export", "archives")
"""They stream, or leave an entry in the audit log that names the moment."""

VOLATILE = re.compile(r'"(trace_id|last_used_at|former_used_at|seen_at)":("[^"]*"|null)')
WRITES = {
    "create_issue": ("POST", "/v1/issues"),
    "ingest_event": ("POST", "/v1/ingest/events"),
    "ingest_batch": ("POST", "/v1/ingest/batch"),
    "invite_member": ("POST", "/v1/members"),
    "create_connector": ("POST", "/v1/connectors"),
    "update_settings": ("PATCH", "/v1/workspace/settings"),
}
"""What the other tenant does meanwhile."""

QUERIES = ("", "limit=1", "limit=100", "sort=created_at", "q={word}", "q={canary}", "pattern_id={foreign}")
FAULTS = {
    "issues are visible to every tenant": (
        'alter policy "a request sees its own workspace" on core.issue using (true)',
        'alter policy "a request sees its own workspace" on core.issue '
        "using (workspace_id = (select app.current_workspace()))",
    ),
    "patterns are not isolated": (
        "alter table detect.pattern disable row level security",
        "alter table detect.pattern enable row level security",
    ),
    "a second policy shows all connectors": (
        'create policy "planted" on app.connector for select to causeloop_api using (true)',
        'drop policy "planted" on app.connector',
    ),
}
"""Planted faults: what makes the first database leak, and what repairs it."""


@dataclass(frozen=True)
class Twins:
    """An installation with two tenants, a copy with one of them, and who asks and who disturbs."""

    both: OwnDatabase
    url: str
    copy_url: str
    asking: Sample
    other: Sample

    @contextlib.contextmanager
    def plant(self, fault: str) -> Iterator[None]:
        """Plant a fault in the installation with two tenants until the block ends."""
        break_it, repair_it = FAULTS[fault]
        with psycopg.connect(self.both.owner_url, autocommit=True) as owner:
            owner.execute(break_it)
            try:
                yield
            finally:
                owner.execute(repair_it)


@contextlib.contextmanager
def make_twins(installation: Installation) -> Iterator[Twins]:
    """Both installations, served on loopback."""
    with make_database(installation) as both:
        asking, other = fill(both), fill(both)
        with make_database(installation, both) as copy:
            with psycopg.connect(copy.owner_url, autocommit=True) as owner:
                owner.execute("delete from app.workspace where workspace_id = %s", (other.workspace_id,))
            with serve(both) as (_, url), serve(copy) as (_, copy_url):
                yield Twins(both, url, copy_url, asking, other)


def find_differences(twins: Twins, rng: random.Random, count: int, *, stop_at: int = 5) -> list[str]:
    """Send random requests to both; what differed, at most `stop_at` of them."""
    paths = list_reads(twins.url)
    caller = twins.asking.credentials["owner"]
    disturber = open_client(twins.url, twins.other.credentials["owner"])
    clients = [open_client(url, caller) for url in (twins.url, twins.copy_url)]
    different: list[str] = []
    for _ in range(count):
        if rng.random() < 0.1:
            write_something(disturber, twins.other, rng)
        path = fill_path(rng.choice(paths), twins, rng)
        answers = [read(client, path) for client in clients]
        if answers[0] != answers[1]:
            different.append(f"{path}: {answers[0]} {answers[1]}"[:2_000])
            if len(different) >= stop_at:
                break
    return different


def open_client(url: str, credential: str) -> httpx2.Client:
    """A client of one of the installations."""
    return httpx2.Client(base_url=url, headers={"authorization": f"Bearer {credential}"}, timeout=60)


def list_reads(url: str) -> list[str]:
    """The paths of all reading operations that need a caller."""
    document: dict[str, Any] = httpx2.get(f"{url}/openapi.json", timeout=60).json()
    return sorted(
        path
        for path, operations in document["paths"].items()
        if path.startswith("/v1/")
        and operations.get("get", {}).get("security")
        and not any(word in path for word in SKIPPED)
    )


def fill_path(path: str, twins: Twins, rng: random.Random) -> str:
    """A path with an own, foreign or absent id in each place, and a query."""
    for name in re.findall(r"{(\w+)}", path):
        owner = rng.choice([twins.asking.ids, twins.other.ids, {}])
        path = path.replace(f"{{{name}}}", str(owner.get(name) or uuid4()))
    word, foreign = rng.choice(["checkout", "timeout", "pool"]), twins.other.ids["pattern_id"]
    query = rng.choice(QUERIES).format(word=word, canary=twins.other.canary, foreign=foreign)
    return f"{path}?{query}" if query else path


def read(client: httpx2.Client, path: str) -> tuple[int, str, str]:
    """Status, version and text of an answer, without what names the request or the moment."""
    response = client.get(path)
    volatile = VOLATILE.search(response.text) is not None
    return response.status_code, "" if volatile else response.headers.get("etag", ""), mask(response.text)


def mask(text: str) -> str:
    """A text without what names the request or the moment."""
    return VOLATILE.sub(r'"\1":0', text)


def write_something(client: httpx2.Client, tenant: Sample, rng: random.Random) -> None:
    """A random write of a tenant."""
    name = rng.choice(sorted(WRITES))
    method, path = WRITES[name]
    client.request(method, path, json=make_bodies(tenant)[name])
