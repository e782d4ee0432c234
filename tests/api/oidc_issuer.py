"""An identity provider on loopback: publishes its keys, signs tokens on request, and signs browsers in."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

AUDIENCE = "causeloop"
_numbers = cycle(range(8))


def take_key() -> RSAPrivateKey:
    """Another key than the seven before it; only eight are ever made, which takes its time."""
    return _make_key(next(_numbers))


@cache
def _make_key(_number: int) -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@dataclass
class Issuer:
    """Signs session tokens with the key that it publishes."""

    url: str
    key: RSAPrivateKey = field(default_factory=take_key)
    key_id: str = field(default_factory=lambda: uuid4().hex)
    requests: int = 0
    subject: str = ""
    """Who is signed in at the provider, as its sign-in page finds them."""

    claims: dict[str, Any] = field(default_factory=dict)
    """What the tokens of its sign-ins say besides."""

    userinfo: dict[str, Any] = field(default_factory=dict)
    """What it says of the person to who has the access token only; nothing: it has no such page."""

    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    padding: dict[str, Callable[[BaseHTTPRequestHandler, Any], bytes]] = field(default_factory=dict)
    """Paths → how their documents are written otherwise than usual."""

    stop: Callable[[], None] = lambda: None
    """Stops answering."""

    description: dict[str, Any] = field(default_factory=dict)
    """What its discovery document says otherwise than usual."""

    access_token: str = field(default_factory=lambda: uuid4().hex)
    answer: dict[str, str] = field(default_factory=dict)
    """What leads the browser back besides code and state."""

    def token(
        self, subject: str, headers: dict[str, Any] | None = None, key: Any = None, **claims: Any
    ) -> str:
        """A session token; claims and headers may be overwritten, None leaves one out."""
        now = time.time()
        values = {"iss": self.url, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 600} | claims
        payload = {name: value for name, value in values.items() if value is not None}
        return jwt.encode(payload, key or self.key, "RS256", headers={"kid": self.key_id} | (headers or {}))

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        self.key, self.key_id = take_key(), uuid4().hex

    def authorize(self, query: dict[str, str]) -> str:
        """Where the sign-in page leads the browser back to, with a code."""
        code = uuid4().hex
        self.codes[code] = query
        answer = {"code": code, "state": query["state"], **self.answer}
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def redeem(self, form: dict[str, str]) -> dict[str, str] | None:
        """The tokens of a code; None unless it is unused and the verifier is that of its challenge."""
        query = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if query is None or challenge != query["code_challenge"] or form["client_id"] != query["client_id"]:
            return None
        claims = {"aud": form["client_id"], "nonce": query["nonce"]} | self.claims
        tokens = {"token_type": "Bearer", "id_token": self.token(self.subject, **claims)}
        return {**tokens, "access_token": self.access_token} if self.userinfo else tokens

    def describe(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            **({"userinfo_endpoint": f"{self.url}/userinfo"} if self.userinfo else {}),
            **self.description,
        }

    def keys(self) -> dict[str, Any]:
        """The published keys."""
        return {
            "keys": [
                json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key())) | {"kid": self.key_id}
            ]
        }


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    """An issuer that serves its keys while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.requests += 1
            path, _, query = self.path.partition("?")
            if path == "/authorize":
                self.send_response(302)
                self.send_header("location", issuer.authorize(dict(parse_qsl(query))))
                self.send_header("content-length", "0")
                self.end_headers()
                return
            if path == "/userinfo":
                is_allowed = self.headers["authorization"] == f"Bearer {issuer.access_token}"
                self.respond(200 if is_allowed else 401, issuer.userinfo if is_allowed else {})
                return
            documents = {
                "/.well-known/openid-configuration": issuer.describe(),
                "/keys": issuer.keys(),
            }
            self.respond(200, documents[path])

        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
            tokens = issuer.redeem(form)
            self.respond(200 if tokens else 400, tokens or {"error": "invalid_grant"})

        def respond(self, status: int, document: Any) -> None:
            self.send_response(status)
            pad = issuer.padding.get(self.path)
            body = pad(self, document) if pad else json.dumps(document).encode()
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    issuer.stop = stop
    try:
        yield issuer
    finally:
        stop()
