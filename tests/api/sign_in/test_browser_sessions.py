"""Sessions that a browser keeps in a cookie: started, used, forged, ended."""

from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest

from causeloop_pipeline.settings import settings
from tests.api.conftest import Client
from tests.api.oidc_issuer import AUDIENCE, Issuer, running_issuer
from tests.api.people import keep_in_browser, new_person, origin_of, sign_in
from tests.api.sample import Sample
from tests.conftest import new_workspace


@pytest.fixture
def person(owner: psycopg.Connection) -> tuple[UUID, UUID, str]:
    """A workspace, and its owner with a password."""
    workspace_id = new_workspace(owner, "enterprise")
    return (workspace_id, *new_person(owner, workspace_id, "owner"))


@pytest.fixture
def browser(client: Client, person: tuple[UUID, UUID, str]) -> httpx2.Client:
    """A browser in which that person is signed in."""
    api = client()
    assert keep_in_browser(api, sign_in(client(), person[2]).json()["access_token"]).status_code == 200
    return api


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch, api_url: str) -> Iterator[Issuer]:
    """The identity provider that the installation trusts; its client is another one than the audience."""
    with running_issuer() as running:
        monkeypatch.setattr("api.auth.oidc.MIN_FETCH_INTERVAL_SECONDS", 0)
        monkeypatch.setattr(settings(), "oidc_issuer", running.url)
        monkeypatch.setattr(settings(), "oidc_audience", AUDIENCE)
        monkeypatch.setattr(settings(), "oidc_client_id", "dashboard")
        monkeypatch.setattr(settings(), "public_url", api_url)
        running.subject = uuid4().hex
        yield running


def go_to_provider(browser: httpx2.Client, **query: str) -> str:
    """Begin at the installation, sign in at the provider; where it leads back to."""
    begun = browser.get("/v1/auth/oidc", params=query)
    assert begun.status_code == 303
    return httpx2.get(begun.headers["location"]).headers["location"]


def read_problem(response: httpx2.Response) -> str:
    assert response.status_code == 303
    return unquote(urlsplit(response.headers["location"]).fragment.removeprefix("sign-in-failed="))


def test_a_new_tab_is_signed_in_and_no_script_can_read_why(
    client: Client, person: tuple[UUID, UUID, str]
) -> None:
    browser, tokens = client(), sign_in(client(), person[2]).json()

    exchanged = keep_in_browser(browser, tokens["access_token"])
    new_tab = client()
    new_tab.cookies = browser.cookies
    state = new_tab.get("/v1/auth/browser").json()

    cookie = exchanged.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert state["is_signed_in"]
    assert state["csrf_token"] == exchanged.json()["csrf_token"]
    assert new_tab.get("/v1/me").json()["id"] == str(person[1])
    refresh = {"refresh_token": tokens["refresh_token"]}
    assert client().post("/v1/auth/refresh", json=refresh).status_code == 401
    assert client().get("/v1/auth/browser").json() == state | {"is_signed_in": False, "csrf_token": None}


def test_over_https_the_cookie_belongs_to_this_host_alone(
    client: Client, person: tuple[UUID, UUID, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "public_url", "https://causeloop.example")
    tokens = sign_in(client(), person[2]).json()
    headers = {"authorization": f"Bearer {tokens['access_token']}", "origin": "https://causeloop.example"}

    cookie = client().post("/v1/auth/browser", headers=headers).headers["set-cookie"]

    name, *attributes = (part.strip().lower() for part in cookie.split(";"))
    assert name.startswith("__host-causeloop-session=")
    assert {"secure", "httponly", "path=/", "samesite=strict"} <= set(attributes)
    assert not any(attribute.startswith("domain") for attribute in attributes)


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"x-csrf-token": ""},
        {"x-csrf-token": "0" * 64},
    ],
)
def test_a_request_that_another_page_forges_changes_nothing(
    browser: httpx2.Client, changed: dict[str, str]
) -> None:
    body = {"name": "Forged"}

    forged = browser.patch("/v1/workspace", json=body, headers=changed)
    proven = browser.patch("/v1/workspace", json={"name": "Proven"})

    assert (forged.status_code, forged.json()["code"]) == (403, "request_forged")
    assert proven.json()["name"] == "Proven"


def test_a_token_of_another_session_proves_nothing(
    client: Client, browser: httpx2.Client, person: tuple[UUID, UUID, str]
) -> None:
    other = client()
    exchanged = keep_in_browser(other, sign_in(client(), person[2]).json()["access_token"])

    forged = browser.patch(
        "/v1/workspace", json={"name": "X"}, headers={"x-csrf-token": exchanged.json()["csrf_token"]}
    )

    assert forged.json()["code"] == "request_forged"


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(
    client: Client, browser: httpx2.Client
) -> None:
    copy = client()
    copy.cookies.update(dict(browser.cookies))

    from_elsewhere = browser.delete("/v1/auth/browser", headers={"origin": "https://evil.example"})
    still = copy.get("/v1/me")
    signed_out = browser.delete("/v1/auth/browser")

    assert (from_elsewhere.status_code, still.status_code, signed_out.status_code) == (403, 200, 204)
    assert copy.get("/v1/me").json()["code"] == "session_ended"
    assert not browser.get("/v1/auth/browser").json()["is_signed_in"]


def test_a_browser_that_was_not_used_for_two_weeks_is_signed_out(
    browser: httpx2.Client, owner: psycopg.Connection, person: tuple[UUID, UUID, str]
) -> None:
    owner.execute(
        "update app.session set last_used_at = now() - interval '15 days' where user_id = %s", (person[1],)
    )

    assert browser.get("/v1/me").status_code == 401


def test_a_suspension_reaches_a_browser_at_its_next_request(
    browser: httpx2.Client, owner: psycopg.Connection, person: tuple[UUID, UUID, str]
) -> None:
    owner.execute("update app.membership set status = 'suspended' where user_id = %s", (person[1],))

    assert browser.get("/v1/me").json()["code"] == "membership_inactive"
    assert not browser.get("/v1/auth/browser").json()["is_signed_in"]


def test_a_key_is_kept_out_of_reach_of_scripts_too(client: Client, sample: Sample) -> None:
    browser = client()

    exchanged = keep_in_browser(browser, sample.credentials["admin"])

    assert exchanged.status_code == 200
    assert browser.get("/v1/me").json()["kind"] == "service_account"
    assert keep_in_browser(client(), sample.credentials["revoked key"]).status_code == 401


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
    first, second = (client().get("/v1/auth/oidc").headers["location"] for _ in range(2))

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
    victim.get("/v1/auth/oidc")
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
    browser.get("/v1/auth/oidc")
    state = parse_qs(urlsplit(browser.get("/v1/auth/oidc").headers["location"]).query)["state"][0]
    refused = browser.get("/v1/auth/oidc/callback", params={"state": state, "error": "access_denied"})

    assert "not a valid token" in read_problem(used)
    assert "did not sign you in" in read_problem(refused)


def test_whoever_the_provider_knows_and_nobody_invited_gets_no_session(
    client: Client, issuer: Issuer
) -> None:
    browser = client()

    assert "ask an admin for an invitation" in read_problem(browser.get(go_to_provider(browser)))


def test_while_the_provider_is_down_the_dashboard_says_so(
    client: Client, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client()
    address = go_to_provider(browser)
    monkeypatch.setattr(settings(), "oidc_issuer", "http://127.0.0.1:9")

    assert browser.get("/v1/auth/oidc").json()["code"] == "identity_provider_unavailable"
    assert "does not respond" in read_problem(browser.get(address))
