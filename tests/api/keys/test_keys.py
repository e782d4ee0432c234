"""Keys of service accounts and of people: scopes, expiry, rotation with overlap, last use."""

from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest

from api.access.scopes import AREAS, AREAS_OF_PEOPLE
from api.main import load_routers
from api.operation import Operation
from causeloop_pipeline.storage.app.tenants import create_service_key
from tests.api.conftest import Client
from tests.api.people import new_person, sign_in
from tests.conftest import new_workspace


@pytest.fixture
def workspace(owner: psycopg.Connection) -> UUID:
    """A workspace without people."""
    return new_workspace(owner)


@pytest.fixture
def admin(client: Client, owner: psycopg.Connection, workspace: UUID) -> httpx2.Client:
    """An admin's key without limits."""
    return client(create_service_key(owner, workspace, "k", "admin"))


def make_key(api: httpx2.Client, **fields: object) -> dict[str, Any]:
    response = api.post("/v1/service-accounts", json={"name": "robot", **fields})
    assert response.status_code == 201, response.text
    return dict(response.json())


def test_every_operation_belongs_to_an_area_that_scopes_name() -> None:
    tags = {
        tag
        for router in load_routers()
        for route in router.routes
        if isinstance(route, Operation)
        for tag in route.tags
    }

    assert tags == {*AREAS, *AREAS_OF_PEOPLE}


def test_a_key_with_scopes_reaches_their_areas_only(client: Client, admin: httpx2.Client) -> None:
    made = make_key(admin, role="admin", scopes=["ingestion:write", "issues:read"])
    api = client(made["key"])

    allowed = [
        api.get("/v1/issues"),
        api.post("/v1/ingest/events", json={"title": "x", "external_id": "1"}),
        api.get("/v1/me"),
    ]
    refused = [
        api.post("/v1/issues", json={"title": "x"}),
        api.get("/v1/patterns"),
        api.get("/v1/members"),
        api.get("/v1/export?entity=issues"),
        api.get("/v1/sessions"),
        api.post("/v1/service-accounts", json={"name": "more"}),
    ]

    assert [answer.status_code for answer in allowed] == [200, 202, 200]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(403, "scope_missing")}
    assert made["scopes"] == ["ingestion:write", "issues:read"]


def test_writing_an_area_includes_reading_it(client: Client, admin: httpx2.Client) -> None:
    api = client(make_key(admin, role="analyst", scopes=["issues:write"])["key"])

    assert api.post("/v1/issues", json={"title": "x"}).status_code == 201
    assert api.get("/v1/issues").status_code == 200


def test_a_limited_key_makes_and_rotates_no_key_that_may_do_more(
    client: Client, admin: httpx2.Client
) -> None:
    limited = client(make_key(admin, role="admin", scopes=["keys:write", "issues:read"])["key"])
    other = make_key(admin, role="viewer")
    body = {"name": "x", "role": "viewer"}

    refused = [
        limited.post("/v1/service-accounts", json=body),
        limited.post("/v1/service-accounts", json=body | {"scopes": ["issues:write"]}),
        limited.post(f"/v1/service-accounts/{other['id']}/rotate", json={}),
    ]
    allowed = limited.post("/v1/service-accounts", json=body | {"scopes": ["issues:read"]})

    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(403, "scope_missing")}
    assert allowed.status_code == 201


def test_after_a_rotation_both_keys_work_until_the_overlap_ends(
    client: Client, admin: httpx2.Client, owner: psycopg.Connection
) -> None:
    made = make_key(admin)
    path = f"/v1/service-accounts/{made['id']}"
    rotated = admin.post(f"{path}/rotate", json={"overlap_hours": 2}).json()
    both = [client(key).get("/v1/me").status_code for key in (made["key"], rotated["key"])]
    seen = admin.get("/v1/service-accounts").json()["data"]
    used = next(row for row in seen if row["id"] == made["id"])
    owner.execute("update app.service_account set former_expires_at = now() - interval '1 second'")
    ended = client(made["key"]).get("/v1/me")

    assert rotated["key"] != made["key"]
    assert both == [200, 200]
    assert None not in (used["last_used_at"], used["former_used_at"], used["former_expires_at"])
    assert (ended.status_code, ended.json()["code"]) == (401, "key_expired")
    assert ended.json()["detail"] == "this key was replaced: use the new one"
    assert client(rotated["key"]).get("/v1/me").status_code == 200


def test_a_rotation_without_overlap_and_a_revocation_end_the_former_key_at_once(
    client: Client, admin: httpx2.Client
) -> None:
    first = make_key(admin)
    path = f"/v1/service-accounts/{first['id']}"
    second = admin.post(f"{path}/rotate", json={"overlap_hours": 0}).json()
    third = admin.post(f"{path}/rotate", json={"overlap_hours": 5}).json()
    before = [client(made["key"]).get("/v1/me").status_code for made in (first, second, third)]
    admin.delete(path)
    after = [client(made["key"]).get("/v1/me").status_code for made in (second, third)]
    again = admin.post(f"{path}/rotate", json={})

    assert before == [401, 200, 200]
    assert after == [401, 401]
    assert (again.status_code, again.json()["code"]) == (409, "key_revoked")


def test_nobody_rotates_a_key_above_his_own_role(
    client: Client, owner: psycopg.Connection, workspace: UUID, admin: httpx2.Client
) -> None:
    boss = client(create_service_key(owner, workspace, "k", "owner"))
    made = make_key(boss, role="owner")

    refused = admin.post(f"/v1/service-accounts/{made['id']}/rotate", json={})

    assert (refused.status_code, refused.json()["code"]) == (403, "role_too_low")


def test_a_persons_key_acts_as_the_person_never_above_the_role_and_ends_with_the_membership(
    client: Client, owner: psycopg.Connection, workspace: UUID, admin: httpx2.Client
) -> None:
    user_id, email = new_person(owner, workspace, "analyst")
    person = client(sign_in(client(), email).json()["access_token"])
    above = person.post("/v1/me/keys", json={"name": "x", "role": "admin"})
    made = person.post("/v1/me/keys", json={"name": "script", "role": "analyst"}).json()
    key = client(made["key"])
    me = key.get("/v1/me").json()
    owner.execute("update app.membership set role = 'viewer' where user_id = %s", (user_id,))
    lowered = key.post("/v1/issues", json={"title": "x"})
    admin.patch(f"/v1/members/{user_id}", json={"status": "suspended"})
    suspended = key.get("/v1/issues")
    admin.delete(f"/v1/members/{user_id}")
    removed = key.get("/v1/issues")

    assert above.json()["code"] == "role_too_low"
    assert (me["kind"], me["id"], me["role"]) == ("user", str(user_id), "analyst")
    assert lowered.json()["code"] == "role_too_low"
    assert (suspended.status_code, suspended.json()["code"]) == (403, "membership_inactive")
    assert removed.status_code == 401
    stored = owner.execute("select count(*) from app.personal_key where workspace_id = %s", (workspace,))
    assert stored.fetchone() == (0,)


def test_a_persons_key_decides_nothing_over_the_persons_own_access(
    client: Client, owner: psycopg.Connection, workspace: UUID
) -> None:
    _, email = new_person(owner, workspace)
    person = client(sign_in(client(), email).json()["access_token"])
    made = person.post("/v1/me/keys", json={"name": "script"}).json()
    key = client(made["key"])

    refused = [
        key.post("/v1/sessions/switch", json={"workspace_id": str(workspace)}),
        key.delete("/v1/sessions"),
        key.get("/v1/sessions"),
        key.post("/v1/me/password", json={"current_password": "x" * 12, "new_password": "y" * 12}),
        key.get("/v1/me/keys"),
        key.post("/v1/me/keys", json={"name": "another"}),
        key.post(f"/v1/me/keys/{made['id']}/rotate", json={}),
        key.delete(f"/v1/me/keys/{made['id']}"),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(403, "session_required")}
    assert person.get("/v1/me").status_code == 200


def test_a_person_lists_rotates_and_revokes_their_own_keys_and_nobody_elses(
    client: Client, owner: psycopg.Connection, workspace: UUID
) -> None:
    people = [
        client(sign_in(client(), new_person(owner, workspace)[1]).json()["access_token"]) for _ in range(2)
    ]
    made = people[0].post("/v1/me/keys", json={"name": "script", "scopes": ["issues:read"]}).json()
    path = f"/v1/me/keys/{made['id']}"
    foreign = [people[1].post(f"{path}/rotate", json={}), people[1].delete(path)]
    rotated = people[0].post(f"{path}/rotate", json={"overlap_hours": 1}).json()
    both = [client(key).get("/v1/issues").status_code for key in (made["key"], rotated["key"])]
    listed = [person.get("/v1/me/keys").json()["data"] for person in people]
    people[0].delete(path)
    after = [client(key).get("/v1/issues").status_code for key in (made["key"], rotated["key"])]

    assert [answer.status_code for answer in foreign] == [404, 404]
    assert both == [200, 200]
    assert [[row["name"] for row in rows] for rows in listed] == [["script"], []]
    assert "key" not in listed[0][0]
    assert after == [401, 401]


def test_a_key_made_after_a_password_ends_where_single_sign_on_is_required(
    client: Client, owner: psycopg.Connection, workspace: UUID
) -> None:
    _, email = new_person(owner, workspace)
    person = client(sign_in(client(), email).json()["access_token"])
    key = client(person.post("/v1/me/keys", json={"name": "script"}).json()["key"])
    owner.execute("update app.workspace set sso_enforced = true where workspace_id = %s", (workspace,))

    assert key.get("/v1/issues").json()["code"] == "sso_required"
