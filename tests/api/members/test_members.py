"""Members, seats and service accounts."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest

from causeloop_pipeline.storage.app.tenants import add_member, create_service_key, create_user
from tests.api.conftest import Client
from tests.api.people import new_person, sign_in
from tests.api.sample import Sample
from tests.conftest import Installation, new_workspace


def set_seats(owner: psycopg.Connection, workspace_id: UUID, total: int) -> None:
    owner.execute(
        "update app.organization set seats_total = %s where organization_id = "
        "(select organization_id from app.workspace where workspace_id = %s)",
        (total, workspace_id),
    )


def add_suspended_member(owner: psycopg.Connection, workspace_id: UUID, user_id: UUID) -> None:
    owner.execute(
        "insert into app.membership (workspace_id, user_id, role, status, accepted_at) "
        "values (%s, %s, 'viewer', 'suspended', now())",
        (workspace_id, user_id),
    )


def test_invitations_beyond_the_seats_are_refused_and_suspending_frees_a_seat(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    set_seats(owner, workspace_id, 2)
    people = [create_user(owner, f"{uuid4().hex}@example.com", "P") for _ in range(2)]
    for user_id in people:
        add_member(owner, workspace_id, user_id, "viewer")
    api = client(create_service_key(owner, workspace_id, "k", "admin"))

    refused = api.post("/v1/members", json={"email": f"{uuid4().hex}@example.com"})
    api.patch(f"/v1/members/{people[0]}", json={"status": "suspended"})
    invited = api.post("/v1/members", json={"email": f"{uuid4().hex}@example.com"})
    again = api.post("/v1/members", json={"email": invited.json()["email"]})

    assert (refused.status_code, refused.json()["code"]) == (422, "seats_exhausted")
    assert (invited.status_code, invited.json()["status"]) == (201, "invited")
    assert (again.status_code, again.json()["code"]) == (409, "already_member")


def test_of_concurrent_activations_for_the_last_seat_one_succeeds(
    client: Client, owner: psycopg.Connection, installation: Installation
) -> None:
    for _ in range(5):
        workspace_id = new_workspace(owner)
        set_seats(owner, workspace_id, 1)
        api = client(create_service_key(owner, workspace_id, "k", "admin"))
        racers = [create_user(owner, f"{uuid4().hex}@example.com", "R") for _ in range(6)]
        for user_id in racers:
            add_suspended_member(owner, workspace_id, user_id)
        with ThreadPoolExecutor(6) as pool:
            responses = list(
                pool.map(
                    lambda user, api=api: api.patch(f"/v1/members/{user}", json={"status": "active"}), racers
                )
            )

        assert sorted(response.status_code for response in responses) == [200] + [422] * 5
        assert api.get("/v1/members", params={"status": "active"}).json()["page"]["total"] == 1


def test_the_last_owner_cannot_be_removed(client: Client, owner: psycopg.Connection) -> None:
    workspace_id = new_workspace(owner)
    first, second = (create_user(owner, f"{uuid4().hex}@example.com", "O") for _ in range(2))
    for user_id in (first, second):
        add_member(owner, workspace_id, user_id, "owner")
    api = client(create_service_key(owner, workspace_id, "k", "owner"))

    with ThreadPoolExecutor(2) as pool:
        responses = list(
            pool.map(lambda user: api.patch(f"/v1/members/{user}", json={"role": "viewer"}), (first, second))
        )

    assert sorted(response.status_code for response in responses) == [200, 422]
    (left,) = api.get("/v1/members", params={"role": "owner"}).json()["data"]
    suspended = api.patch(f"/v1/members/{left['user_id']}", json={"status": "suspended"})
    assert (suspended.status_code, suspended.json()["code"]) == (422, "last_owner")


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "leave"])
def test_changes_of_members_wait_for_one_another(
    method: str, client: Client, owner: psycopg.Connection, installation: Installation
) -> None:
    workspace_id = new_workspace(owner)
    (_, email), (other, _) = (new_person(owner, workspace_id, "owner") for _ in range(2))
    api = client(sign_in(client(), email).json()["access_token"])
    path, body = f"/v1/members/{other}", {"role": "viewer"} if method == "PATCH" else None
    if method == "leave":
        method, path = "POST", "/v1/members/leave"

    with psycopg.connect(installation.owner_url) as before, ThreadPoolExecutor(1) as pool:
        # No foreign key waits for this lock: only who wants the row alone does.
        before.execute("select 1 from app.workspace where workspace_id = %s for key share", (workspace_id,))
        change = pool.submit(api.request, method, path, json=body)
        while not change.done() and not owner.execute(SELECT_WAITING, (before.info.backend_pid,)).fetchone():
            time.sleep(0.01)
        has_waited = not change.done()
        before.rollback()

    assert has_waited
    assert change.result().status_code in {200, 204}


SELECT_WAITING = "select 1 from pg_stat_activity where %s = any (pg_blocking_pids(pid))"


def test_nobody_can_grant_or_revoke_a_role_above_their_own(client: Client, fresh_sample: Sample) -> None:
    admin, ids = client(fresh_sample.credentials["admin"]), fresh_sample.ids

    refused = [
        admin.post("/v1/members", json={"email": "x@example.com", "role": "owner"}),
        admin.patch(f"/v1/members/{ids['user_id']}", json={"role": "owner"}),
        admin.patch(f"/v1/members/{ids['owner_user_id']}", json={"role": "viewer"}),
        admin.post("/v1/service-accounts", json={"name": "x", "role": "owner"}),
    ]

    assert {(response.status_code, response.json()["code"]) for response in refused} == {
        (403, "role_too_low")
    }


def test_a_key_is_shown_once_and_works_until_it_is_revoked(client: Client, fresh_sample: Sample) -> None:
    admin = client(fresh_sample.credentials["admin"])

    made = admin.post("/v1/service-accounts", json={"name": "robot", "role": "analyst"}).json()
    works = client(made["key"]).get("/v1/me")
    listed = admin.get("/v1/service-accounts")
    admin.delete(f"/v1/service-accounts/{made['id']}")
    revoked = client(made["key"]).get("/v1/me")

    assert works.json()["role"] == "analyst"
    assert made["key"].split("_", 3)[3] not in listed.text
    assert next(row for row in listed.json()["data"] if row["id"] == made["id"])["last_used_at"] is not None
    assert revoked.status_code == 401


def test_only_the_holder_of_an_expired_key_learns_that_it_expired(
    client: Client, fresh_sample: Sample
) -> None:
    key = fresh_sample.credentials["expired key"]

    expired, guessed = client(key).get("/v1/me"), client(key[:-2] + "xx").get("/v1/me")

    assert expired.json()["code"] == "key_expired"
    assert expired.json()["detail"] == "this key has expired: create a new one"
    assert guessed.json()["code"] == "invalid_credentials"


def test_a_key_cannot_expire_in_the_past(client: Client, sample: Sample) -> None:
    body = {"name": "late", "expires_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}

    assert client(sample.credentials["admin"]).post("/v1/service-accounts", json=body).status_code == 422


@pytest.mark.parametrize(
    "credential",
    [
        "cl_",
        "cl_x_y_z",
        "cl_" + "0" * 32 + "_" + "0" * 32 + "_" + "a" * 43,
        "Bearer",
        "x" * 20_000,
        "cl_" + "é" * 40,
    ],
)
def test_a_malformed_credential_is_refused(credential: str, client: Client) -> None:
    response = client().get("/v1/me", headers={b"authorization": f"Bearer {credential}".encode()})

    assert response.status_code in {400, 401, 431}


def test_a_key_of_one_workspace_is_not_valid_for_another(
    client: Client, sample: Sample, other_sample: Sample
) -> None:
    key = sample.credentials["owner"].split("_", 3)
    key[1] = other_sample.workspace_id.hex

    assert client("_".join(key)).get("/v1/me").status_code == 401


def test_a_name_that_one_workspace_gives_a_person_is_not_shown_to_another(
    client: Client, fresh_sample: Sample, other_sample: Sample
) -> None:
    email = f"{uuid4().hex}@example.com"
    other = client(other_sample.credentials["admin"])
    ours = client(fresh_sample.credentials["admin"])

    theirs = other.post("/v1/members", json={"email": email, "name": "PRIVATE NICKNAME"}).json()
    unnamed = ours.post("/v1/members", json={"email": email}).json()
    listed = ours.get("/v1/members", params={"status": "invited"}).json()["data"]

    assert (theirs["name"], unnamed["name"]) == ("PRIVATE NICKNAME", None)
    assert [member["name"] for member in listed] == [None]
    assert other.get("/v1/members", params={"status": "invited"}).json()["data"][0]["name"] == theirs["name"]


def test_an_admin_cannot_accept_an_invitation_for_the_invited_person(
    client: Client, fresh_sample: Sample
) -> None:
    admin = client(fresh_sample.credentials["admin"])
    invited = admin.post("/v1/members", json={"email": f"{uuid4().hex}@example.com"}).json()

    activated = admin.patch(f"/v1/members/{invited['user_id']}", json={"status": "active"})

    assert (activated.status_code, activated.json()["code"]) == (409, "invitation_not_accepted")


def test_invited_people_take_no_seat_until_they_are_active(client: Client, owner: psycopg.Connection) -> None:
    workspace_id = new_workspace(owner)
    set_seats(owner, workspace_id, 1)
    api = client(create_service_key(owner, workspace_id, "k", "admin"))

    def invite() -> httpx2.Response:
        return api.post("/v1/members", json={"email": f"{uuid4().hex}@example.com"})

    invited = [invite().status_code for _ in range(3)]
    add_member(owner, workspace_id, create_user(owner, f"{uuid4().hex}@example.com", "P"), "viewer")
    refused = invite()

    assert invited == [201] * 3
    assert (refused.status_code, refused.json()["code"]) == (422, "seats_exhausted")
    assert "active members take all seats" in refused.json()["detail"]


def test_an_admin_cannot_revoke_the_key_of_an_owner(client: Client, fresh_sample: Sample) -> None:
    owner_api = client(fresh_sample.credentials["owner"])
    made = owner_api.post("/v1/service-accounts", json={"name": "root", "role": "owner"}).json()

    refused = client(fresh_sample.credentials["admin"]).delete(f"/v1/service-accounts/{made['id']}")

    assert (refused.status_code, refused.json()["code"]) == (403, "role_too_low")
    assert client(made["key"]).get("/v1/me").status_code == 200


def test_every_key_expires_within_two_years(client: Client, sample: Sample) -> None:
    admin = client(sample.credentials["admin"])

    default = admin.post("/v1/service-accounts", json={"name": "default"}).json()
    far = admin.post("/v1/service-accounts", json={"name": "far", "expires_at": "9999-01-01T00:00:00Z"})

    assert datetime.fromisoformat(default["expires_at"]) < datetime.now(UTC) + timedelta(days=366)
    assert (far.status_code, far.json()["code"]) == (422, "expires_too_late")


def test_control_characters_are_not_part_of_an_address(client: Client, sample: Sample) -> None:
    response = client(sample.credentials["admin"]).post("/v1/members", json={"email": "a\x1cb@example.com"})

    assert response.status_code == 422


def test_suspending_and_reactivating_accepts_no_invitation_for_the_invited_person(
    client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["admin"])
    invited = api.post("/v1/members", json={"email": "never-accepted@example.com"}).json()
    path = f"/v1/members/{invited['user_id']}"

    suspended = api.patch(path, json={"status": "suspended"})
    reactivated = api.patch(path, json={"status": "active"})

    assert (suspended.json()["status"], reactivated.json()["status"]) == ("suspended", "invited")
