"""Sign-in, refresh tokens, and the end of sessions."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import add_member, create_user
from tests.api.conftest import Client
from tests.api.oidc_issuer import AUDIENCE, Issuer, running_issuer
from tests.api.sample import HASHER, PASSWORD, Sample
from tests.conftest import Installation, new_workspace


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """The identity provider that the installation trusts."""
    with running_issuer() as running, pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.auth.oidc.MIN_FETCH_INTERVAL_SECONDS", 0)
        patch.setattr(settings(), "oidc_issuer", running.url)
        patch.setattr(settings(), "oidc_audience", AUDIENCE)
        yield running


def new_user(owner: psycopg.Connection, workspace_id: UUID, role: str = "viewer") -> tuple[UUID, str]:
    """A member with the password of the sample."""
    email = f"{uuid4().hex}@example.com"
    user_id = create_user(owner, email, "Somebody", HASHER.hash(PASSWORD))
    add_member(owner, workspace_id, user_id, role)
    return user_id, email


def log_in(api: httpx2.Client, email: str, password: str = PASSWORD, **more: object) -> httpx2.Response:
    return api.post("/v1/auth/login", json={"email": email, "password": password, **more})


def accept(api: httpx2.Client, invited: dict[str, str]) -> None:
    """Accept an invitation with the password that the person has."""
    token = invited["invitation_link"].partition("#accept=")[2]
    body = {"token": token, "consent": True, "password": PASSWORD}
    assert api.post("/v1/auth/accept", json=body).status_code == 200


def test_a_password_opens_a_session_with_the_members_role(client: Client, owner: psycopg.Connection) -> None:
    workspace_id = new_workspace(owner)
    user_id, email = new_user(owner, workspace_id, "analyst")

    session = log_in(client(), email.upper()).json()
    me = client(session["access_token"]).get("/v1/me").json()

    assert (me["kind"], me["id"], me["role"]) == ("user", str(user_id), "analyst")
    assert me["workspace_id"] == session["workspace_id"] == str(workspace_id)


def test_a_wrong_password_and_an_unknown_address_get_the_same_error(
    client: Client, owner: psycopg.Connection
) -> None:
    _, email = new_user(owner, new_workspace(owner))

    responses = [log_in(client(), email, "wrong"), log_in(client(), f"{uuid4().hex}@example.com")]

    assert {response.status_code for response in responses} == {401}
    assert len({(response.json()["code"], response.json()["detail"]) for response in responses}) == 1


def test_after_five_wrong_passwords_even_the_right_one_is_refused(
    client: Client, owner: psycopg.Connection
) -> None:
    _, email = new_user(owner, new_workspace(owner))
    for _ in range(5):
        assert log_in(client(), email, "wrong").status_code == 401

    waiting = log_in(client(), email)

    assert (waiting.status_code, waiting.json()["code"]) == (429, "too_many_attempts")
    assert waiting.headers["retry-after"]


def test_members_of_several_workspaces_must_choose_one(client: Client, owner: psycopg.Connection) -> None:
    first, second = new_workspace(owner), new_workspace(owner)
    user_id, email = new_user(owner, first)
    add_member(owner, second, user_id, "admin")

    unchosen = log_in(client(), email)
    offer = log_in(client(), email, has_choice=True)
    chosen = log_in(client(), email, workspace_id=str(second)).json()
    foreign = log_in(client(), email, workspace_id=str(new_workspace(owner)))

    assert (unchosen.status_code, unchosen.json()["code"]) == (422, "workspace_required")
    assert (offer.status_code, offer.json()) == (200, {"workspaces": unchosen.json()["workspaces"]})
    offered = unchosen.json()["workspaces"]
    assert {workspace["id"] for workspace in offered} == {str(first), str(second)}
    assert all(workspace["name"] and workspace["organization"] for workspace in offered)
    assert client(chosen["access_token"]).get("/v1/me").json()["role"] == "admin"
    assert (foreign.status_code, foreign.json()["code"]) == (403, "no_membership")


def test_single_sign_on_refuses_passwords_and_ends_their_sessions(
    client: Client, owner: psycopg.Connection, issuer: Issuer
) -> None:
    workspace_id = new_workspace(owner, "enterprise")
    _, email = new_user(owner, workspace_id, "owner")
    session = log_in(client(), email).json()
    api = client(session["access_token"])
    token = issuer.token(uuid4().hex, email=email, email_verified=True)
    single = client(client().post("/v1/auth/exchange", json={"token": token}).json()["access_token"])

    assert single.patch("/v1/workspace", json={"sso_enforced": True}).status_code == 200
    assert single.get("/v1/me").status_code == 200
    refused = [
        log_in(client(), email),
        api.get("/v1/me"),
        client().post("/v1/auth/refresh", json={"refresh_token": session["refresh_token"]}),
    ]

    assert {(response.status_code, response.json()["code"]) for response in refused} == {
        (403, "sso_required")
    }


def test_a_role_change_and_a_suspension_take_effect_at_once(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    user_id, email = new_user(owner, workspace_id)
    api = client(log_in(client(), email).json()["access_token"])
    assert api.post("/v1/issues", json={"title": "x"}).status_code == 403

    add_member(owner, workspace_id, user_id, "analyst")
    promoted = api.post("/v1/issues", json={"title": "x"})
    owner.execute("update app.membership set status = 'suspended' where user_id = %s", (user_id,))
    suspended = api.get("/v1/me")

    assert promoted.status_code == 201
    assert (suspended.status_code, suspended.json()["code"]) == (403, "membership_inactive")


def test_a_refresh_token_works_once_and_a_second_use_ends_the_session(
    client: Client, owner: psycopg.Connection
) -> None:
    _, email = new_user(owner, new_workspace(owner))
    first = log_in(client(), email).json()

    def refresh(token: str) -> httpx2.Response:
        return client().post("/v1/auth/refresh", json={"refresh_token": token})

    second = refresh(first["refresh_token"]).json()
    stolen = refresh(first["refresh_token"])
    after = refresh(second["refresh_token"])
    me = client(second["access_token"]).get("/v1/me")

    assert (stolen.status_code, after.status_code) == (401, 401)
    assert (me.status_code, me.json()["code"]) == (401, "session_ended")


def test_of_concurrent_refreshes_one_succeeds_and_its_tokens_do_not_outlive_the_others(
    client: Client, owner: psycopg.Connection
) -> None:
    _, email = new_user(owner, new_workspace(owner))
    api, token = client(), log_in(client(), email).json()["refresh_token"]

    with ThreadPoolExecutor(8) as pool:
        responses = list(
            pool.map(lambda _: api.post("/v1/auth/refresh", json={"refresh_token": token}), range(8))
        )
    winner = next(response.json() for response in responses if response.status_code == 200)
    again = api.post("/v1/auth/refresh", json={"refresh_token": winner["refresh_token"]})

    assert sorted(response.status_code for response in responses) == [200] + [401] * 7
    assert again.status_code == 401
    assert client(winner["access_token"]).get("/v1/me").status_code == 401


def test_a_session_ends_after_90_days_however_often_it_is_refreshed(
    client: Client, owner: psycopg.Connection, installation: Installation
) -> None:
    workspace_id = new_workspace(owner)
    _, email = new_user(owner, workspace_id)
    session = log_in(client(), email).json()
    with psycopg.connect(installation.api_url) as api:
        api.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
        lifetime = api.execute("select ends_at - started_at from app.session").fetchone()
        api.execute("update app.session set ends_at = now()")

    refreshed = client().post("/v1/auth/refresh", json={"refresh_token": session["refresh_token"]})

    assert lifetime is not None
    assert round(lifetime[0].total_seconds() / 86_400) == 90
    assert refreshed.status_code == 401
    assert client(session["access_token"]).get("/v1/me").status_code == 401


@pytest.mark.parametrize("leaving", ["suspended", "removed"])
def test_whoever_comes_back_starts_over(
    leaving: str, client: Client, owner: psycopg.Connection, fresh_sample: Sample
) -> None:
    admin = client(fresh_sample.credentials["admin"])
    user_id, email = new_user(owner, fresh_sample.workspace_id)
    tokens = log_in(client(), email).json()
    session = client(tokens["access_token"])
    key = client(session.post("/v1/me/keys", json={"name": "script"}).json()["key"])
    if leaving == "suspended":
        for status in ("suspended", "active"):
            admin.patch(f"/v1/members/{user_id}", json={"status": status})
    else:
        admin.delete(f"/v1/members/{user_id}")
        accept(client(), admin.post("/v1/members", json={"email": email}).json())

    refreshed = client().post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert [each.get("/v1/me").status_code for each in (session, key)] == [401, 401]
    assert (refreshed.status_code, log_in(client(), email).status_code) == (401, 200)


def test_an_invitation_to_another_workspace_does_not_get_in_the_way_of_signing_in(
    client: Client, owner: psycopg.Connection, fresh_sample: Sample
) -> None:
    workspace_id = new_workspace(owner)
    _, email = new_user(owner, workspace_id)
    admin = client(fresh_sample.credentials["admin"])
    invited = admin.post("/v1/members", json={"email": email}).json()

    session = log_in(client(), email)
    accept(client(), invited)
    accepted = log_in(client(), email, workspace_id=str(fresh_sample.workspace_id))

    assert (session.status_code, session.json()["workspace_id"]) == (200, str(workspace_id))
    assert accepted.json()["workspace_id"] == str(fresh_sample.workspace_id)


def test_signing_out_ends_the_session(client: Client, owner: psycopg.Connection) -> None:
    _, email = new_user(owner, new_workspace(owner))
    session = log_in(client(), email).json()
    body = {"refresh_token": session["refresh_token"]}

    assert client().post("/v1/auth/logout", json=body).status_code == 204
    assert client().post("/v1/auth/refresh", json=body).status_code == 401
    assert client(session["access_token"]).get("/v1/me").status_code == 401


def test_the_providers_token_opens_a_session_and_links_a_verified_address(
    client: Client, owner: psycopg.Connection, issuer: Issuer
) -> None:
    workspace_id = new_workspace(owner)
    _, email = new_user(owner, workspace_id)
    subject = f"user_{uuid4().hex}"

    def exchange(token: str) -> httpx2.Response:
        return client().post("/v1/auth/exchange", json={"token": token, "workspace_id": str(workspace_id)})

    unverified = exchange(issuer.token(subject, email=email))
    linked = exchange(issuer.token(subject, email=email, email_verified=True))
    renamed = exchange(issuer.token(subject, email="new@example.com", email_verified=True))
    taken_over = exchange(issuer.token("user_other", email=email, email_verified=True))

    assert (unverified.status_code, unverified.json()["code"]) == (401, "unknown_user")
    assert client(linked.json()["access_token"]).get("/v1/me").status_code == 200
    assert renamed.status_code == 200
    assert (taken_over.status_code, taken_over.json()["code"]) == (401, "unknown_user")


def test_an_invited_member_takes_a_seat_at_the_first_sign_in(
    client: Client, owner: psycopg.Connection, issuer: Issuer, fresh_sample: Sample
) -> None:
    admin, email = client(fresh_sample.credentials["admin"]), f"{uuid4().hex}@example.com"
    invited = admin.post("/v1/members", json={"email": email, "role": "viewer"}).json()
    taken = admin.get("/v1/workspace").json()["organization"]["seats_taken"]

    body = {"token": issuer.token(uuid4().hex, email=email, email_verified=True)}
    refused = client().post("/v1/auth/exchange", json=body).json()
    joining = body | {"workspace_id": refused["workspaces"][0]["id"], "consent": True}
    session = client().post("/v1/auth/exchange", json=joining).json()

    assert (invited["status"], refused["code"]) == ("invited", "consent_required")
    assert refused["workspaces"][0]["role"] == "viewer"
    assert client(session["access_token"]).get("/v1/me").json()["id"] == invited["user_id"]
    assert admin.get("/v1/workspace").json()["organization"]["seats_taken"] == taken + 1


def test_an_invitation_is_valid_for_seven_days_and_can_be_made_again(
    client: Client, owner: psycopg.Connection, fresh_sample: Sample
) -> None:
    email = f"{uuid4().hex}@example.com"
    user_id = create_user(owner, email, "Somebody", HASHER.hash(PASSWORD))
    admin = client(fresh_sample.credentials["admin"])
    admin.post("/v1/members", json={"email": email})
    owner.execute(
        "update app.membership set created_at = now() - interval '8 days' where user_id = %s", (user_id,)
    )

    expired = log_in(client(), email)
    again = admin.post("/v1/members", json={"email": email})
    accept(client(), again.json())
    accepted = log_in(client(), email)

    assert (expired.status_code, expired.json()["code"]) == (403, "no_membership")
    assert (again.status_code, accepted.status_code) == (201, 200)
