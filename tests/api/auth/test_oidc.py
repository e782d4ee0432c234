"""Which keys and tokens of the identity provider are accepted, and what happens while it is down."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from api.auth.oidc import IssuerKeys
from api.main import create_app
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import add_member, create_user
from tests.api.conftest import serving
from tests.api.oidc_issuer import AUDIENCE, Issuer, running_issuer
from tests.conftest import Installation, new_workspace

KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """The identity provider that the installation trusts."""
    with running_issuer() as running:
        monkeypatch.setattr(settings(), "oidc_issuer", running.url)
        monkeypatch.setattr(settings(), "oidc_audience", AUDIENCE)
        yield running


@pytest.fixture
def exchange(issuer: Issuer, owner: psycopg.Connection, installation: Installation) -> Iterator[Any]:
    """Exchanges a token, made from claims, for a session of a person whom the provider knows."""
    subject = uuid4().hex
    user_id = create_user(owner, f"{subject}@example.com", "P")
    owner.execute("update app.users set external_id = %s where user_id = %s", (subject, user_id))
    add_member(owner, new_workspace(owner), user_id, "viewer")
    with serving(create_app()) as url, httpx2.Client(base_url=url, timeout=30) as api:

        def send(token: str | None = None, **claims: Any) -> httpx2.Response:
            body = {"token": token or issuer.token(subject, **claims)}
            return api.post("/v1/auth/exchange", json=body)

        send.subject = subject  # type: ignore[attr-defined]
        yield send


def publish(issuer: Issuer, *entries: Any) -> None:
    """Publish entries beside the issuer's own key."""
    own = issuer.keys()["keys"]
    issuer.keys = lambda: {"keys": [*entries, *own]}  # type: ignore[method-assign]


def describe_key(**changes: Any) -> dict[str, Any]:
    return dict(json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key()))) | {"kid": "ec"} | changes


def sign(issuer: Issuer, subject: str) -> str:
    claims = jwt.decode(issuer.token(subject), options={"verify_signature": False})
    return jwt.encode(claims, KEY, "ES256", headers={"kid": "ec"})


def test_a_token_signed_with_an_elliptic_curve_is_accepted(issuer: Issuer, exchange: Any) -> None:
    publish(issuer, describe_key())

    assert exchange(sign(issuer, exchange.subject)).status_code == 200


def test_a_key_for_encryption_signs_nothing(issuer: Issuer, exchange: Any) -> None:
    publish(issuer, describe_key(use="enc"))

    assert exchange(sign(issuer, exchange.subject)).status_code == 401


@pytest.mark.parametrize(
    "entry",
    [
        {"kty": "RSA", "kid": "a", "n": "!", "e": "AQAB"},
        {"kty": "RSA", "kid": "a"},
        {"kty": "EC", "kid": "a", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "RSA", "kid": 7},
        {"kty": ["RSA"], "kid": "a"},
        "text",
        None,
    ],
)
def test_a_malformed_key_keeps_no_other_one_out(issuer: Issuer, exchange: Any, entry: Any) -> None:
    publish(issuer, entry)

    assert exchange().status_code == 200


def test_a_token_for_another_application_is_refused(exchange: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert exchange(azp="https://other.example").status_code == 401
    assert exchange(azp=AUDIENCE).status_code == 200
    monkeypatch.setattr(settings(), "oidc_authorized_parties", "https://app.example, https://other.example")
    assert exchange(azp="https://other.example").status_code == 200


def test_a_session_that_is_pending_at_the_provider_is_refused(exchange: Any) -> None:
    assert exchange(sts="pending").status_code == 401
    assert exchange(sts="active").status_code == 200


def test_while_the_provider_is_down_and_no_key_is_known_every_sign_in_gets_503(
    exchange: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "oidc_issuer", "http://127.0.0.1:9")

    responses = [exchange() for _ in range(3)]

    assert {(response.status_code, response.json()["code"]) for response in responses} == {
        (503, "identity_provider_unavailable")
    }


def test_where_single_sign_on_is_not_configured_the_answer_is_not_a_server_error(
    exchange: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "oidc_issuer", None)

    response = exchange("e30.e30.e30")

    assert (response.status_code, response.json()["code"]) == (403, "sso_not_configured")


def test_keys_that_were_never_fetched_have_no_age() -> None:
    age = IssuerKeys().age_seconds

    assert age != age
