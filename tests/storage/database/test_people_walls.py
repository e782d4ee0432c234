"""What the API's database role sees of people, and what it may change."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from causeloop_pipeline.storage.app.tenants import add_member, create_user
from tests.conftest import Installation


@pytest.fixture
def api(installation: Installation) -> Iterator[psycopg.Connection]:
    """A connection of the API's role."""
    with psycopg.connect(installation.api_url) as connection:
        yield connection


@pytest.fixture
def person(owner: psycopg.Connection, workspace_id: UUID) -> tuple[UUID, str]:
    """A member of a workspace, with a password."""
    email = f"{uuid4().hex}@example.com"
    user_id = create_user(owner, email, "P", "hash")
    add_member(owner, workspace_id, user_id, "viewer")
    return user_id, email


def present(api: psycopg.Connection, what: str, value: object) -> None:
    api.execute("select set_config('causeloop.' || %s, %s, true)", (what, str(value)))


def count(api: psycopg.Connection, table: str) -> int:
    row = api.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


def test_without_a_workspace_nobody_is_visible(api: psycopg.Connection, person: tuple[UUID, str]) -> None:
    assert (count(api, "app.users"), count(api, "app.user_password")) == (0, 0)


def test_a_workspace_sees_its_members_and_no_hash(
    api: psycopg.Connection, person: tuple[UUID, str], workspace_id: UUID, other_workspace_id: UUID
) -> None:
    present(api, "workspace", workspace_id)
    assert (count(api, "app.users"), count(api, "app.user_password")) == (1, 0)
    present(api, "workspace", other_workspace_id)
    assert count(api, "app.users") == 0


def test_a_sign_in_sees_the_person_whose_address_it_presents(
    api: psycopg.Connection, person: tuple[UUID, str]
) -> None:
    present(api, "email", person[1])
    assert (count(api, "app.users"), count(api, "app.user_password")) == (1, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "update app.users set name = 'x'",
        "update app.users set email = 'x@example.com'",
        "update app.users set external_id = 'x'",
        "update app.users set proven_at = now()",
        "update app.user_password set password_hash = 'x'",
        "insert into app.user_password select user_id, 'x' from app.users",
        "delete from app.users",
        "update app.organization set seats_taken = 0",
    ],
)
def test_the_api_cannot_rewrite_people_or_seats(
    statement: str, api: psycopg.Connection, person: tuple[UUID, str], workspace_id: UUID
) -> None:
    present(api, "email", person[1])
    present(api, "workspace", workspace_id)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        api.execute(statement)


def test_a_verified_address_is_linked_to_one_subject_of_an_issuer(
    api: psycopg.Connection, person: tuple[UUID, str]
) -> None:
    def find(issuer: str, subject: str, address: str | None) -> UUID | None:
        row = api.execute("select app.find_person(%s, %s, %s)", (issuer, subject, address)).fetchone()
        return row[0] if row else None

    first, second, third = (uuid4().hex for _ in range(3))
    assert find("a", first, None) is None
    assert find("a", first, person[1]) == person[0]
    assert find("a", second, person[1]) is None
    assert find("a", first, "another@example.com") == person[0]
    assert find("b", first, None) is None
    assert find("b", third, person[1]) == person[0]
    assert find("a", first, None) is None


@pytest.mark.parametrize("database", ["postgres", "template1", "dagster"])
def test_neither_the_api_nor_the_pipeline_can_connect_to_another_database(
    database: str, installation: Installation
) -> None:
    for url in (installation.api_url, installation.pipeline_url):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(url, dbname=database)
