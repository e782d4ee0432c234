"""Signing in at the identity provider: begun here, finished once, and never into what one has not joined."""

from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import create_service_key
from tests.api.conftest import Client
from tests.api.directory.payloads import connect, okta_user
from tests.api.members.test_invitations import invite
from tests.api.oidc_issuer import AUDIENCE, Issuer, running_issuer
from tests.api.people import new_person, origin_of
from tests.conftest import new_workspace

OWN_PAGE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def person(owner: psycopg.Connection) -> tuple[UUID, UUID, str]:
    """A workspace, and its owner with a password."""
    workspace_id = new_workspace(owner, "enterprise")
    return (workspace_id, *new_person(owner, workspace_id, "owner"))


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch, api_url: str) -> Iterator[Issuer]:
    """The identity provider that the installation trusts; its client is another one than the audience."""
    with running_issuer() as running:
        trust(monkeypatch, running, api_url)
        yield running


def trust(patch: pytest.MonkeyPatch, issuer: Issuer, api_url: str) -> None:
    """Make an issuer the installation's, with somebody signed in there."""
    patch.setattr("api.auth.oidc.MIN_FETCH_INTERVAL_SECONDS", 0)
    patch.setattr(settings(), "oidc_issuer", issuer.url)
    patch.setattr(settings(), "oidc_audience", AUDIENCE)
    patch.setattr(settings(), "oidc_client_id", "dashboard")
    patch.setattr(settings(), "public_url", api_url)
    issuer.subject = uuid4().hex


def go_to_provider(browser: httpx2.Client, **query: str) -> str:
    """Begin at the installation, sign in at the provider; where it leads back to."""
    begun = browser.get("/v1/auth/oidc", params=query, headers=OWN_PAGE)
    assert begun.status_code == 303
    return httpx2.get(begun.headers["location"]).headers["location"]


def read_problem(response: httpx2.Response) -> str:
    assert response.status_code == 303
    return unquote(urlsplit(response.headers["location"]).fragment.removeprefix("sign-in-failed="))


def test_people_sign_in_at_the_identity_provider_and_come_back_signed_in(
    client: Client, issuer: Issuer, person: tuple[UUID, UUID, str]
) -> None:
    issuer.claims = {"email": person[2], "email_verified": True}
    browser = client()

    back = browser.get(go_to_provider(browser))

    assert back.headers["location"] == f"{settings().public_url}/"
    assert browser.get("/v1/me").json()["id"] == str(person[1])
    browser.headers.update(origin_of(browser))
    browser.headers["x-csrf-token"] = browser.get("/v1/auth/browser").json()["csrf_token"]
    assert browser.patch("/v1/workspace", json={"sso_enforced": True}).status_code == 200
    issuer.rotate()
    assert client().get(go_to_provider(browser)).status_code == 303


def test_the_request_to_the_provider_carries_state_nonce_and_a_challenge(
    client: Client, issuer: Issuer
) -> None:
    first, second = (client().get("/v1/auth/oidc", headers=OWN_PAGE).headers["location"] for _ in range(2))

    query, other = (parse_qs(urlsplit(address).query) for address in (first, second))
    assert first.startswith(f"{issuer.url}/authorize?")
    assert query["code_challenge_method"] == ["S256"]
    assert query["client_id"] == ["dashboard"]
    assert all(query[name] != other[name] for name in ("state", "nonce", "code_challenge"))


def test_a_sign_in_that_was_begun_in_another_browser_opens_no_session(
    client: Client, issuer: Issuer, person: tuple[UUID, UUID, str]
) -> None:
    issuer.claims = {"email": person[2], "email_verified": True}
    attacker, victim = client(), client()
    address = go_to_provider(attacker)

    followed = victim.get(address)
    victim.get("/v1/auth/oidc", headers=OWN_PAGE)
    mixed = victim.get(address)

    assert "not begun in this browser" in read_problem(followed)
    assert "not begun in this browser" in read_problem(mixed)
    assert victim.get("/v1/me").status_code == 401


@pytest.mark.parametrize("claims", [{"nonce": "another"}, {"nonce": None}, {"aud": "another"}, {"iss": "x"}])
def test_a_token_of_another_sign_in_or_application_is_refused(
    claims: dict[str, str | None], client: Client, issuer: Issuer, person: tuple[UUID, UUID, str]
) -> None:
    issuer.claims = {"email": person[2], "email_verified": True, **claims}
    browser = client()

    assert "not a valid token" in read_problem(browser.get(go_to_provider(browser)))
    assert browser.get("/v1/me").status_code == 401


def test_a_code_works_once_and_a_refusal_is_shown(client: Client, issuer: Issuer) -> None:
    browser = client()
    address = go_to_provider(browser)
    issuer.codes.clear()

    used = browser.get(address)
    begun = browser.get("/v1/auth/oidc", headers=OWN_PAGE).headers["location"]
    state = parse_qs(urlsplit(begun).query)["state"][0]
    refused = browser.get("/v1/auth/oidc/callback", params={"state": state, "error": "access_denied"})

    assert "not a valid token" in read_problem(used)
    assert "did not sign you in" in read_problem(refused)


def test_whoever_the_provider_knows_and_nobody_invited_gets_no_session(
    client: Client, issuer: Issuer
) -> None:
    browser = client()

    assert "ask an admin for an invitation" in read_problem(browser.get(go_to_provider(browser)))


def test_while_the_provider_is_down_the_dashboard_says_so(client: Client, api_url: str) -> None:
    with pytest.MonkeyPatch.context() as patch, running_issuer() as issuer:
        trust(patch, issuer, api_url)
        browser = client()
        address = go_to_provider(browser)
        issuer.stop()

        assert "does not respond" in read_problem(browser.get(address))
        patch.setattr(settings(), "oidc_issuer", "http://127.0.0.1:9")
        answer = browser.get("/v1/auth/oidc", headers=OWN_PAGE).json()
        assert answer["code"] == "identity_provider_unavailable"


@pytest.fixture
def invited(client: Client, owner: psycopg.Connection, issuer: Issuer) -> tuple[UUID, str]:
    """A workspace, and the address of somebody who is invited to it and known to the provider."""
    workspace_id, email = new_workspace(owner), f"{uuid4().hex}@example.com"
    invite(client(create_service_key(owner, workspace_id, "k", "admin")), email, role="analyst")
    issuer.claims = {"email": email, "email_verified": True}
    return workspace_id, email


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
def test_a_link_from_elsewhere_neither_signs_in_nor_chooses_the_workspace(
    site: str | None, client: Client, invited: tuple[UUID, str]
) -> None:
    headers = {"sec-fetch-site": site} if site else {}

    led = client().get("/v1/auth/oidc", params={"workspace_id": str(invited[0])}, headers=headers)

    assert led.headers["location"] == f"{settings().public_url}/"
    assert "set-cookie" not in led.headers


def test_a_page_of_this_installation_begins_a_sign_in_and_no_other_page_does(
    client: Client, issuer: Issuer, person: tuple[UUID, UUID, str]
) -> None:
    issuer.claims = {"email": person[2], "email_verified": True}
    browser = client()

    forged = client().post("/v1/auth/oidc", json={}, headers={"origin": "https://evil.example"})
    begun = browser.post("/v1/auth/oidc", json={}, headers=origin_of(browser)).json()["address"]
    browser.get(httpx2.get(begun).headers["location"])

    assert forged.json()["code"] == "request_forged"
    assert browser.get("/v1/me").json()["id"] == str(person[1])


def test_whoever_is_only_invited_reads_the_names_and_joins_once(
    client: Client, invited: tuple[UUID, str]
) -> None:
    browser = client()
    back = browser.get(go_to_provider(browser, workspace_id=str(invited[0])))
    copy = client()
    copy.cookies.update(dict(browser.cookies))
    pending = browser.get("/v1/auth/join").json()
    joining = {"workspace_id": str(invited[0]), "consent": True}
    unsaid = browser.post("/v1/auth/join", json=joining | {"consent": False}, headers=origin_of(browser))
    forged = browser.post("/v1/auth/join", json=joining, headers={"origin": "https://evil.example"})
    before = browser.get("/v1/me")
    joined = browser.post("/v1/auth/join", json=joining, headers=origin_of(browser))
    again = copy.post("/v1/auth/join", json=joining, headers=origin_of(copy))

    assert back.headers["location"] == f"{settings().public_url}/#join"
    (offer,) = pending["workspaces"]
    assert (pending["email"], offer["role"], offer["is_invitation"]) == (invited[1], "analyst", True)
    assert (unsaid.status_code, forged.json()["code"], before.status_code) == (422, "request_forged", 401)
    assert joined.status_code == 200
    assert browser.get("/v1/me").json()["workspace_id"] == str(invited[0])
    assert again.json()["code"] == "sign_in_expired"
    assert client().get("/v1/auth/join").json()["code"] == "sign_in_expired"


def test_a_directory_brings_nobody_in_who_has_not_agreed(
    client: Client, api_url: str, owner: psycopg.Connection, issuer: Issuer, person: tuple[UUID, UUID, str]
) -> None:
    foreign = new_workspace(owner)
    boss = client(create_service_key(owner, foreign, "k", "owner"))
    token = boss.post("/v1/directory/token", json={}).json()["token"]
    connect(api_url, token).post("/Users", json=okta_user(person[2]))
    issuer.claims = {"email": person[2], "email_verified": True}
    browser = client()

    chosen = browser.get(go_to_provider(browser, workspace_id=str(foreign))).headers["location"]
    without = browser.get("/v1/me").status_code
    browser.get(go_to_provider(browser))

    assert (chosen.partition("#")[2], without) == ("join", 401)
    assert browser.get("/v1/me").json()["workspace_id"] == str(person[0])
    (member,) = boss.get("/v1/members").json()["data"]
    assert member["status"] == "invited"


def test_what_the_provider_led_back_with_works_once_even_with_a_kept_cookie(
    client: Client, issuer: Issuer, person: tuple[UUID, UUID, str]
) -> None:
    issuer.claims = {"email": person[2], "email_verified": True}
    browser, thief = client(), client()
    address = go_to_provider(browser)
    thief.cookies.update(dict(browser.cookies))
    codes = dict(issuer.codes)
    browser.get(address)
    issuer.codes.update(codes)

    assert browser.get("/v1/me").status_code == 200
    assert "is finished" in read_problem(thief.get(address))
    assert thief.get("/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("described", "answer", "is_accepted"),
    [
        ({}, {}, True),
        ({}, {"iss": "own"}, True),
        ({}, {"iss": "https://other.example"}, False),
        ({"authorization_response_iss_parameter_supported": True}, {"iss": "own"}, True),
        ({"authorization_response_iss_parameter_supported": True}, {}, False),
    ],
)
def test_an_answer_of_another_provider_is_refused(
    described: dict[str, bool],
    answer: dict[str, str],
    is_accepted: bool,
    client: Client,
    issuer: Issuer,
    person: tuple[UUID, UUID, str],
) -> None:
    issuer.claims = {"email": person[2], "email_verified": True}
    issuer.description = described
    issuer.answer = {name: issuer.url if value == "own" else value for name, value in answer.items()}
    browser = client()

    back = browser.get(go_to_provider(browser))

    assert (browser.get("/v1/me").status_code == 200) is is_accepted
    assert is_accepted or "not of the identity provider" in read_problem(back)


def test_a_sign_in_that_was_begun_at_another_provider_is_not_finished_here(
    client: Client, issuer: Issuer, person: tuple[UUID, UUID, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client()
    address = go_to_provider(browser)
    with running_issuer() as other:
        monkeypatch.setattr(settings(), "oidc_issuer", other.url)

        assert "start again" in read_problem(browser.get(address))
