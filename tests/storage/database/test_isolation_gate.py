"""The isolation gate names everything that could show one tenant another tenant's rows."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from causeloop_pipeline.storage.database.isolation_gate import (
    IsolationError,
    find_isolation_violations,
    require_isolation,
)
from causeloop_pipeline.storage.embedded.postgres_server import Server
from tests.support.normalizing import normalizer

TENANT_TABLE = "create table core.planted (workspace_id uuid not null, x int)"
PLANTED = {
    "a table without row level security": (
        TENANT_TABLE,
        "table core.planted: row level security is not enabled",
    ),
    "a table whose owner bypasses its policies": (
        f"{TENANT_TABLE}; select app.isolate('core.planted'); "
        "alter table core.planted no force row level security",
        "table core.planted: row level security is not enabled and forced",
    ),
    "a table without a policy for the pipeline": (
        f"{TENANT_TABLE}; select app.isolate('core.planted'); "
        'drop policy "a run sees the workspaces in its scope" on core.planted',
        "table core.planted: no policy for causeloop_pipeline",
    ),
    "a policy for every role": (
        "create policy open on core.issue for select using (true)",
        'table core.issue: policy "open" is for every role',
    ),
    "a view with its owner's rights": (
        "create view core.planted as select * from core.issue",
        "view core.planted: runs with its owner's rights",
    ),
    "a materialized view": (
        "create materialized view core.planted as select * from core.issue",
        "materialized view core.planted",
    ),
    "a foreign key without the workspace": (
        f"{TENANT_TABLE}; alter table core.planted add column y int, add constraint y_once unique (y); "
        "alter table core.planted add constraint leak foreign key (x) references core.planted (y)",
        "foreign key leak refers to tenant table core.planted without workspace_id",
    ),
    "a unique key across tenants": (
        "create unique index leak on core.issue (external_id) where external_id = 'planted'",
        "table core.issue: unique index core.leak does not contain workspace_id",
    ),
    "a grant to public": (
        "grant select on core.issue to public",
        "core.issue: SELECT is granted to public",
    ),
    "a schema open to public": (
        "grant usage on schema core to public",
        "schema core: USAGE is granted to public",
    ),
    "a function with its owner's rights": (
        "create function core.planted() returns bigint language sql security definer "
        "as 'select count(*) from core.issue'",
        "function core.planted(): runs with its owner's rights",
    ),
}


@pytest.fixture
def rolled_back(installation: Any) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the owner whose transaction is rolled back."""
    normalizer(installation.pipeline_url)
    with psycopg.connect(installation.owner_url) as connection:
        yield connection
        connection.rollback()


def test_the_migrated_database_with_its_views_isolates_tenants(rolled_back: psycopg.Connection[Any]) -> None:
    assert find_isolation_violations(rolled_back) == []
    require_isolation(rolled_back)


@pytest.mark.parametrize("weakness", PLANTED)
def test_a_planted_weakness_is_named(rolled_back: psycopg.Connection[Any], weakness: str) -> None:
    statement, expected = PLANTED[weakness]
    rolled_back.execute(statement.encode())

    violations = find_isolation_violations(rolled_back)

    assert any(expected in violation for violation in violations), violations
    with pytest.raises(IsolationError, match="does not isolate tenants"):
        require_isolation(rolled_back)


@pytest.mark.parametrize(
    ("attribute", "message"), [("superuser", "is a superuser"), ("bypassrls", "bypasses row level security")]
)
def test_a_role_that_bypasses_the_policies_is_named(
    installation: Any, postgres: Server, attribute: str, message: str
) -> None:
    database = psycopg.conninfo.conninfo_to_dict(installation.owner_url)["dbname"]
    with psycopg.connect(installation.superuser_url, dbname=database) as connection:
        connection.execute(f"alter role causeloop_api {attribute}".encode())
        assert f"role causeloop_api: {message}" in find_isolation_violations(connection)
        connection.rollback()
