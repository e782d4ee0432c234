"""Organizations and their workspaces."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.provisioning import SETUP_PREFIX
from causeloop_pipeline.storage.app.tenants import add_member, create_service_key, create_user, hash_key
from tests.api.conftest import Client
from tests.api.routers.tenancy.test_invitations import CHEAP_HASHER, PASSWORD, accept, log_in
from tests.conftest import new_workspace


@pytest.fixture
def setup_token(owner: psycopg.Connection) -> Iterator[str]:
    """The token of a first-start link, as an installation without organizations prints it."""
    secret = uuid4().hex
    owner.execute("insert into app.setup_link values (%s, now() + interval '1 day')", (hash_key(secret),))
    yield f"{SETUP_PREFIX}_{secret}"
    owner.execute("delete from app.setup_link")


def test_the_first_start_link_makes_one_organization_whose_owner_signs_in(
    client: Client, setup_token: str
) -> None:
    email, name = f"{uuid4().hex}@example.com", f"Acme {uuid4().hex[:8]}"
    body = {"organization": name, "email": email, "token": setup_token}

    made = client().post("/v1/organizations", json=body)
    again = client().post("/v1/organizations", json={**body, "organization": "Other"})
    accepted = accept(client(), made.json()["invitation_link"].partition("#accept=")[2])
    session = client(log_in(client(), email).json()["access_token"])

    assert (made.status_code, again.status_code, accepted.status_code) == (201, 404, 200)
    assert session.get("/v1/organization").json()["name"] == name
    assert session.get("/v1/me").json()["role"] == "owner"


def test_nobody_signs_up_where_the_installation_does_not_allow_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"organization": "Mine", "email": f"{uuid4().hex}@example.com"}

    refused = client().post("/v1/organizations", json=body)
    wrong = client().post("/v1/organizations", json={**body, "token": f"{SETUP_PREFIX}_{uuid4().hex}"})
    monkeypatch.setenv("CAUSELOOP_SIGN_UP", "true")
    settings.cache_clear()
    without_mail = client().post("/v1/organizations", json=body)
    monkeypatch.undo()
    settings.cache_clear()

    assert (refused.status_code, refused.json()["code"]) == (403, "sign_up_disabled")
    assert (wrong.status_code, wrong.json()["code"]) == (404, "link_invalid")
    assert "e-mail" in without_mail.json()["detail"]


def test_an_owner_renames_the_organization_and_opens_another_workspace(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id, email = new_workspace(owner), f"{uuid4().hex}@example.com"
    user_id = create_user(owner, email, "O", CHEAP_HASHER.hash(PASSWORD))
    add_member(owner, workspace_id, user_id, "owner")
    api = client(log_in(client(), email).json()["access_token"])
    body = {"slug": "second", "name": "Second", "timezone": "Asia/Kathmandu"}

    renamed = api.patch("/v1/organization", json={"name": "New name"})
    made = api.post("/v1/workspaces", json=body)
    again = api.post("/v1/workspaces", json=body)
    own = api.get("/v1/workspaces").json()["data"]
    switched = client(log_in(client(), email, workspace_id=made.json()["id"]).json()["access_token"])

    assert renamed.json()["name"] == "New name"
    assert (made.status_code, made.json()["role"]) == (201, "owner")
    assert (again.status_code, again.json()["code"]) == (409, "slug_taken")
    assert {workspace["id"] for workspace in own} == {str(workspace_id), made.json()["id"]}
    assert switched.get("/v1/workspace").json()["timezone"] == "Asia/Kathmandu"


def test_a_key_opens_no_workspace_and_sees_none_of_other_people(
    client: Client, owner: psycopg.Connection
) -> None:
    api = client(create_service_key(owner, new_workspace(owner), "k", "owner"))

    assert api.post("/v1/workspaces", json={"slug": "x", "name": "X"}).json()["code"] == "owner_required"
    assert api.get("/v1/workspaces").json() == {"data": []}


def test_the_api_s_role_cannot_raise_seats_or_plan_of_its_organization(
    owner: psycopg.Connection, installation: object
) -> None:
    workspace_id = new_workspace(owner)
    with psycopg.connect(installation.api_url) as connection:  # type: ignore[attr-defined]
        for column, value in (("seats_taken", "0 - 5"), ("seats_total", "99"), ("plan", "'enterprise'")):
            connection.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"update app.organization set {column} = {value}")
            connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select app.create_tenant('{}', '\\x00')")
