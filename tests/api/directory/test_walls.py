"""Whom the directory reaches, and what it never takes."""

from uuid import UUID

import httpx2
import psycopg
import pytest

from causeloop_pipeline.storage.app.tenants import create_service_key
from tests.api.conftest import Client
from tests.api.directory.payloads import GROUP, connect, new_email, okta_user, patch
from tests.api.members.test_invitations import accept, invite, log_in
from tests.api.people import new_person, sign_in
from tests.conftest import new_workspace


def test_the_directory_never_takes_the_last_owner(
    provider: httpx2.Client, boss: httpx2.Client, owner: psycopg.Connection, workspace: UUID
) -> None:
    row = owner.execute("select user_id from app.membership where workspace_id = %s", (workspace,)).fetchone()
    assert row is not None
    path = f"/Users/{row[0]}"
    off = patch(provider, path, {"op": "replace", "value": {"active": False}})
    gone = provider.delete(path)
    body = {"schemas": [GROUP], "displayName": "All", "members": [{"value": str(row[0])}]}
    group = provider.post("/Groups", json=body).json()
    boss.patch(f"/v1/directory/groups/{group['id']}", json={"role": "viewer"})
    roles = [member["role"] for member in boss.get("/v1/members").json()["data"]]

    assert (off.status_code, gone.status_code) == (409, 409)
    assert roles == ["owner"]


def test_nobody_of_the_directory_is_invited_where_active_members_take_all_seats(
    provider: httpx2.Client, owner: psycopg.Connection, workspace: UUID
) -> None:
    def create_with_seats(total: int) -> httpx2.Response:
        owner.execute(
            "update app.organization set seats_total = %s where organization_id = "
            "(select organization_id from app.workspace where workspace_id = %s)",
            (total, workspace),
        )
        return provider.post("/Users", json=okta_user(new_email(), externalId=None))

    answers = [create_with_seats(2), create_with_seats(2), create_with_seats(1)]

    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert "seats" in answers[2].json()["detail"]


def test_a_token_is_of_its_own_workspace_and_of_the_directory_only(
    client: Client, api_url: str, provider: httpx2.Client, boss: httpx2.Client, owner: psycopg.Connection
) -> None:
    other_boss = client(create_service_key(owner, new_workspace(owner), "k", "owner"))
    other = connect(api_url, other_boss.post("/v1/directory/token", json={}).json()["token"])
    user_id = provider.post("/Users", json=okta_user(new_email())).json()["id"]
    token = provider.headers["authorization"].removeprefix("Bearer ")
    key = boss.headers["authorization"].removeprefix("Bearer ")

    assert other.get(f"/Users/{user_id}").status_code == 404
    assert other.delete(f"/Users/{user_id}").status_code == 404
    assert client(token).get("/v1/me").status_code == 401
    assert connect(api_url, key).get("/Users").status_code == 401
    assert connect(api_url, "nothing").get("/Users").status_code == 401


def test_a_new_token_replaces_the_present_one_after_the_overlap_and_disconnecting_ends_both(
    api_url: str, provider: httpx2.Client, boss: httpx2.Client, owner: psycopg.Connection
) -> None:
    second = connect(api_url, boss.post("/v1/directory/token", json={"overlap_hours": 2}).json()["token"])
    both = [each.get("/Users").status_code for each in (provider, second)]
    third = connect(api_url, boss.post("/v1/directory/token", json={"overlap_hours": 0}).json()["token"])
    after = [each.get("/Users").status_code for each in (provider, second, third)]
    used = boss.get("/v1/directory").json()
    boss.delete("/v1/directory")

    assert both == [200, 200]
    assert after == [401, 401, 200]
    assert used["is_connected"]
    assert used["last_used_at"] is not None
    assert third.get("/Users").status_code == 401


def test_whom_the_directory_lets_in_again_starts_over(
    client: Client, provider: httpx2.Client, owner: psycopg.Connection, workspace: UUID
) -> None:
    user_id, email = new_person(owner, workspace)
    session = client(sign_in(client(), email).json()["access_token"])
    key = client(session.post("/v1/me/keys", json={"name": "script"}).json()["key"])

    for active in (False, True):
        patch(provider, f"/Users/{user_id}", {"op": "replace", "value": {"active": active}})

    assert [each.get("/v1/me").status_code for each in (session, key)] == [401, 401]
    assert sign_in(client(), email).status_code == 200


def test_whom_the_directory_takes_over_and_nobody_has_proven_starts_over(
    client: Client, provider: httpx2.Client, boss: httpx2.Client, owner: psycopg.Connection, workspace: UUID
) -> None:
    invited, token = invite(boss)
    accept(client(), token)
    stranger = client(log_in(client(), invited["email"]).json()["access_token"])
    user_id, email = new_person(owner, workspace)
    proven = client(sign_in(client(), email).json()["access_token"])

    for person, address in ((invited["user_id"], invited["email"]), (str(user_id), email)):
        assert provider.put(f"/Users/{person}", json=okta_user(address)).status_code == 200

    assert (stranger.get("/v1/me").status_code, proven.get("/v1/me").status_code) == (401, 200)
    assert log_in(client(), invited["email"]).status_code == 401


@pytest.mark.parametrize(
    ("change", "reading", "writing"),
    [
        ("plan = 'starter'", 403, 403),
        ("status = 'suspended'", 200, 403),
        ("status = 'cancelled'", 403, 403),
    ],
)
def test_the_directory_follows_plan_and_status_of_the_organization(
    change: str,
    reading: int,
    writing: int,
    provider: httpx2.Client,
    owner: psycopg.Connection,
    workspace: UUID,
) -> None:
    owner.execute(
        f"update app.organization set {change} where organization_id = "
        "(select organization_id from app.workspace where workspace_id = %s)",
        (workspace,),
    )

    assert provider.get("/Users").status_code == reading
    assert provider.post("/Users", json=okta_user(new_email())).status_code == writing


def test_everything_the_directory_changes_is_in_the_audit_log(
    provider: httpx2.Client, boss: httpx2.Client
) -> None:
    user_id = provider.post("/Users", json=okta_user(new_email())).json()["id"]
    patch(provider, f"/Users/{user_id}", {"op": "replace", "value": {"active": False}})
    entries = boss.get("/v1/audit", params={"actor": "directory"}).json()["data"]

    assert [(entry["action"], entry["subject"]) for entry in entries] == [
        ("directory.user_changed", f"user:{user_id}"),
        ("directory.user_created", f"user:{user_id}"),
    ]
