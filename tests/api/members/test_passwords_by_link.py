"""Whose password a link sets, and what it opens: never the account of somebody who is here already."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest
from pydantic import SecretStr

from bench.installation import wait_until
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.provisioning import offer_password_reset
from causeloop_pipeline.storage.app.tenants import add_member, create_service_key, create_user
from tests.api.conftest import Client, Mailbox
from tests.api.members.test_invitations import CHEAP_HASHER, PASSWORD, accept, invite, log_in
from tests.api.oidc_issuer import AUDIENCE, Issuer, running_issuer
from tests.conftest import new_workspace

FOREIGN = "a password of the inviter's"


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """The identity provider that the installation trusts."""
    with running_issuer() as running:
        monkeypatch.setattr("api.auth.oidc.MIN_FETCH_INTERVAL_SECONDS", 0)
        monkeypatch.setattr(settings(), "oidc_issuer", running.url)
        monkeypatch.setattr(settings(), "oidc_audience", AUDIENCE)
        yield running


@pytest.fixture
def workspaces(owner: psycopg.Connection) -> tuple[UUID, UUID]:
    """Workspaces of two organizations."""
    return new_workspace(owner), new_workspace(owner)


@pytest.fixture
def admins(
    client: Client, owner: psycopg.Connection, workspaces: tuple[UUID, UUID]
) -> tuple[httpx2.Client, httpx2.Client]:
    """An admin's key of each."""
    home, other = (client(create_service_key(owner, each, "k", "admin")) for each in workspaces)
    return home, other


@pytest.fixture
def email() -> str:
    return f"{uuid4().hex}@example.com"


def look_at(api: httpx2.Client, token: str) -> tuple[str, bool]:
    """How a link is accepted, and whether a new password opens everything."""
    seen = api.post("/v1/auth/invitation", json={"token": token}).json()
    return seen["proof"], seen["opens_all"]


def test_a_password_that_an_inviter_may_know_opens_the_inviters_organization_alone(
    client: Client,
    admins: tuple[httpx2.Client, httpx2.Client],
    workspaces: tuple[UUID, UUID],
    email: str,
    issuer: Issuer,
) -> None:
    _, token = invite(admins[1], email)
    seen = look_at(client(), token)
    accept(client(), token, FOREIGN)
    inside = client(log_in(client(), email, FOREIGN).json()["access_token"])
    _, own_token = invite(admins[0], email, role="admin")
    taken = accept(client(), own_token, FOREIGN + "!")
    person = issuer.token(uuid4().hex, email=email, email_verified=True)
    joining = {"token": person, "workspace_id": str(workspaces[0]), "consent": True}
    before = inside.get("/v1/me").status_code
    joined = client().post("/v1/auth/exchange", json=joining)
    refused = [log_in(client(), email, FOREIGN, workspace_id=str(each)) for each in workspaces]

    assert seen == ("new_password", False)
    assert (taken.status_code, before, joined.status_code) == (200, 200, 200)
    assert [each.status_code for each in refused] == [401, 401]
    assert inside.get("/v1/me").json()["code"] == "membership_inactive"


def test_who_has_not_proven_the_address_sees_and_ends_nothing_of_another_organization(
    client: Client,
    admins: tuple[httpx2.Client, httpx2.Client],
    workspaces: tuple[UUID, UUID],
    email: str,
) -> None:
    passwords = (PASSWORD, FOREIGN)
    for admin, password in zip(admins, passwords, strict=True):
        accept(client(), invite(admin, email)[1], password)
    here, there = (client(log_in(client(), email, each).json()["access_token"]) for each in passwords)

    listed = there.get("/v1/workspaces").text + there.get("/v1/sessions").text
    switched = there.post(
        "/v1/sessions/switch", json={"workspace_id": str(workspaces[0]), "consent": True}
    ).json()
    crossed = log_in(client(), email, FOREIGN, workspace_id=str(workspaces[0]))
    changed = there.post("/v1/me/password", json={"current_password": FOREIGN, "new_password": "x" * 12})
    ended = there.delete("/v1/sessions")

    assert str(workspaces[0]) not in listed
    assert (switched["code"], crossed.status_code) == ("no_membership", 401)
    assert (changed.status_code, ended.status_code) == (204, 204)
    assert (here.get("/v1/me").status_code, there.get("/v1/me").status_code) == (200, 401)
    assert log_in(client(), email, PASSWORD).json()["workspace_id"] == str(workspaces[0])
    assert log_in(client(), email, "x" * 12).json()["workspace_id"] == str(workspaces[1])


def test_by_a_link_that_others_have_seen_nobody_sets_the_password_of_somebody_known(
    client: Client, admins: tuple[httpx2.Client, httpx2.Client], owner: psycopg.Connection, email: str
) -> None:
    user_id = create_user(owner, email, "P")
    owner.execute("update app.users set external_id = %s where user_id = %s", (uuid4().hex, user_id))
    _, token = invite(admins[1], email)

    refused = accept(client(), token, FOREIGN)

    assert look_at(client(), token) == ("single_sign_on", False)
    assert (refused.status_code, refused.json()["code"]) == (403, "sso_required")
    assert log_in(client(), email, FOREIGN).status_code == 401


def test_a_link_by_mail_sets_a_password_that_opens_all_and_asks_again_for_the_rest(
    client: Client,
    admins: tuple[httpx2.Client, httpx2.Client],
    workspaces: tuple[UUID, UUID],
    email: str,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accept(client(), invite(admins[1], email)[1], FOREIGN)
    monkeypatch.setattr(settings(), "smtp_url", SecretStr(mailbox.url))
    visible = admins[0].post("/v1/members", json={"email": email}).json()["invitation_link"]
    wait_until(lambda: mailbox.texts, 20)
    token = mailbox.texts[0].partition("#accept=")[2].split()[0]

    assert (visible, look_at(client(), token)) == (None, ("new_password", True))
    assert accept(client(), token).status_code == 200
    assert log_in(client(), email, FOREIGN).status_code == 401
    assert log_in(client(), email).json()["workspace_id"] == str(workspaces[0])
    refused = log_in(client(), email, workspace_id=str(workspaces[1])).json()
    joined = log_in(client(), email, workspace_id=str(workspaces[1]), consent=True)
    assert (refused["code"], joined.status_code) == ("consent_required", 200)


def test_the_operators_link_proves_the_address_and_only_the_person_joins_again(
    client: Client,
    admins: tuple[httpx2.Client, httpx2.Client],
    workspaces: tuple[UUID, UUID],
    owner: psycopg.Connection,
    email: str,
) -> None:
    accept(client(), invite(admins[1], email)[1], FOREIGN)
    inside = client(log_in(client(), email, FOREIGN).json()["access_token"])
    token = offer_password_reset(owner, email)

    client().post("/v1/auth/password", json={"token": token, "password": PASSWORD})
    offered = log_in(client(), email, has_choice=True).json()["workspaces"]
    listed = admins[1].get("/v1/members").json()["data"]

    assert inside.get("/v1/me").status_code == 403
    assert [(each["id"], each["is_invitation"]) for each in offered] == [(str(workspaces[1]), True)]
    assert [each["status"] for each in listed] == ["invited"]


def test_who_is_known_joins_by_signing_in_and_the_list_of_workspaces_offers_it(
    client: Client,
    admins: tuple[httpx2.Client, httpx2.Client],
    workspaces: tuple[UUID, UUID],
    owner: psycopg.Connection,
    email: str,
) -> None:
    user_id = create_user(owner, email, "P", CHEAP_HASHER.hash(PASSWORD))
    add_member(owner, workspaces[0], user_id, "viewer")
    invite(admins[1], email, role="analyst")
    session = client(log_in(client(), email).json()["access_token"])
    other = {"workspace_id": str(workspaces[1])}

    offered = [each for each in session.get("/v1/workspaces").json()["data"] if each["is_invitation"]]
    refused = session.post("/v1/sessions/switch", json=other).json()
    joined = session.post("/v1/sessions/switch", json=other | {"consent": True}).json()

    assert [(each["id"], each["role"]) for each in offered] == [(str(workspaces[1]), "analyst")]
    assert refused["code"] == "consent_required"
    assert "as analyst" in refused["detail"]
    assert client(joined["access_token"]).get("/v1/me").json()["role"] == "analyst"
