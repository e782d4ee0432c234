"""Starts sessions: which workspace a person enters, whether they may, and the tokens that they get.

A refresh token is spent and its successor stored in one transaction, under the lock of the session's row: of
concurrent uses one succeeds, and every other one ends the session with its successor.
"""

import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import Request

from api.auth.address_limits import read_address
from api.auth.queries import callers, sessions
from api.auth.queries.sessions import StoredSession, WorkspaceMembership
from api.auth.tokens import LIFETIME, AccessToken, issue_access_token
from api.http.bounded_pool import BoundedPool
from api.http.database import set_workspace
from api.http.errors import Problem, authentication_problem
from causeloop_pipeline.model.tenancy import MembershipStatus, OrganizationStatus
from causeloop_pipeline.storage.app.tenants import hash_key

REFRESH_LIFETIME = timedelta(days=14)
SESSION_LIFETIME = timedelta(days=90)
REFRESH_TOKEN = re.compile(r"clr_([0-9a-f]{32})_([A-Za-z0-9_-]{20,200})")
MAX_CLIENT_LENGTH = 200


class WorkspaceRequiredError(Problem):
    """422: the person belongs to several workspaces and has named none."""

    def __init__(self, memberships: Sequence[WorkspaceMembership]) -> None:
        detail = "you belong to several workspaces: send the `workspace_id` of one that `workspaces` lists"
        self.workspaces = describe_choices(memberships)
        errors = [{"pointer": "/workspace_id", "detail": detail}]
        super().__init__(422, "workspace_required", detail, errors=errors, workspaces=self.workspaces)


class ConsentRequiredError(Problem):
    """403: the person is invited, and has not consented to join."""

    def __init__(self, invitations: Sequence[WorkspaceMembership]) -> None:
        first = invitations[0]
        self.workspaces = describe_choices(invitations)
        super().__init__(
            403,
            "consent_required",
            f"you are invited to {first.workspace} of {first.organization} as {first.role}: to join, send "
            "its `workspace_id` with `consent`",
            workspaces=self.workspaces,
        )


@dataclass(frozen=True)
class SignIn:
    """Who signs in, how, and from where."""

    user_id: UUID
    method: str
    client: str | None
    address: str | None
    reach: UUID | None = None
    """The one organization that it opens; None: each that the person belongs to."""


def describe_sign_in(request: Request, user_id: UUID, method: str, reach: UUID | None = None) -> SignIn:
    """A sign-in with the request's user agent and address."""
    client = request.headers.get("user-agent", "").strip()[:MAX_CLIENT_LENGTH]
    return SignIn(user_id, method, client or None, read_address(request) or None, reach)


async def start_session(
    pool: BoundedPool, sign_in: SignIn, requested_id: UUID | None, has_consent: bool = False
) -> dict[str, Any]:
    """Start a session in the requested workspace, or in the only one; its tokens.

    An invitation is accepted with the person's consent, and only by whoever has proven to be the person.
    """
    memberships = await sessions.read_memberships(pool, sign_in.user_id, sign_in.reach)
    if sign_in.reach is not None:
        memberships = [membership for membership in memberships if membership.is_active]
    membership = _choose_workspace(memberships, requested_id, has_consent)
    workspace_id = membership.workspace_id
    await check_membership(pool, workspace_id, sign_in.user_id, sign_in.method)
    if not membership.is_active and not await sessions.accept_invitation(
        pool, workspace_id, sign_in.user_id, sign_in.address
    ):
        raise _no_membership()
    session = StoredSession(uuid.uuid4(), sign_in.user_id, sign_in.method)
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        ends_at = datetime.now(UTC) + SESSION_LIFETIME
        await sessions.start_session(connection, workspace_id, session, ends_at, sign_in.client)
        await sessions.record_start(connection, workspace_id, session, sign_in.address)
        return await issue_tokens(connection, workspace_id, session)


async def refresh_session(pool: BoundedPool, token: str) -> dict[str, Any]:
    """Spend a refresh token; the session's next tokens."""
    workspace_id, token_hash = parse_refresh_token(token)
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        session = await sessions.lock_session(connection, token_hash)
        if session is not None:
            await check_membership(connection, workspace_id, session.user_id, session.method)
            if await sessions.use_refresh_token(connection, token_hash):
                return await issue_tokens(connection, workspace_id, session)
    raise authentication_problem(
        "invalid_credentials",
        "this refresh token is unknown, has expired or was used before: sign in again",
    )


async def issue_tokens(
    connection: asyncpg.Connection, workspace_id: UUID, session: StoredSession
) -> dict[str, Any]:
    """The next tokens of a session."""
    secret = secrets.token_urlsafe(32)
    expires_at = datetime.now(UTC) + REFRESH_LIFETIME
    await sessions.store_refresh_token(connection, session, hash_key(secret), expires_at)
    claims = AccessToken(session.user_id, workspace_id, session.session_id, session.method)  # type: ignore[arg-type]
    return {
        "access_token": issue_access_token(claims),
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "refresh_token": f"clr_{workspace_id.hex}_{secret}",
        "workspace_id": workspace_id,
        "session_id": session.session_id,
    }


def parse_refresh_token(token: str) -> tuple[UUID, bytes]:
    """The workspace and the stored hash of a refresh token; 401 where it is none."""
    match = REFRESH_TOKEN.fullmatch(token)
    if match is None:
        raise authentication_problem("invalid_credentials", "this is not a refresh token")
    return UUID(match[1]), hash_key(match[2])


async def check_membership(reader: Any, workspace_id: UUID, user_id: UUID, method: str) -> None:
    """403 where a person may not enter a workspace by this way of signing in."""
    member = await callers.read_member(reader, workspace_id, user_id)
    if member is None or member["status"] == MembershipStatus.SUSPENDED:
        raise Problem(403, "membership_inactive", "your membership is not active: ask an admin")
    if member["organization_status"] == OrganizationStatus.CANCELLED:
        raise Problem(
            403, "organization_inactive", "your organization is cancelled: contact Causeloop support"
        )
    if member["sso_enforced"] and method == "password":
        raise Problem(403, "sso_required", "this workspace requires single sign-on: sign in through it")


def _choose_workspace(
    memberships: Sequence[WorkspaceMembership], requested_id: UUID | None, has_consent: bool
) -> WorkspaceMembership:
    """The requested workspace, or the only one; an invitation to another one does not ask for a choice."""
    active = [membership for membership in memberships if membership.is_active]
    if requested_id is not None:
        wanted = [membership for membership in memberships if membership.workspace_id == requested_id]
    elif len(active) > 1:
        raise WorkspaceRequiredError(memberships)
    else:
        wanted = active or list(memberships)
    if not wanted:
        raise _no_membership()
    if not wanted[0].is_active and not (has_consent and requested_id is not None):
        raise ConsentRequiredError(wanted)
    return wanted[0]


def _no_membership() -> Problem:
    return Problem(403, "no_membership", "you have no active membership in this workspace: ask an admin")


def describe_choices(memberships: Sequence[WorkspaceMembership]) -> list[dict[str, Any]]:
    """Workspaces by name, as people choose one."""
    return [
        {
            "id": str(membership.workspace_id),
            "organization": membership.organization,
            "name": membership.workspace,
            "role": membership.role,
            "is_invitation": not membership.is_active,
        }
        for membership in memberships
    ]
