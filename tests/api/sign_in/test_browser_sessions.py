"""Sessions that a browser keeps in a cookie: started, used, forged, ended."""

from uuid import UUID

import httpx2
import psycopg
import pytest

from causeloop_pipeline.settings import settings
from tests.api.conftest import Client
from tests.api.people import keep_in_browser, new_person, sign_in
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

    assert browser.get("/v1/me").json()["code"] == "session_ended"
    assert not browser.get("/v1/auth/browser").json()["is_signed_in"]


def test_a_key_is_kept_out_of_reach_of_scripts_too(client: Client, sample: Sample) -> None:
    browser = client()

    exchanged = keep_in_browser(browser, sample.credentials["admin"])

    assert exchanged.status_code == 200
    assert browser.get("/v1/me").json()["kind"] == "service_account"
    assert keep_in_browser(client(), sample.credentials["revoked key"]).status_code == 401
