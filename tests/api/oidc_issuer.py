"""An identity provider on loopback that publishes its keys and signs tokens on request."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

AUDIENCE = "causeloop"


@dataclass
class Issuer:
    """Signs session tokens with the key that it publishes."""

    url: str
    key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65537, 2048))
    key_id: str = field(default_factory=lambda: uuid4().hex)
    requests: int = 0

    def token(
        self, subject: str, headers: dict[str, Any] | None = None, key: Any = None, **claims: Any
    ) -> str:
        """A session token; claims and headers may be overwritten, None leaves one out."""
        now = time.time()
        values = {"iss": self.url, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 600} | claims
        payload = {name: value for name, value in values.items() if value is not None}
        return jwt.encode(payload, key or self.key, "RS256", headers={"kid": self.key_id} | (headers or {}))

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
            documents = {
                "/.well-known/openid-configuration": {"jwks_uri": f"{issuer.url}/keys"},
                "/keys": issuer.keys(),
            }
            body = json.dumps(documents[self.path]).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
