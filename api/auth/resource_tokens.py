"""OAuth access tokens of the identity provider, which agents present: JWTs for this resource (RFC 9068).

A token is for `…/mcp`, or for `…/mcp/<workspace>` where a person belongs to several workspaces. It opens a
session of the person in that workspace, which ends with the token and can be ended before, like every other.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import Request
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError

from api.auth.oidc import ALGORITHMS, LEEWAY_SECONDS, MAX_LIFETIME, IssuerKeys, unknown_user
from api.auth.queries import callers, sessions
from api.auth.queries.sessions import StoredSession
from api.auth.session_start import check_membership, describe_sign_in
from api.auth.tokens import AccessToken, invalid_token, issue_access_token, refuse_expired
from api.http.bounded_pool import BoundedPool
from api.http.database import set_workspace
from api.http.errors import MAX_CREDENTIAL_BYTES, Problem, authentication_problem
from causeloop_pipeline.model.tenancy import SignInMethod
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import hash_key

READ_SCOPE, WRITE_SCOPE = "causeloop:read", "causeloop:write"
TYPES = {"at+jwt", "application/at+jwt", "jwt"}
"""What the header calls an access token; older providers call it JWT like every other one."""

HEADER_FIELDS = {"alg", "typ", "kid"}
REQUIRED_CLAIMS = ("iss", "aud", "exp", "iat", "sub")


@dataclass(frozen=True)
class ResourceToken:
    """What an access token says: whose it is, for what, until when."""

    subject: str
    audiences: frozenset[str]
    scopes: frozenset[str]
    expires_at: datetime


def is_resource_token(credential: str) -> bool:
    """Whether a credential is a JWT that a provider signed, and no key or token of our own."""
    return _read_header(credential).get("alg") in ALGORITHMS.values()


async def verify_resource_token(credential: str, keys: IssuerKeys, resources: set[str]) -> ResourceToken:
    """What a token says; 401 unless the trusted provider signed it for one of these, and it is valid."""
    issuer, header = settings().oidc_issuer, _read_header(credential)
    is_known_form = set(header) <= HEADER_FIELDS and str(header.get("typ", "")).lower() in TYPES
    if not issuer or not is_known_form or not isinstance(header.get("kid"), str):
        raise invalid_token()
    key = await keys.find_key(header["kid"], issuer)
    try:
        claims = jwt.decode(credential, key.key, [key.algorithm]).claims
        required = {name: {"essential": True} for name in REQUIRED_CLAIMS}
        rules = required | {"iss": {"essential": True, "value": issuer}}
        jwt.JWTClaimsRegistry(leeway=LEEWAY_SECONDS, **rules).validate(claims)  # type: ignore[arg-type]
    except ExpiredTokenError:
        raise refuse_expired() from None
    except (JoseError, ValueError, TypeError, OverflowError, RecursionError):
        raise invalid_token() from None
    token = _read_claims(claims)
    lifetime = token.expires_at.timestamp() - float(claims["iat"])
    if not token.audiences & resources or lifetime > MAX_LIFETIME.total_seconds():
        raise invalid_token()
    return token


async def open_session(
    request: Request, pool: BoundedPool, credential: str, token: ResourceToken, requested_id: UUID | None
) -> str:
    """A token of our own for whoever an access token belongs to, in the workspace that it opens."""
    user_id = await sessions.find_person(pool, str(settings().oidc_issuer), token.subject, None)
    if user_id is None:
        raise unknown_user()
    workspace_id = await _choose_workspace(pool, user_id, requested_id)
    session_id = uuid.uuid5(workspace_id, hash_key(credential).hex())
    member = await callers.read_member(pool, workspace_id, user_id, session_id)
    if member is None or not member["is_session_live"]:
        await check_membership(pool, workspace_id, user_id, SignInMethod.OIDC)
        session = StoredSession(session_id, user_id, SignInMethod.OIDC)
        await _start_session(request, pool, workspace_id, session, token.expires_at)
    return issue_access_token(AccessToken(user_id, workspace_id, session_id, SignInMethod.OIDC))


async def _start_session(
    request: Request, pool: BoundedPool, workspace_id: UUID, session: StoredSession, ends_at: datetime
) -> None:
    """Start the session of a token; 401 where it was ended before."""
    sign_in = describe_sign_in(request, session.user_id, SignInMethod.OIDC)
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        if await sessions.start_session_once(connection, workspace_id, session, ends_at, sign_in.client):
            await sessions.record_start(connection, workspace_id, session, sign_in.address)
            return
    member = await callers.read_member(pool, workspace_id, session.user_id, session.session_id)
    if member is None or not member["is_session_live"]:
        raise authentication_problem("session_ended", "this session was ended: sign in again")


async def _choose_workspace(pool: BoundedPool, user_id: UUID, requested_id: UUID | None) -> UUID:
    memberships = await sessions.read_memberships(pool, user_id)
    active = [each.workspace_id for each in memberships if each.is_active]
    if requested_id is not None:
        active = [each for each in active if each == requested_id]
    if not active:
        raise Problem(403, "no_membership", "you have no active membership in this workspace: ask an admin")
    if len(active) > 1:
        raise Problem(
            422,
            "workspace_required",
            "you belong to several workspaces: connect to the address of one, /mcp/<workspace id>",
        )
    return active[0]


def _read_header(credential: str) -> dict[str, Any]:
    if len(credential) > MAX_CREDENTIAL_BYTES or credential.count(".") != 2:
        return {}
    try:
        return dict(jws.extract_compact(credential.encode()).headers())
    except (JoseError, ValueError, RecursionError):
        return {}


def _read_claims(claims: dict[str, Any]) -> ResourceToken:
    """The claims as they are needed; `scp` is what some providers call the scope."""
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    scope = claims.get("scope", claims.get("scp", ""))
    scopes = scope if isinstance(scope, list) else str(scope).split()
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise invalid_token()
    try:
        expires_at = datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        raise invalid_token() from None
    return ResourceToken(
        claims["sub"], frozenset(map(str, audiences)), frozenset(map(str, scopes)), expires_at
    )
