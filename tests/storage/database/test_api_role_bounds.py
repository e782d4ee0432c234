"""What the API's role may not do even in its own workspace, and what PostgreSQL leaves it."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest

from tests.conftest import Installation


@pytest.fixture
def api(installation: Installation, workspace_id: UUID) -> Iterator[psycopg.Connection]:
    """A connection of the API's role, in a workspace."""
    with psycopg.connect(installation.api_url) as connection:
        connection.execute("select set_config('causeloop.workspace', %s, false)", (str(workspace_id),))
        connection.commit()
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "select lo_create(0)",
        "select lo_creat(-1)",
        "select lo_from_bytea(0, 'x')",
        "select lo_open(1, 262144)",
        "select lo_put(1, 0, 'x')",
        "select lo_import('/etc/passwd')",
        "lock table app.workspace in access exclusive mode",
        "update app.workspace set organization_id = organization_id",
        "update app.workspace set archived_at = now(), erase_after = now()",
        "update app.workspace set archived_at = now(), erase_after = now() + interval '6 days'",
    ],
)
def test_it_may_not(api: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        api.execute(statement)


def test_an_erasure_can_be_requested_twice_and_taken_back(api: psycopg.Connection) -> None:
    ask = "update app.workspace set archived_at = now(), erase_after = now() + interval '7 days'"
    again = "update app.workspace set erase_after = coalesce(erase_after, now() + interval '7 days')"

    assert [api.execute(statement).rowcount for statement in (ask, again)] == [1, 1]
    assert api.execute("update app.workspace set archived_at = null, erase_after = null").rowcount == 1
