"""Signing in: by the identity provider or a password, and rotating refresh tokens."""

import hashlib
import re
import secrets
import uuid
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response

from api.auth import oidc, passwords
from api.auth.authenticate import unauthorized
from api.auth.tokens import LIFETIME, Session, issue_access_token
from api.http.errors import Problem
from api.http.responses import gives, json_answer
from api.operation import Operation, Pool
from api.queries.tenancy import callers, sessions
from api.schemas.tenancy.sessions import Exchange, Login, Refresh, SessionTokens
from causeloop_pipeline.model.tenancy import MembershipStatus, OrganizationStatus

router = APIRouter(prefix="/v1/auth", tags=["sessions"], route_class=Operation)

REFRESH_LIFETIME = timedelta(days=14)
REFRESH_TOKEN = re.compile(r"clr_([0-9a-f]{32})_([A-Za-z0-9_-]{20,200})")


@router.post("/login", responses=gives(SessionTokens))
async def log_in(request: Request, pool: Pool, login: Login) -> Response:
    """Sign in with a password, unless the workspace requires single sign-on."""
    known = await sessions.user_by_email(pool, login.email)
    address = request.client.host if request.client else ""
    password = login.password.get_secret_value()
    stored = known[1] if known else None
    if not await passwords.check_password(pool, stored, password, login.email, address) or known is None:
        raise unauthorized("invalid_credentials", "the address or the password is wrong")
    return await _begin(pool, known[0], login.workspace_id, "password")


@router.post("/exchange", responses=gives(SessionTokens))
async def exchange_token(request: Request, pool: Pool, exchange: Exchange) -> Response:
    """Turn the identity provider's session token into a session in one workspace."""
    identity = await oidc.identity_of(exchange.token.get_secret_value(), request.app.state.issuer_keys)
    user_id = await sessions.user_by_subject(pool, identity.subject, identity.verified_email)
    if user_id is None:
        raise unauthorized("unknown_user", "nobody is known by this identity: ask an admin for an invitation")
    return await _begin(pool, user_id, exchange.workspace_id, "oidc")


@router.post("/refresh", responses=gives(SessionTokens))
async def refresh_session(pool: Pool, refresh: Refresh) -> Response:
    """Go on with a session; the given token is spent, and using it again ends the session for all."""
    workspace_id, token_hash = _read(refresh.refresh_token.get_secret_value())
    used = await sessions.use_refresh_token(pool, workspace_id, token_hash)
    if used is None:
        raise unauthorized("invalid_credentials", "this refresh token is spent or unknown: sign in again")
    await _check(pool, workspace_id, used.user_id, used.method)
    return await _tokens(pool, workspace_id, used)


@router.post("/logout", status_code=204, responses={204: {"description": "Signed out"}})
async def log_out(pool: Pool, refresh: Refresh) -> Response:
    """End a session; unknown tokens are as good as ended."""
    workspace_id, token_hash = _read(refresh.refresh_token.get_secret_value())
    await sessions.end_session(pool, workspace_id, token_hash)
    return Response(status_code=204)


async def _begin(pool: asyncpg.Pool, user_id: UUID, asked: UUID | None, method: str) -> Response:
    workspace_id = await _chosen(pool, await sessions.memberships(pool, user_id), asked)
    await _check(pool, workspace_id, user_id, method)
    await sessions.accept_invitation(pool, workspace_id, user_id)
    return await _tokens(pool, workspace_id, sessions.UsedToken(user_id, uuid.uuid4(), method))


async def _chosen(pool: asyncpg.Pool, belongs_to: list[UUID], asked: UUID | None) -> UUID:
    if asked in belongs_to:
        return asked
    if asked is not None or not belongs_to:
        raise Problem(403, "no_membership", "you have no active membership in this workspace")
    if len(belongs_to) > 1:
        choices = await sessions.workspace_choices(pool, belongs_to)
        detail = "choose one of your workspaces, which `workspaces` lists"
        errors = [{"pointer": "/workspace_id", "detail": detail}]
        raise Problem(422, "workspace_required", detail, errors=errors, workspaces=choices)
    return belongs_to[0]


async def _check(pool: asyncpg.Pool, workspace_id: UUID, user_id: UUID, method: str) -> None:
    known = await callers.read_member(pool, workspace_id, user_id)
    if known is None or known["status"] == MembershipStatus.SUSPENDED:
        raise Problem(403, "membership_inactive", "your membership is not active: ask an admin")
    if known["organization_status"] != OrganizationStatus.ACTIVE:
        raise Problem(403, "organization_inactive", f"the organization is {known['organization_status']}")
    if known["sso_enforced"] and method == "password":
        raise Problem(403, "sso_required", "this workspace requires single sign-on: sign in through it")


async def _tokens(pool: asyncpg.Pool, workspace_id: UUID, session: sessions.UsedToken) -> Response:
    secret = secrets.token_urlsafe(32)
    expires_at = datetime.now(UTC) + REFRESH_LIFETIME
    await sessions.keep_refresh_token(pool, workspace_id, _hash(secret), session, expires_at)
    access = issue_access_token(Session(session.user_id, workspace_id, session.method))  # type: ignore[arg-type]
    answer = {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "refresh_token": f"clr_{workspace_id.hex}_{secret}",
        "workspace_id": workspace_id,
    }
    return json_answer(answer, headers={"Cache-Control": "no-store"})


def _read(token: str) -> tuple[UUID, bytes]:
    match = REFRESH_TOKEN.fullmatch(token)
    if match is None:
        raise unauthorized("invalid_credentials", "this is not a refresh token")
    return UUID(match[1]), _hash(match[2])


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
