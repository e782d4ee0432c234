"""Whether a tenant could tell, from any answer, that other tenants exist.

The same requests go to an installation with two tenants and to a copy of it that holds only the one who asks,
while the other one goes on writing in the first. Every answer must be the same, byte by byte, apart from what
names the request or the moment.
"""

import contextlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import psycopg

from tests.api.access.bodies import make_bodies
from tests.api.sample import Sample
from tests.conftest import Installation
from tests.fuzz.in_process import Answer, InProcessApi, Request
from tests.fuzz.own_database import fill, make_database

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

SHARE_OF_WRITES, READS_A_LINE = 0.02, 10_000
READS_A_PART = 50_000
READS_AT_ONCE = 8
"""As many as a workspace may have under way."""
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


@dataclass
class Twins:
    """An installation with two tenants, a copy with one of them, and who asks and who disturbs."""

    both: InProcessApi
    copy: InProcessApi
    asking: Sample
    other: Sample
    paths: dict[str, list[dict[str, Any]]]
    absent: UUID = field(default_factory=uuid4)
    expected: dict[str, Answer] = field(default_factory=dict)
    """What the copy answered: nobody writes in it, so it answers again only where the other one differs."""

    @contextlib.contextmanager
    def plant(self, fault: str) -> Iterator[None]:
        """Plant a fault in the installation with two tenants until the block ends."""
        break_it, repair_it = FAULTS[fault]
        with psycopg.connect(self.both.database.owner_url, autocommit=True) as owner:
            owner.execute(break_it)
            try:
                yield
            finally:
                owner.execute(repair_it)


@contextlib.contextmanager
def make_twins(installation: Installation) -> Iterator[Twins]:
    """Both installations."""
    with make_database(installation) as both:
        asking, other = fill(both), fill(both)
        with make_database(installation, both) as copy:
            with psycopg.connect(copy.owner_url, autocommit=True) as owner:
                owner.execute("delete from app.workspace where workspace_id = %s", (other.workspace_id,))
            with InProcessApi(both) as first, InProcessApi(copy) as second:
                yield Twins(first, second, asking, other, list_reads(first.app.openapi()))


def find_differences(twins: Twins, rng: random.Random, count: int, *, stop_at: int = 5) -> list[str]:
    """Send random requests to both; what differed, at most `stop_at` of them."""
    templates = sorted(twins.paths)
    different: list[str] = []
    for number in range(0, count, READS_AT_ONCE):
        if number and number % READS_A_LINE == 0:
            print(f"{number:,} of {count:,} reads, {len(different)} differ", flush=True)
        paths = [choose_path(rng.choice(templates), twins, rng) for _ in range(READS_AT_ONCE)]
        writes = [choose_write(twins, rng) for _ in paths if rng.random() < SHARE_OF_WRITES]
        different += compare(twins, paths[: count - number], writes)
        if len(different) >= stop_at:
            break
    return different[:stop_at]


def compare(twins: Twins, paths: list[str], writes: list[Request]) -> list[str]:
    """Send reads, while the other tenant writes; which answers are not those of the copy."""
    asking = twins.asking.credentials["owner"]
    reads: list[Request] = [(asking, "GET", path, None) for path in paths]
    answers = twins.both.send_at_once([*writes, *reads])[len(writes) :]
    changed = [pair for pair in zip(paths, answers, strict=True) if pair[1] != twins.expected.get(pair[0])]
    again: list[Request] = [(asking, "GET", path, None) for path, _ in changed]
    twins.expected |= dict(zip((path for path, _ in changed), twins.copy.send_at_once(again), strict=True))
    return [
        f"{path}: {answer} instead of {twins.expected[path]}"
        for path, answer in changed
        if mask(answer) != mask(twins.expected[path])
    ]


def choose_path(template: str, twins: Twins, rng: random.Random) -> str:
    """A path of these parameters, with a query."""
    return fill_path(template, twins, rng) + fill_query(twins.paths[template], twins, rng)


def list_reads(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The paths of all reading operations that need a caller, with the parameters of their queries."""
    return {
        path: [each for each in operations["get"].get("parameters", []) if each["in"] == "query"]
        for path, operations in document["paths"].items()
        if path.startswith("/v1/")
        and operations.get("get", {}).get("security")
        and not any(word in path for word in SKIPPED)
    }


def fill_path(path: str, twins: Twins, rng: random.Random) -> str:
    """A path with an own, foreign or absent id in each place."""
    for name in re.findall(r"{(\w+)}", path):
        owner = rng.choice([twins.asking.ids, twins.other.ids, {}])
        path = path.replace(f"{{{name}}}", str(owner.get(name) or twins.absent))
    return path


def fill_query(parameters: list[dict[str, Any]], twins: Twins, rng: random.Random) -> str:
    """A query of none, one or two of the declared parameters; every other one has none."""
    number = rng.choice([0, 0, 1, 2])
    chosen = rng.sample(parameters, min(number, len(parameters)))
    pairs = [(each["name"], str(rng.choice(list_values(each, twins)))) for each in chosen]
    return f"?{urlencode(pairs)}" if pairs else ""


def list_values(parameter: dict[str, Any], twins: Twins) -> list[Any]:
    """Values worth trying: those that the schema names, and an own and a foreign id and text."""
    schema = parameter["schema"]
    choices = [schema, *schema.get("anyOf", []), *(each.get("items", {}) for each in schema.get("anyOf", []))]
    named = [value for each in choices for value in each.get("enum", [])]
    kinds = {each.get("type") for each in choices}
    if "boolean" in kinds:
        named += ["true", "false"]
    if kinds & {"integer", "number"}:
        named += [1, 7, 100]
    if named:
        return named
    texts = ["checkout", "timeout", twins.asking.canary, twins.other.canary, "2026-01-01T00:00:00Z"]
    ids = [tenant.ids["pattern_id"] for tenant in (twins.asking, twins.other)]
    return [*texts, *ids, twins.other.ids.get(parameter["name"], twins.absent)]


def mask(answer: Answer) -> tuple[int, str, str]:
    """An answer without what names the moment."""
    text = answer.body.decode(errors="replace")
    masked = VOLATILE.sub(r'"\1":0', text)
    return answer.status, answer.etag if masked == text else "", masked


def choose_write(twins: Twins, rng: random.Random) -> Request:
    """A random write of the other tenant."""
    name = rng.choice(sorted(WRITES))
    method, path = WRITES[name]
    return twins.other.credentials["owner"], method, path, make_bodies(twins.other)[name]
