"""A real authorization server on loopback, by the SDK's routes: registration, PKCE, JWTs for a resource."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from mcp.server.auth.provider import (
    AuthorizationCode,
    AuthorizationParams,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    TokenError,
    construct_redirect_uri,
)
from mcp.server.auth.routes import create_auth_routes
from mcp.server.auth.settings import ClientRegistrationOptions
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.api.conftest import serving
from tests.api.oidc_issuer import take_key

SCOPES = ["causeloop:read", "causeloop:write"]


@dataclass
class AuthorizationServer(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, Any]):
    """Signs in `subject` without asking, and issues JWTs for the resource that the client names."""

    url: str = ""
    subject: str = ""
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    key: Any = field(default_factory=take_key)
    key_id: str = field(default_factory=lambda: secrets.token_hex(8))
    clients: dict[str, OAuthClientInformationFull] = field(default_factory=dict)
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)

    def token(self, resource: str, **claims: Any) -> str:
        """An access token for a resource; claims may be overwritten, None leaves one out."""
        now = time.time()
        values = {
            "iss": self.url,
            "aud": resource,
            "sub": self.subject,
            "iat": now,
            "exp": now + 600,
            "client_id": "test",
            "jti": secrets.token_hex(8),
            "scope": " ".join(self.scopes),
            **claims,
        }
        payload = {name: value for name, value in values.items() if value is not None}
        return jwt.encode(payload, self.key, "RS256", headers={"kid": self.key_id, "typ": "at+jwt"})

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        """A client that has registered."""
        return self.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        """Register a client."""
        self.clients[str(client_info.client_id)] = client_info

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        """Where the browser goes back to, with a code."""
        code = AuthorizationCode(
            code=secrets.token_urlsafe(24),
            scopes=params.scopes or [],
            expires_at=time.time() + 60,
            client_id=str(client.client_id),
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=params.resource,
        )
        self.codes[code.code] = code
        return construct_redirect_uri(str(params.redirect_uri), code=code.code, state=params.state)

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        """A code that was issued to a client."""
        return self.codes.get(authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        """The token of a code, which is used up."""
        del self.codes[authorization_code.code]
        token = self.token(str(authorization_code.resource))
        return OAuthToken(access_token=token, token_type="Bearer", expires_in=600)

    async def load_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: str
    ) -> RefreshToken | None:
        """There are none."""

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        """There are none."""
        raise TokenError("invalid_grant")

    async def load_access_token(self, token: str) -> Any:
        """Its tokens are verified by their signature alone."""

    async def revoke_token(self, token: Any) -> None:
        """They end by themselves."""

    def keys(self) -> dict[str, Any]:
        """The published keys."""
        own = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [own | {"kid": self.key_id}]}

    def describe(self) -> dict[str, Any]:
        """How it describes itself to the installation and to clients."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "registration_endpoint": f"{self.url}/register",
            "scopes_supported": SCOPES,
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }


@contextmanager
def running_authorization_server() -> Iterator[AuthorizationServer]:
    """An authorization server that runs while the context lasts."""
    server = AuthorizationServer()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    async def read_keys(_request: Request) -> Response:
        return JSONResponse(server.keys())

    async def read_description(_request: Request) -> Response:
        return JSONResponse(server.describe())

    app = Starlette()
    with serving(serve) as url:
        server.url = url
        options = ClientRegistrationOptions(enabled=True, valid_scopes=SCOPES, default_scopes=SCOPES)
        app.add_route("/keys", read_keys)
        for name in ("openid-configuration", "oauth-authorization-server"):
            app.add_route(f"/.well-known/{name}", read_description)
        app.router.routes.extend(create_auth_routes(server, AnyHttpUrl(url), None, options))
        yield server
