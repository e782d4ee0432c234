"""A read proves its caller by its own statement: one round trip, and as strict as two."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import psycopg
import pytest

from api.http.database import DatabaseBounds
from api.http.reading import quick_pool
from api.main import create_app
from causeloop_pipeline.storage.app.tenants import create_service_key
from tests.api.conftest import Client, serving
from tests.conftest import new_workspace

LISTS = ("/v1/issues", "/v1/patterns", "/v1/predictions", "/v1/recommendations", "/v1/clusters")


@dataclass
class Served:
    """An application of its own, and the statements that it sent."""

    url: str
    statements: list[str]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, installation: object) -> Iterator[Served]:
    statements: list[str] = []
    fetch: Callable[..., Any] = quick_pool.QuickPool.fetchrow

    async def note(pool: Any, statement: str, *values: Any, **options: Any) -> Any:
        statements.append(statement)
        return await fetch(pool, statement, *values, **options)

    monkeypatch.setattr(quick_pool.QuickPool, "fetchrow", note)
    app = create_app()
    app.state.database_bounds = DatabaseBounds(wait_seconds=60, lock_seconds=60, statement_seconds=60)
    with serving(app) as url:
        yield Served(url, statements)


def test_a_list_of_a_known_caller_takes_one_statement(served: Served, owner: psycopg.Connection) -> None:
    key = create_service_key(owner, new_workspace(owner, "enterprise"), "k", "viewer")
    headers = {"authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=served.url, headers=headers, timeout=60) as api:
        for _ in range(2):  # the first use of a key is noted, so the second one reads another row
            first = api.get(LISTS[0])
        del served.statements[:]
        lists = [api.get(path) for path in LISTS]

    pages = [each for each in served.statements if "take_tokens" not in each]
    assert [each.status_code for each in lists] == [200] * len(LISTS)
    assert lists[0].content == first.content
    assert lists[0].headers["etag"] == first.headers["etag"]
    assert len(pages) == len(LISTS)
    assert all("expected" in each for each in pages)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ("revoked_at = now()", 401, "invalid_credentials"),
        ("expires_at = now() - interval '1 second'", 401, "key_expired"),
        ("key_hash = sha256('other')", 401, "invalid_credentials"),
        ("scopes = array['changes:read']", 403, "scope_missing"),
    ],
)
def test_what_changes_of_a_known_caller_counts_for_the_next_read(
    change: str, status: int, code: str, client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    api = client(create_service_key(owner, workspace_id, "k", "viewer"))
    before = [api.get("/v1/issues").status_code for _ in range(3)]
    owner.execute(f"update app.service_account set {change} where workspace_id = %s", (workspace_id,))

    refused = api.get("/v1/issues")

    assert before == [200] * 3
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_lower_role_counts_for_the_next_read(client: Client, owner: psycopg.Connection) -> None:
    workspace_id = new_workspace(owner)
    api = client(create_service_key(owner, workspace_id, "k", "admin"))
    before = [api.get("/v1/service-accounts").status_code for _ in range(3)]
    owner.execute("update app.service_account set role = 'viewer' where workspace_id = %s", (workspace_id,))

    assert before == [200] * 3
    assert api.get("/v1/service-accounts").json()["code"] == "role_too_low"


def test_errors_of_known_callers_are_those_of_others(client: Client, owner: psycopg.Connection) -> None:
    api = client(create_service_key(owner, new_workspace(owner), "k", "viewer"))
    missing = f"/v1/issues/{new_workspace(owner)}"
    paths = (missing, "/v1/issues?limit=0", "/v1/issues?sort=nothing", "/v1/issues?cursor=nothing")

    first = [api.get(path) for path in paths]
    for _ in range(3):
        api.get("/v1/issues")
    later = [api.get(path) for path in paths]

    assert [each.status_code for each in later] == [404, 422, 400, 400]
    for answer, other in zip(first, later, strict=True):
        assert {**answer.json(), "trace_id": None} == {**other.json(), "trace_id": None}
