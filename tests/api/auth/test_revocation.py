"""Every request reads its caller again: what was revoked or changed counts for the next one."""

import httpx2
import psycopg
import pytest

from api.http.bounded_pool import DatabaseBounds
from api.main import create_app
from causeloop_pipeline.storage.app.tenants import create_service_key
from tests.api.conftest import Client, serving
from tests.conftest import Installation, new_workspace

LISTS = ("/v1/issues", "/v1/patterns", "/v1/predictions", "/v1/recommendations", "/v1/clusters")


def test_a_list_takes_two_statements_its_caller_and_its_page(
    installation: Installation, owner: psycopg.Connection
) -> None:
    key = create_service_key(owner, new_workspace(owner, "enterprise"), "k", "viewer")
    statements: list[str] = []
    app = create_app()
    app.state.database_bounds = DatabaseBounds(wait_seconds=60, lock_seconds=60, statement_seconds=60)
    headers = {"authorization": f"Bearer {key}"}
    with serving(app) as url, httpx2.Client(base_url=url, headers=headers, timeout=60) as api:
        api.get(LISTS[0])  # the first use of a key is noted
        for connection in app.state.pool.connections:
            connection.add_query_logger(lambda record: statements.append(record.query))
        lists = [api.get(path) for path in LISTS]

    pages = [each for each in statements if "take_tokens" not in each]
    assert [each.status_code for each in lists] == [200] * len(LISTS)
    assert len(pages) == 2 * len(LISTS)
    assert all("app.service_account" in each for each in pages[::2])


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ("revoked_at = now()", 401, "invalid_credentials"),
        ("expires_at = now() - interval '1 second'", 401, "key_expired"),
        ("key_hash = sha256('other')", 401, "invalid_credentials"),
        ("scopes = array['changes:read']", 403, "scope_missing"),
    ],
)
def test_what_changes_of_a_caller_counts_for_the_next_read(
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


def test_errors_are_the_same_each_time(client: Client, owner: psycopg.Connection) -> None:
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
