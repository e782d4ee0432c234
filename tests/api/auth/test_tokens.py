"""Malformed and forged tokens are rejected."""

import base64
import contextlib
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest

from api.access.keys import derive_key
from api.auth.tokens import ALGORITHM, AUDIENCE, ISSUER, AccessToken, issue_access_token, verify_access_token
from api.http.errors import Problem
from causeloop_pipeline.model.tenancy import SignInMethod
from tests.api.conftest import Client
from tests.api.oidc_issuer import running_issuer
from tests.api.sample import Sample

TOKEN = AccessToken(uuid4(), uuid4(), uuid4(), SignInMethod.OIDC)


def make_claims(**changes: Any) -> dict[str, Any]:
    now = time.time()
    default = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(TOKEN.user_id),
        "workspace_id": str(TOKEN.workspace_id),
        "sid": str(TOKEN.session_id),
        "method": "oidc",
        "iat": now,
        "exp": now + 600,
    }
    return {name: value for name, value in (default | changes).items() if value is not ...}


def sign_token(headers: dict[str, Any] | None = None, key: bytes | None = None, **changes: Any) -> str:
    return jwt.encode(make_claims(**changes), key or derive_key("access token"), ALGORITHM, headers=headers)


def encode_part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def make_hostile_tokens() -> dict[str, str]:
    """One token of every kind that must be rejected."""
    good, now = sign_token(), time.time()
    nested = base64.urlsafe_b64encode(b"[" * 9000).decode()
    head, body, signature = good.split(".")
    return {
        "none": f"{encode_part({'alg': 'none'})}.{body}.",
        "nOnE": f"{encode_part({'alg': 'nOnE'})}.{body}.{signature}",
        "no signature": f"{head}.{body}.",
        "another key": sign_token(key=b"k" * 32),
        "cursor key": sign_token(key=derive_key("cursor")),
        "HS512": jwt.encode(make_claims(), derive_key("access token") * 2, "HS512"),
        "RS256 header": f"{encode_part({'alg': 'RS256', 'typ': 'JWT'})}.{body}.{signature}",
        "kid": sign_token({"kid": "../../etc/passwd"}),
        "jku": sign_token({"jku": "https://evil.example/keys"}),
        "x5u": sign_token({"x5u": "https://evil.example/cert"}),
        "jwk": sign_token({"jwk": {"kty": "oct", "k": "AAAA"}}),
        "crit": sign_token({"crit": ["exp"]}),
        "cty": sign_token({"cty": "JWT"}),
        "zip": sign_token({"zip": "DEF"}),
        "expired": sign_token(exp=now - 60, iat=now - 120),
        "exp missing": sign_token(exp=...),
        "exp text": sign_token(exp="tomorrow"),
        "exp 1e30": sign_token(exp=1e30),
        "long life": sign_token(exp=now + 2 * 3600),
        "iat missing": sign_token(iat=...),
        "iat future": sign_token(iat=now + 600, exp=now + 900),
        "nbf future": sign_token(nbf=now + 600),
        "aud wrong": sign_token(aud="another"),
        "aud missing": sign_token(aud=...),
        "aud list": sign_token(aud=[AUDIENCE, "another"]),
        "iss wrong": sign_token(iss="evil"),
        "iss slash": sign_token(iss=f"{ISSUER}/"),
        "iss missing": sign_token(iss=...),
        "sub missing": sign_token(sub=...),
        "sub no id": sign_token(sub="root"),
        "workspace missing": sign_token(workspace_id=...),
        "session missing": sign_token(sid=...),
        "session no id": sign_token(sid="1"),
        "workspace list": sign_token(workspace_id=[str(TOKEN.workspace_id)]),
        "tampered body": f"{head}.{encode_part(make_claims(sub=str(uuid4())))}.{signature}",
        "truncated": good[:-4],
        "two parts": f"{head}.{body}",
        "five parts": f"{good}.a.b",
        "empty parts": "..",
        "no json": "e30.e30.e30",
        "deep": f"{encode_part({'alg': 'HS256'})}.{nested}.{signature}",
        "too large": sign_token(filler="x" * 20_000),
        "unicode": f"{head}.{body}.é",
    }


def test_an_issued_token_names_its_user_and_workspace(installation: object) -> None:
    assert verify_access_token(issue_access_token(TOKEN)) == TOKEN


def test_every_hostile_token_is_rejected(installation: object) -> None:
    tokens = make_hostile_tokens()
    accepted = []
    for kind, token in tokens.items():
        with contextlib.suppress(Problem):
            verify_access_token(token)
            accepted.append(kind)

    assert accepted == []
    assert len(tokens) >= 40


def test_no_hostile_token_opens_the_api(client: Client, sample: Sample) -> None:
    for token in make_hostile_tokens().values():
        if token.isascii():
            assert client(token).get("/v1/me").status_code == 401


def test_a_token_expires_after_15_minutes(installation: object) -> None:
    issue_access_token(TOKEN)
    with pytest.raises(Problem, match="expired"):
        verify_access_token(issue_access_token(TOKEN, datetime.now(UTC) - timedelta(minutes=16)))


def test_while_a_key_is_replaced_tokens_of_both_are_accepted_and_an_expired_one_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new, old, another = b"n" * 32, b"o" * 32, b"a" * 32
    monkeypatch.setattr("api.auth.tokens.derive_keys", lambda _: (new, old))

    assert [verify_access_token(sign_token(key=key)) for key in (new, old)] == [TOKEN, TOKEN]
    codes = []
    for key, lifetime in ((new, -600), (old, -600), (another, 600)):
        with pytest.raises(Problem) as refused:
            verify_access_token(sign_token(key=key, exp=time.time() + lifetime))
        codes.append(refused.value.code)
    assert codes == ["token_expired", "token_expired", "invalid_credentials"]


def test_every_forged_provider_token_is_rejected(
    client: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    from causeloop_pipeline.settings import settings

    with running_issuer() as issuer:
        monkeypatch.setattr(settings(), "oidc_issuer", issuer.url)
        monkeypatch.setattr(settings(), "oidc_audience", "causeloop")
        public = issuer.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        confused = ".".join(
            (
                encode_part({"alg": "HS256", "kid": issuer.key_id}),
                encode_part(make_claims(iss=issuer.url, aud="causeloop")),
                encode_part(public.hex()),
            )
        )
        now = time.time()
        forged = [
            issuer.token("s", key=generate_private_key(65537, 2048)),
            issuer.token("s", {"kid": "unknown"}),
            issuer.token("s", {"kid": "' or 1=1 --"}),
            issuer.token("s", {"jku": "https://evil.example"}),
            issuer.token("s", aud="another"),
            issuer.token("s", iss="https://evil.example"),
            issuer.token("s", exp=None),
            issuer.token("s", sub=None),
            issuer.token("s", exp=now + 48 * 3600),
            confused,
        ]

        responses = [client().post("/v1/auth/exchange", json={"token": token}) for token in forged]

        assert {response.status_code for response in responses} == {401}
        assert issuer.requests <= 4  # unknown key ids do not fetch the keys every time
