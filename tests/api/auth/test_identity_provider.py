"""What the identity provider says of itself: which of it is believed, how much is read, and how often."""

import gzip
import json
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest

from api.auth import identity_provider
from api.auth.identity_provider import MAX_BYTES, is_confidential
from api.main import create_app
from causeloop_pipeline.settings import settings
from tests.api.conftest import NO_CERTIFICATES, serving
from tests.api.oidc_issuer import AUDIENCE, Issuer, running_issuer
from tests.api.people import new_person
from tests.api.sign_in.test_single_sign_on import OWN_PAGE
from tests.conftest import Installation, new_workspace

HUGE = "x" * (MAX_BYTES + 1)


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """The identity provider that the installation trusts."""
    with running_issuer() as running:
        monkeypatch.setattr(settings(), "oidc_issuer", running.url)
        monkeypatch.setattr(settings(), "oidc_audience", AUDIENCE)
        yield running


@pytest.fixture
def api(issuer: Issuer, installation: Installation) -> Iterator[httpx2.Client]:
    """An API that has not read the description of the provider yet."""
    with serving(create_app()) as url, httpx2.Client(base_url=url, timeout=30, headers=OWN_PAGE) as client:
        yield client


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://provider.example/authorize"},
        {"token_endpoint": "http://provider.example/token"},
        {"jwks_uri": "http://192.0.2.1/keys"},
        {"authorization_endpoint": 7},
    ],
)
def test_a_description_of_another_provider_or_with_an_unsafe_address_is_refused(
    description: dict[str, Any], issuer: Issuer, api: httpx2.Client
) -> None:
    issuer.description = description

    answers = [
        api.get("/v1/auth/oidc"),
        api.post("/v1/auth/exchange", json={"token": issuer.token(uuid4().hex)}),
    ]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {
        (503, "identity_provider_mismatch")
    }


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://provider.example/a", True),
        ("http://127.0.0.1:8/a", True),
        ("http://[::1]:8/a", True),
        ("http://localhost/a", True),
        ("http://localhost.evil.example/a", False),
        ("http://127.0.0.1@evil.example/a", False),
        ("https:///a", False),
        ("HTTPS://provider.example", True),
        ("data:text/html,x", False),
        ("", False),
    ],
)
def test_an_address_is_https_or_of_this_machine(address: str, is_safe: bool) -> None:
    assert is_confidential(address) is is_safe


def test_many_sign_ins_that_begin_ask_the_provider_once_and_make_one_tls_context(
    issuer: Issuer, api: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    contexts = []

    def create() -> ssl.SSLContext:
        contexts.append(NO_CERTIFICATES)
        return NO_CERTIFICATES

    monkeypatch.setattr("httpx2.create_ssl_context", create)

    statuses = {api.get("/v1/auth/oidc").status_code for _ in range(20)}

    assert (statuses, issuer.requests, len(contexts)) == ({303}, 1, 1)


def test_a_provider_that_is_down_gets_no_request_for_each_sign_in(
    api: httpx2.Client, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer.description = {"token_endpoint": None}
    refused = [api.get("/v1/auth/oidc").status_code for _ in range(5)]
    requests = issuer.requests
    issuer.description = {}
    monkeypatch.setattr(identity_provider, "MIN_FETCH_INTERVAL_SECONDS", -1)
    again = api.get("/v1/auth/oidc").status_code
    monkeypatch.setattr(identity_provider, "MAX_AGE_SECONDS", -1)
    issuer.stop()

    assert (refused, requests, again) == ([503] * 5, 1, 303)
    assert api.get("/v1/auth/oidc").status_code == 303  # its description is kept for a day


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
@pytest.mark.parametrize("is_packed", [False, True])
def test_of_no_answer_more_is_read_than_a_bound(
    path: str,
    is_packed: bool,
    issuer: Issuer,
    api: httpx2.Client,
    owner: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings(), "public_url", str(api.base_url).rstrip("/"))
    _, email = new_person(owner, new_workspace(owner))
    issuer.subject, issuer.claims = uuid4().hex, {"email": email, "email_verified": True}
    issuer.padding[path] = pack if is_packed else fill

    begun = api.get("/v1/auth/oidc")
    if begun.status_code == 303:
        api.get(httpx2.get(begun.headers["location"]).headers["location"])

    assert api.get("/v1/me").status_code == 401
    issuer.padding.clear()
    monkeypatch.setattr(identity_provider, "MIN_FETCH_INTERVAL_SECONDS", -1)
    monkeypatch.setattr("api.auth.oidc.MIN_FETCH_INTERVAL_SECONDS", -1)
    api.get(httpx2.get(api.get("/v1/auth/oidc").headers["location"]).headers["location"])
    assert api.get("/v1/me").status_code == 200


def fill(handler: BaseHTTPRequestHandler, document: dict[str, Any]) -> bytes:
    """More than is read."""
    return json.dumps(document | {"filler": HUGE}).encode()


def pack(handler: BaseHTTPRequestHandler, document: dict[str, Any]) -> bytes:
    """Little on the way, and much when it is unpacked."""
    handler.send_header("content-encoding", "gzip")
    return gzip.compress(fill(handler, document))


def test_an_audience_in_a_list_of_its_own_is_accepted_and_one_among_others_is_not(
    issuer: Issuer, api: httpx2.Client, owner: psycopg.Connection
) -> None:
    _, email = new_person(owner, new_workspace(owner))

    def exchange(audience: object) -> int:
        token = issuer.token("listed " + email, aud=audience, email=email, email_verified=True)
        return api.post("/v1/auth/exchange", json={"token": token}).status_code

    assert [exchange(each) for each in ([AUDIENCE], AUDIENCE)] == [200, 200]
    assert [exchange(each) for each in ([AUDIENCE, "other"], ["other"], [], [AUDIENCE, AUDIENCE])] == [
        401
    ] * 4


def test_the_same_subject_of_another_issuer_is_somebody_else(
    issuer: Issuer, api: httpx2.Client, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, email = new_person(owner, new_workspace(owner))
    subject = uuid4().hex
    token = issuer.token(subject, email=email, email_verified=True)
    first = api.post("/v1/auth/exchange", json={"token": token})
    with running_issuer() as other:
        monkeypatch.setattr(settings(), "oidc_issuer", other.url)
        second = api.post("/v1/auth/exchange", json={"token": other.token(subject)})
        linked = api.post(
            "/v1/auth/exchange",
            json={"token": other.token(uuid4().hex, email=email, email_verified=True)},
        )
        former = httpx2.get(
            f"{api.base_url}/v1/me", headers={"authorization": f"Bearer {first.json()['access_token']}"}
        )

    assert (first.status_code, second.status_code, linked.status_code) == (200, 401, 200)
    assert former.json()["code"] == "session_ended"
