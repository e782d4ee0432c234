"""Odd and hostile tokens: none of them counts."""

import base64
import contextlib
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest

from api.access.keys import derived_key
from api.auth.tokens import ALGORITHM, AUDIENCE, ISSUER, Session, issue_access_token, verify_access_token
from api.http.errors import Problem
from tests.api.conftest import Client
from tests.api.oidc_issuer import running_issuer
from tests.api.sample import Sample

SESSION = Session(uuid4(), uuid4(), "oidc")


def claims(**changes: Any) -> dict[str, Any]:
    now = time.time()
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(SESSION.user_id),
        "workspace_id": str(SESSION.workspace_id),
        "method": "oidc",
        "iat": now,
        "exp": now + 600,
    } | changes
    return {name: value for name, value in said.items() if value is not ...}


def signed(headers: dict[str, Any] | None = None, key: bytes | None = None, **changes: Any) -> str:
    return jwt.encode(claims(**changes), key or derived_key("access token"), ALGORITHM, headers=headers)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def hostile() -> dict[str, str]:
    """One token of every kind that must not count."""
    good, now = signed(), time.time()
    head, body, signature = good.split(".")
    return {
        "none": f"{part({'alg': 'none'})}.{body}.",
        "nOnE": f"{part({'alg': 'nOnE'})}.{body}.{signature}",
        "no signature": f"{head}.{body}.",
        "another key": signed(key=b"k" * 32),
        "cursor key": signed(key=derived_key("cursor")),
        "HS512": jwt.encode(claims(), derived_key("access token") * 2, "HS512"),
        "RS256 header": f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{body}.{signature}",
        "kid": signed({"kid": "../../etc/passwd"}),
        "jku": signed({"jku": "https://evil.example/keys"}),
        "x5u": signed({"x5u": "https://evil.example/cert"}),
        "jwk": signed({"jwk": {"kty": "oct", "k": "AAAA"}}),
        "crit": signed({"crit": ["exp"]}),
        "cty": signed({"cty": "JWT"}),
        "zip": signed({"zip": "DEF"}),
        "expired": signed(exp=now - 60, iat=now - 120),
        "exp missing": signed(exp=...),
        "exp text": signed(exp="tomorrow"),
        "exp 1e30": signed(exp=1e30),
        "long life": signed(exp=now + 2 * 3600),
        "iat missing": signed(iat=...),
        "iat future": signed(iat=now + 600, exp=now + 900),
        "nbf future": signed(nbf=now + 600),
        "aud wrong": signed(aud="another"),
        "aud missing": signed(aud=...),
        "aud list": signed(aud=[AUDIENCE, "another"]),
        "iss wrong": signed(iss="evil"),
        "iss slash": signed(iss=f"{ISSUER}/"),
        "iss missing": signed(iss=...),
        "sub missing": signed(sub=...),
        "sub no id": signed(sub="root"),
        "workspace missing": signed(workspace_id=...),
        "workspace list": signed(workspace_id=[str(SESSION.workspace_id)]),
        "tampered body": f"{head}.{part(claims(sub=str(uuid4())))}.{signature}",
        "truncated": good[:-4],
        "two parts": f"{head}.{body}",
        "five parts": f"{good}.a.b",
        "empty parts": "..",
        "no json": "e30.e30.e30",
        "deep": f"{part({'alg': 'HS256'})}.{base64.urlsafe_b64encode(b'[' * 9000).decode()}.{signature}",
        "too large": signed(filler="x" * 20_000),
        "unicode": f"{head}.{body}.é",
    }


def test_a_token_of_ours_says_who_and_where(installation: object) -> None:
    assert verify_access_token(issue_access_token(SESSION)) == SESSION


def test_no_hostile_token_counts(installation: object) -> None:
    tokens = hostile()
    accepted = []
    for kind, token in tokens.items():
        with contextlib.suppress(Problem):
            verify_access_token(token)
            accepted.append(kind)

    assert accepted == []
    assert len(tokens) >= 40


def test_no_hostile_token_opens_the_api(client: Client, sample: Sample) -> None:
    for token in hostile().values():
        if token.isascii():
            assert client(token).get("/v1/me").status_code == 401


def test_a_token_ends_after_a_quarter_of_an_hour(installation: object) -> None:
    issue_access_token(SESSION)
    with pytest.raises(Problem, match="expired"):
        verify_access_token(issue_access_token(SESSION, datetime.now(UTC) - timedelta(minutes=16)))


def test_no_forged_provider_token_counts(
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
                part({"alg": "HS256", "kid": "k1"}),
                part(claims(iss=issuer.url, aud="causeloop")),
                part(public.hex()),
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

        answers = [client().post("/v1/auth/exchange", json={"token": token}) for token in forged]

        assert {answer.status_code for answer in answers} == {401}
        assert issuer.asked <= 4  # unknown keys do not make us ask again and again
