"""Sign-in of a browser at the identity provider: authorization code with PKCE, state and nonce, by Authlib.

The flow's state is kept in a sealed cookie, so that a code issued for another browser or another flow cannot
start a session (RFC 9700, section 2.1).
"""

import base64
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from api.access.keys import derive_keys
from api.auth import oidc
from api.auth.oidc import Identity, IssuerKeys
from api.auth.tokens import invalid_token
from api.http.errors import Problem
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.vault import SecretError, Vault

CALLBACK_PATH = "/v1/auth/oidc/callback"
MAX_FLOW_SECONDS = 600
TIMEOUT_SECONDS = 5
NOBODY = UUID(int=0)
PURPOSE = "sign-in at the identity provider"


@dataclass(frozen=True)
class Flow:
    """A sign-in that has begun."""

    state: str
    nonce: str
    verifier: str
    workspace_id: UUID | None
    began_at: float


def begin_flow(workspace_id: UUID | None) -> Flow:
    """A new sign-in with secrets of its own."""
    return Flow(
        secrets.token_urlsafe(32),
        secrets.token_urlsafe(32),
        secrets.token_urlsafe(48),
        workspace_id,
        time.time(),
    )


def seal_flow(flow: Flow) -> str:
    """A flow, encrypted for the browser's cookie."""
    fields = {
        "state": flow.state,
        "nonce": flow.nonce,
        "verifier": flow.verifier,
        "workspace_id": str(flow.workspace_id or ""),
        "began_at": str(flow.began_at),
    }
    sealed = _open_vault().seal(fields, NOBODY, NOBODY, PURPOSE)
    return base64.urlsafe_b64encode(sealed).decode()


def open_flow(sealed: str | None, state: str) -> Flow:
    """The flow of a browser; 403 unless this browser began it, with this state, within ten minutes."""
    try:
        stored = base64.urlsafe_b64decode(sealed or "")
        fields = _open_vault().open(stored, NOBODY, NOBODY, PURPOSE)
    except (SecretError, ValueError):
        fields = {}
    is_own = hmac.compare_digest(fields.get("state", "").encode(), state.encode())
    if not fields or not is_own or time.time() - float(fields["began_at"]) > MAX_FLOW_SECONDS:
        raise Problem(
            403, "sign_in_expired", "this sign-in was not begun in this browser or took too long: start again"
        )
    workspace_id = UUID(fields["workspace_id"]) if fields["workspace_id"] else None
    return Flow(state, fields["nonce"], fields["verifier"], workspace_id, float(fields["began_at"]))


def _open_vault() -> Vault:
    key, *accepted = derive_keys(PURPOSE)
    return Vault(key, tuple(accepted))


async def build_address(flow: Flow) -> str:
    """Where the browser goes to sign in."""
    endpoints = await _read_endpoints()
    async with _open_client() as client:
        address, _ = client.create_authorization_url(
            endpoints["authorization_endpoint"],
            state=flow.state,
            code_verifier=flow.verifier,
            nonce=flow.nonce,
        )
    return str(address)


async def redeem_code(flow: Flow, code: str, keys: IssuerKeys) -> Identity:
    """Who signed in; 401 where the provider refuses the code or its token is not for this flow."""
    endpoints = await _read_endpoints()
    try:
        async with _open_client() as client:
            document = await client.fetch_token(
                endpoints["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=flow.verifier,
            )
    except (OAuthError, ValueError, httpx2.HTTPStatusError):
        raise invalid_token() from None
    except httpx2.HTTPError:
        raise oidc.unavailable() from None
    token = document.get("id_token")
    if not isinstance(token, str):
        raise invalid_token()
    return await oidc.verify_identity(token, keys, read_client_id(), flow.nonce)


def _open_client() -> AsyncOAuth2Client:
    """An OAuth client for this installation."""
    secret = settings().oidc_client_secret
    return AsyncOAuth2Client(
        read_client_id(),
        secret.get_secret_value() if secret else None,
        token_endpoint_auth_method="client_secret_post" if secret else "none",
        scope="openid email",
        redirect_uri=_build_redirect_uri(),
        code_challenge_method="S256",
        timeout=TIMEOUT_SECONDS,
    )


def read_client_id() -> str:
    """This installation's client id at the provider."""
    return settings().oidc_client_id or settings().oidc_audience or ""


def is_configured() -> bool:
    """Whether people can sign in at an identity provider."""
    return bool(settings().oidc_issuer and read_client_id())


def _build_redirect_uri() -> str:
    return settings().public_url.rstrip("/") + CALLBACK_PATH


async def _read_endpoints() -> dict[str, Any]:
    """The provider's endpoints from its discovery document; 503 while it does not respond."""
    if not is_configured():
        raise oidc.not_configured()
    issuer = str(settings().oidc_issuer).rstrip("/")
    try:
        async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            response = await client.get(f"{issuer}/.well-known/openid-configuration")
        document = dict(response.raise_for_status().json())
        return {name: str(document[name]) for name in ("authorization_endpoint", "token_endpoint")}
    except (httpx2.HTTPError, ValueError, KeyError, TypeError):
        raise oidc.unavailable() from None
