"""How people come in: links that work once, for whom they are meant, as long as there are seats."""

from functools import partial
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest
from argon2 import PasswordHasher

from causeloop_pipeline.storage.app.provisioning import NewTenant, create_tenant
from causeloop_pipeline.storage.app.tenants import add_member, create_service_key, create_user
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import new_workspace
from tests.fuzz.seat_races import PEOPLE, SEATS, accept_by_http, race_for_seats

PASSWORD = "correct horse battery"
SEAT_TRIALS = 3
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def invite(api: httpx2.Client, email: str | None = None, **fields: str) -> tuple[dict[str, str], str]:
    """A new invitation, and the token of its link."""
    invited = api.post("/v1/members", json={"email": email or f"{uuid4().hex}@example.com", **fields})
    assert invited.status_code == 201, invited.text
    return invited.json(), invited.json()["invitation_link"].partition("#accept=")[2]


def accept(api: httpx2.Client, token: str, password: str = PASSWORD) -> httpx2.Response:
    """Accept with consent; repeated while too many hash at once."""
    for _ in range(100):
        response = api.post("/v1/auth/accept", json={"token": token, "consent": True, "password": password})
        if response.status_code != 429:
            break
    return response


def log_in(api: httpx2.Client, email: str, password: str = PASSWORD, **fields: object) -> httpx2.Response:
    return api.post("/v1/auth/login", json={"email": email, "password": password, **fields})


@pytest.fixture
def admin(client: Client, owner: psycopg.Connection) -> httpx2.Client:
    """An admin's key of a new workspace."""
    return client(create_service_key(owner, new_workspace(owner), "k", "admin"))


def test_an_invited_person_sets_a_password_by_the_link_and_signs_in(
    client: Client, admin: httpx2.Client
) -> None:
    invited, token = invite(admin, role="analyst", name="Ana")

    seen = client().post("/v1/auth/invitation", json={"token": token}).json()
    before = log_in(client(), invited["email"])
    accepted = accept(client(), token)
    session = log_in(client(), invited["email"])

    assert (seen["email"], seen["role"], seen["proof"]) == (invited["email"], "analyst", "new_password")
    assert (before.status_code, accepted.status_code) == (401, 200)
    me = client(session.json()["access_token"]).get("/v1/me").json()
    assert (me["id"], me["role"]) == (invited["user_id"], "analyst")


def test_a_link_works_once_and_a_resend_replaces_it(client: Client, admin: httpx2.Client) -> None:
    invited, first = invite(admin)
    resent = admin.post(f"/v1/members/{invited['user_id']}/invitation").json()
    second = resent["invitation_link"].partition("#accept=")[2]

    answers = [accept(client(), token) for token in (first, second, second)]
    late = admin.post(f"/v1/members/{invited['user_id']}/invitation")

    assert [answer.status_code for answer in answers] == [404, 200, 404]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 404} == {"link_invalid"}
    assert (late.status_code, late.json()["code"]) == (409, "already_member")


def test_a_link_ends_after_seven_days_and_its_token_is_stored_nowhere(
    client: Client, admin: httpx2.Client, owner: psycopg.Connection
) -> None:
    invited, token = invite(admin)
    row = owner.execute(
        "select i::text, expires_at - now() from app.invitation as i where user_id = %s",
        (invited["user_id"],),
    ).fetchone()
    owner.execute("update app.invitation set expires_at = now() where user_id = %s", (invited["user_id"],))

    assert row is not None
    assert token.split("_", 2)[2] not in row[0]  # what follows its kind and the workspace may hold any letter
    assert row[1].days in (6, 7)
    assert accept(client(), token).status_code == 404


def test_without_consent_or_with_a_short_password_nothing_is_accepted(
    client: Client, admin: httpx2.Client
) -> None:
    invited, token = invite(admin)
    refused = client().post("/v1/auth/accept", json={"token": token, "consent": False, "password": PASSWORD})
    weak = accept(client(), token, "short")

    assert (refused.status_code, weak.json()["code"]) == (422, "password_too_weak")
    assert admin.get("/v1/members").json()["data"][0]["status"] == "invited"
    assert log_in(client(), invited["email"]).status_code == 401


def test_a_link_does_not_replace_the_password_that_a_person_has(
    client: Client, admin: httpx2.Client, owner: psycopg.Connection
) -> None:
    email = f"{uuid4().hex}@example.com"
    home = new_workspace(owner)
    add_member(owner, home, create_user(owner, email, "P", CHEAP_HASHER.hash(PASSWORD)), "viewer")
    _, token = invite(admin, email)

    seen = client().post("/v1/auth/invitation", json={"token": token}).json()
    taken = accept(client(), token, "the inviter's password")
    signed_in = log_in(client(), email)
    accepted = accept(client(), token)

    assert (seen["proof"], taken.status_code) == ("password", 401)
    assert (signed_in.status_code, signed_in.json()["workspace_id"]) == (200, str(home))
    assert accepted.status_code == 200
    assert log_in(client(), email).json()["code"] == "workspace_required"


def test_signing_in_with_a_password_accepts_an_invitation_only_by_consent(
    client: Client, admin: httpx2.Client, owner: psycopg.Connection
) -> None:
    email = f"{uuid4().hex}@example.com"
    create_user(owner, email, "P", CHEAP_HASHER.hash(PASSWORD))
    invited, token = invite(admin, email)

    refused = log_in(client(), email)
    offered = log_in(client(), email, has_choice=True).json()["workspaces"]
    joined = log_in(client(), email, workspace_id=offered[0]["id"], consent=True)

    assert (refused.status_code, refused.json()["code"]) == (403, "consent_required")
    assert invited["status"] == "invited"
    assert client(joined.json()["access_token"]).get("/v1/me").json()["id"] == invited["user_id"]
    assert accept(client(), token).status_code == 404


def test_of_24_people_who_accept_at_once_exactly_the_free_seats_are_given(
    api_url: str, owner: psycopg.Connection
) -> None:
    for _ in range(SEAT_TRIALS):
        statuses, taken = race_for_seats(owner, partial(accept_by_http, api_url))

        assert statuses == {200: SEATS, 422: PEOPLE - SEATS}
        assert taken == SEATS


def test_a_removed_member_is_out_at_the_next_request_and_his_seat_is_free(
    client: Client, fresh_sample: Sample, owner: psycopg.Connection
) -> None:
    admin = client(fresh_sample.credentials["admin"])
    invited, token = invite(admin)
    accept(client(), token)
    person = client(log_in(client(), invited["email"]).json()["access_token"])
    taken = admin.get("/v1/organization").json()["seats_taken"]

    assert person.get("/v1/me").status_code == 200
    assert admin.delete(f"/v1/members/{invited['user_id']}").status_code == 204
    assert person.get("/v1/me").status_code == 401
    assert admin.get("/v1/organization").json()["seats_taken"] == taken - 1
    assert admin.delete(f"/v1/members/{invited['user_id']}").status_code == 404


def test_a_member_can_leave_but_the_last_owner_can_neither_leave_nor_be_removed(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    sessions: dict[str, httpx2.Client] = {}
    ids: dict[str, UUID] = {}
    for role in ("viewer", "owner"):
        email = f"{uuid4().hex}@example.com"
        ids[role] = create_user(owner, email, role, CHEAP_HASHER.hash(PASSWORD))
        add_member(owner, workspace_id, ids[role], role)
        sessions[role] = client(log_in(client(), email).json()["access_token"])
    key = client(create_service_key(owner, workspace_id, "k", "owner"))

    left = sessions["viewer"].post("/v1/members/leave")
    refused = [sessions["owner"].post("/v1/members/leave"), key.delete(f"/v1/members/{ids['owner']}")]

    assert (left.status_code, sessions["viewer"].get("/v1/me").status_code) == (204, 401)
    assert {answer.json()["code"] for answer in refused} == {"last_owner"}
    assert key.post("/v1/members/leave").json()["code"] == "not_a_member"


def test_nobody_removes_or_invites_again_above_his_own_role(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    owners = [create_user(owner, f"{uuid4().hex}@example.com", "O") for _ in range(2)]
    for user_id in owners:
        add_member(owner, workspace_id, user_id, "owner")
    admin = client(create_service_key(owner, workspace_id, "k", "admin"))
    invited, _ = invite(client(create_service_key(owner, workspace_id, "o", "owner")), role="owner")

    refused = [
        admin.delete(f"/v1/members/{owners[0]}"),
        admin.delete(f"/v1/members/{invited['user_id']}"),
        admin.post(f"/v1/members/{invited['user_id']}/invitation"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "role_too_low")] * 3


def test_the_owner_of_a_new_tenant_accepts_by_the_link_of_the_command_line(
    client: Client, owner: psycopg.Connection
) -> None:
    email = f"{uuid4().hex}@example.com"
    tenant = NewTenant(
        organization="Acme",
        organization_slug=f"acme-{uuid4().hex[:8]}",
        workspace="Main",
        workspace_slug="main",
        timezone="Europe/Berlin",
        email=email,
        name="Olga",
        plan="starter",
        seats=3,
        invited_by="command line",
    )
    token = create_tenant(owner, tenant)

    assert accept(client(), token).status_code == 200
    session = client(log_in(client(), email).json()["access_token"])
    workspace = session.get("/v1/workspace").json()
    assert session.get("/v1/me").json()["role"] == "owner"
    assert (workspace["organization"]["plan"], workspace["timezone"]) == ("starter", "Europe/Berlin")
    assert session.get("/v1/workspace/settings").json()["proof_window_days"] == 30
    assert workspace["onboarding"]["current_step"] == "connect_source"
    with pytest.raises(psycopg.errors.UniqueViolation):
        create_tenant(owner, tenant)
