"""Sign-in by identity provider or password, and sessions with rotating refresh tokens.

A refresh token is spent and its successor stored in one transaction, under the lock of the session's row: of
concurrent uses one succeeds, and every other one ends the session with its successor.
"""

import hashlib
import re
import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response

from api.access.permissions import requires_no_role
from api.auth import oidc
from api.auth.address_limits import read_address
from api.auth.passwords import PasswordChecks
from api.auth.tokens import LIFETIME, AccessToken, issue_access_token
from api.http.database import set_workspace
from api.http.errors import Problem, authentication_problem
from api.http.responses import documents, json_response
from api.operation import Operation, Pool
from api.queries.tenancy import callers, sessions
from api.queries.tenancy.sessions import Membership, Session
from api.schemas.tenancy.sessions import Exchange, Login, Refresh, SessionTokens
from causeloop_pipeline.model.tenancy import MembershipStatus, OrganizationStatus

router = APIRouter(prefix="/v1/auth", tags=["sessions"], route_class=Operation)

REFRESH_LIFETIME = timedelta(days=14)
SESSION_LIFETIME = timedelta(days=90)
REFRESH_TOKEN = re.compile(r"clr_([0-9a-f]{32})_([A-Za-z0-9_-]{20,200})")


@router.post("/login", summary="Sign in with a password", responses=documents(SessionTokens))
@requires_no_role
async def log_in(request: Request, pool: Pool, login: Login) -> Response:
    """Returns tokens for one workspace. Refused where the workspace requires single sign-on."""
    user = await sessions.find_user_by_email(pool, login.email)
    address = read_address(request)
    password = login.password.get_secret_value()
    password_hash = user[1] if user else None
    checks: PasswordChecks = request.app.state.password_checks
    is_right = await checks.check(pool, password_hash, password, login.email, address)
    if not is_right or user is None:
        raise authentication_problem("invalid_credentials", "the e-mail address or the password is wrong")
    return await _start_session(pool, user[0], login.workspace_id, "password")


@router.post("/exchange", summary="Sign in with single sign-on", responses=documents(SessionTokens))
@requires_no_role
async def exchange_token(request: Request, pool: Pool, exchange: Exchange) -> Response:
    """Exchanges a session token of the identity provider for tokens of one workspace."""
    token = exchange.token.get_secret_value()
    identity = await oidc.verify_identity(token, request.app.state.issuer_keys)
    user_id = await sessions.find_user_by_subject(pool, identity.subject, identity.verified_email)
    if user_id is None:
        raise authentication_problem(
            "unknown_user", "no user belongs to this identity: ask an admin for an invitation"
        )
    return await _start_session(pool, user_id, exchange.workspace_id, "oidc")


@router.post("/refresh", summary="Refresh a session", responses=documents(SessionTokens))
@requires_no_role
async def refresh_session(pool: Pool, refresh: Refresh) -> Response:
    """Returns new tokens. A refresh token works once; using it a second time ends the session."""
    workspace_id, token_hash = _parse_refresh_token(refresh.refresh_token.get_secret_value())
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        session = await sessions.lock_session(connection, token_hash)
        if session is not None:
            await _check_membership(connection, workspace_id, session.user_id, session.method)
            if await sessions.use_refresh_token(connection, token_hash):
                return await _issue_tokens(connection, workspace_id, session)
    raise authentication_problem(
        "invalid_credentials",
        "this refresh token is unknown, has expired or was used before: sign in again",
    )


@router.post("/logout", summary="Sign out", status_code=204, responses={204: {"description": "Signed out"}})
@requires_no_role
async def log_out(pool: Pool, refresh: Refresh) -> Response:
    """Ends the session of a refresh token. Succeeds for an unknown token, too."""
    workspace_id, token_hash = _parse_refresh_token(refresh.refresh_token.get_secret_value())
    await sessions.end_session(pool, workspace_id, token_hash)
    return Response(status_code=204)


async def _start_session(
    pool: asyncpg.Pool, user_id: UUID, requested_id: UUID | None, method: str
) -> Response:
    memberships = await sessions.read_memberships(pool, user_id)
    if method == "password":  # accepted by its link only: whoever knows a password need not own the address
        memberships = [membership for membership in memberships if membership.is_active]
    workspace_id = await _choose_workspace(pool, memberships, requested_id)
    await _check_membership(pool, workspace_id, user_id, method)
    await sessions.accept_invitation(pool, workspace_id, user_id)
    session = Session(uuid.uuid4(), user_id, method)
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        ends_at = datetime.now(UTC) + SESSION_LIFETIME
        await sessions.start_session(connection, workspace_id, session, ends_at)
        return await _issue_tokens(connection, workspace_id, session)


async def _choose_workspace(
    pool: asyncpg.Pool, memberships: list[Membership], requested_id: UUID | None
) -> UUID:
    """The requested workspace, or the only one; an invitation to another one does not ask for a choice."""
    active_ids = [membership.workspace_id for membership in memberships if membership.is_active]
    workspace_ids = [membership.workspace_id for membership in memberships]
    if requested_id is None and len(active_ids) == 1:
        return active_ids[0]
    if requested_id in workspace_ids:
        return requested_id
    if requested_id is not None or not workspace_ids:
        raise Problem(403, "no_membership", "you have no active membership in this workspace: ask an admin")
    if len(workspace_ids) > 1:
        choices = await sessions.read_workspace_choices(pool, workspace_ids)
        detail = "you belong to several workspaces: send the `workspace_id` of one that `workspaces` lists"
        errors = [{"pointer": "/workspace_id", "detail": detail}]
        raise Problem(422, "workspace_required", detail, errors=errors, workspaces=choices)
    return workspace_ids[0]


async def _check_membership(reader: Any, workspace_id: UUID, user_id: UUID, method: str) -> None:
    member = await callers.read_member(reader, workspace_id, user_id)
    if member is None or member["status"] == MembershipStatus.SUSPENDED:
        raise Problem(403, "membership_inactive", "your membership is not active: ask an admin")
    if member["organization_status"] == OrganizationStatus.CANCELLED:
        raise Problem(
            403, "organization_inactive", "your organization is cancelled: contact Causeloop support"
        )
    if member["sso_enforced"] and method == "password":
        raise Problem(403, "sso_required", "this workspace requires single sign-on: sign in through it")


async def _issue_tokens(connection: asyncpg.Connection, workspace_id: UUID, session: Session) -> Response:
    secret = secrets.token_urlsafe(32)
    expires_at = datetime.now(UTC) + REFRESH_LIFETIME
    await sessions.store_refresh_token(connection, session, _hash(secret), expires_at)
    claims = AccessToken(session.user_id, workspace_id, session.session_id, session.method)  # type: ignore[arg-type]
    tokens = {
        "access_token": issue_access_token(claims),
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "refresh_token": f"clr_{workspace_id.hex}_{secret}",
        "workspace_id": workspace_id,
    }
    return json_response(tokens, headers={"Cache-Control": "no-store"})


def _parse_refresh_token(token: str) -> tuple[UUID, bytes]:
    match = REFRESH_TOKEN.fullmatch(token)
    if match is None:
        raise authentication_problem("invalid_credentials", "this is not a refresh token")
    return UUID(match[1]), _hash(match[2])


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
