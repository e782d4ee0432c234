"""Sign-in of a browser at the identity provider: authorization code with PKCE, state and nonce, by Authlib.

The flow's state is kept in a sealed cookie, so that a code issued for another browser or another flow cannot
start a session (RFC 9700, section 2.1), and is used up by the first return.
"""

import base64
import hmac
import secrets
import time
from dataclasses import asdict, dataclass, replace
from uuid import UUID

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from api.access.keys import derive_keys
from api.auth import oidc
from api.auth.identity_provider import IdentityProvider, ProviderDescription, unavailable
from api.auth.oidc import Identity, IssuerKeys
from api.auth.queries.finished_sign_ins import finish_sign_in
from api.auth.tokens import invalid_token
from api.http.bounded_pool import BoundedPool
from api.http.errors import Problem
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import hash_key
from causeloop_pipeline.storage.app.vault import SecretError, Vault

CALLBACK_PATH = "/v1/auth/oidc/callback"
MAX_FLOW_SECONDS = 600
NOBODY = UUID(int=0)
PURPOSE = "sign-in at the identity provider"


@dataclass(frozen=True)
class Flow:
    """A sign-in that has begun."""

    state: str
    nonce: str
    verifier: str
    issuer: str
    workspace_id: UUID | None
    began_at: float


@dataclass(frozen=True)
class ProviderAnswer:
    """What the provider's page led a browser back with."""

    state: str
    code: str
    error: str
    issuer: str | None


def begin_flow(workspace_id: UUID | None) -> Flow:
    """A new sign-in with secrets of its own."""
    return Flow(
        secrets.token_urlsafe(32),
        secrets.token_urlsafe(32),
        secrets.token_urlsafe(48),
        str(settings().oidc_issuer),
        workspace_id,
        time.time(),
    )


def seal_flow(flow: Flow) -> str:
    """A flow, encrypted for the browser's cookie."""
    return seal({name: str(value or "") for name, value in asdict(flow).items()}, PURPOSE)


def open_flow(sealed: str | None, state: str) -> Flow:
    """The flow of a browser; 403 unless this browser began it, with this state, within ten minutes."""
    fields = unseal(sealed, PURPOSE)
    is_own = hmac.compare_digest(fields.get("state", "").encode(), state.encode())
    if not is_own or fields.get("issuer") != settings().oidc_issuer:
        raise sign_in_expired()
    workspace_id = UUID(fields["workspace_id"]) if fields["workspace_id"] else None
    began_at = float(fields["began_at"])
    return Flow(state, fields["nonce"], fields["verifier"], fields["issuer"], workspace_id, began_at)


def seal(fields: dict[str, str], purpose: str) -> str:
    """Fields for a browser's cookie, which says since when; only this installation opens them."""
    sealed = _open_vault().seal({"began_at": str(time.time()), **fields}, NOBODY, NOBODY, purpose)
    return base64.urlsafe_b64encode(sealed).decode()


def unseal(sealed: str | None, purpose: str) -> dict[str, str]:
    """The fields of a browser's cookie; 403 unless it is of this purpose and of the last ten minutes."""
    try:
        stored = base64.urlsafe_b64decode(sealed or "")
        fields = _open_vault().open(stored, NOBODY, NOBODY, purpose)
    except (SecretError, ValueError):
        fields = {}
    if not fields or time.time() - float(fields["began_at"]) > MAX_FLOW_SECONDS:
        raise sign_in_expired()
    return fields


def sign_in_expired() -> Problem:
    """403 with one text for every sign-in that cannot be finished here."""
    return Problem(
        403,
        "sign_in_expired",
        "this sign-in was not begun in this browser, took too long or is finished: start again",
    )


async def use_up(pool: BoundedPool, secret: str) -> None:
    """Use up what a sign-in was begun with; 403 the second time."""
    if not await finish_sign_in(pool, hash_key(secret)):
        raise sign_in_expired()


def _open_vault() -> Vault:
    key, *accepted = derive_keys(PURPOSE)
    return Vault(key, tuple(accepted))


async def build_address(flow: Flow, provider: IdentityProvider) -> str:
    """Where the browser goes to sign in."""
    if not is_configured():
        raise oidc.not_configured()
    description = await provider.describe()
    async with await _open_client(provider) as client:
        address, _ = client.create_authorization_url(
            description.authorization_endpoint,
            state=flow.state,
            code_verifier=flow.verifier,
            nonce=flow.nonce,
        )
    return str(address)


async def redeem_answer(flow: Flow, answer: ProviderAnswer, keys: IssuerKeys) -> Identity:
    """Who signed in; 401 where the provider refuses the code or its token is not for this flow."""
    description = await keys.provider.describe()
    _check_sender(answer, description)
    if answer.error or not answer.code:
        raise _refuse("the identity provider did not sign you in: try again")
    try:
        async with await _open_client(keys.provider) as client:
            document = await client.fetch_token(
                description.token_endpoint,
                grant_type="authorization_code",
                code=answer.code,
                code_verifier=flow.verifier,
            )
    except (OAuthError, ValueError, RecursionError, httpx2.HTTPStatusError):
        raise invalid_token() from None
    except httpx2.HTTPError:
        raise unavailable() from None
    token = document.get("id_token")
    if not isinstance(token, str):
        raise invalid_token()
    identity = await oidc.verify_identity(token, keys, read_client_id(), flow.nonce)
    if identity.verified_email is None and description.userinfo_endpoint:
        access_token = str(document.get("access_token") or "")
        return await _add_email(identity, keys.provider, description.userinfo_endpoint, access_token)
    return identity


async def _add_email(
    identity: Identity, provider: IdentityProvider, address: str, access_token: str
) -> Identity:
    """The identity with its verified address, where the provider tells that on request only.

    OpenID Connect Core, 5.4: with a code, the claims of a scope need not be in the ID token.
    """
    try:
        claims = await provider.get_json(address, access_token)
    except (httpx2.HTTPStatusError, ValueError, RecursionError):
        return identity
    except httpx2.HTTPError:
        raise unavailable() from None
    # Claims of another subject would be somebody else's (5.3.2).
    if not isinstance(claims, dict) or claims.get("sub") != identity.subject:
        return identity
    return replace(identity, verified_email=oidc.read_verified_email(claims))


def _check_sender(answer: ProviderAnswer, description: ProviderDescription) -> None:
    """403 where the answer is another provider's, or does not say whose, though the provider always does."""
    if answer.issuer is None and not description.names_itself:
        return
    if answer.issuer != description.issuer:
        raise _refuse("this answer is not of the identity provider at which you began: start again")


def _refuse(detail: str) -> Problem:
    return Problem(403, "sign_in_refused", detail)


async def _open_client(provider: IdentityProvider) -> AsyncOAuth2Client:
    """An OAuth client for this installation."""
    secret = settings().oidc_client_secret
    return AsyncOAuth2Client(
        read_client_id(),
        secret.get_secret_value() if secret else None,
        token_endpoint_auth_method="client_secret_post" if secret else "none",
        scope="openid email",
        redirect_uri=settings().public_url.rstrip("/") + CALLBACK_PATH,
        code_challenge_method="S256",
        **await provider.build_client_options(),
    )


def read_client_id() -> str:
    """This installation's client id at the provider."""
    return settings().oidc_client_id or settings().oidc_audience or ""


def is_configured() -> bool:
    """Whether people can sign in at an identity provider."""
    return bool(settings().oidc_issuer and read_client_id())
