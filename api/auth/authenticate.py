"""Who is calling: a service-account key or a platform token, resolved to exactly one workspace and role.

What a credential claims is looked up under its workspace's own isolation at every request, so a revoked
key, a suspended member or a suspended organization is refused at once.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import Request

from api.http.errors import Problem
from api.queries.tenancy import callers
from causeloop_pipeline.model.tenancy import MembershipStatus, OrganizationStatus, Role
from causeloop_pipeline.storage.app.tenants import hash_key

MAX_CREDENTIAL_BYTES = 16_000
KEY = re.compile(r"cl_([0-9a-f]{32})_([0-9a-f]{32})_([A-Za-z0-9_-]{20,200})")


@dataclass(frozen=True)
class Caller:
    """A request's author, and the one workspace that the request is about."""

    workspace_id: UUID
    organization_id: UUID
    kind: str
    caller_id: UUID
    role: Role
    plan: str
    timezone: str

    @property
    def actor(self) -> str:
        """How facts name who made them."""
        return f"{self.kind}:{self.caller_id}"


def unauthorized(code: str, detail: str) -> Problem:
    """Not signed in, or with something that does not count."""
    return Problem(401, code, detail, headers={"WWW-Authenticate": 'Bearer realm="causeloop"'})


async def authenticate(request: Request, pool: asyncpg.Pool) -> Caller:
    """The caller of a request."""
    credential = bearer_credential(request)
    if credential.startswith("cl_"):
        return await _service_account(pool, credential)
    return await _member(pool, credential)


def bearer_credential(request: Request) -> str:
    """The credential of the Authorization header."""
    headers = request.headers.getlist("authorization")
    if not headers:
        raise unauthorized("not_signed_in", "send a key or a token as `Authorization: Bearer …`")
    scheme, _, credential = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not 0 < len(credential) <= MAX_CREDENTIAL_BYTES:
        raise unauthorized("invalid_credentials", "one `Authorization: Bearer …` header is expected")
    return credential.strip()


async def _service_account(pool: asyncpg.Pool, key: str) -> Caller:
    match = KEY.fullmatch(key)
    if not match:
        raise unauthorized("invalid_credentials", "this is not a service-account key")
    workspace_id, account_id, secret = UUID(match[1]), UUID(match[2]), match[3]
    known = await callers.read_service_account(pool, workspace_id, account_id)
    stored = bytes.fromhex(known["key_hash"]) if known else b""
    if not hmac.compare_digest(stored, hash_key(secret)) or known is None or known["revoked_at"]:
        raise unauthorized("invalid_credentials", "this key does not exist or was revoked")
    if known["expires_at"] and datetime.fromisoformat(known["expires_at"]) <= datetime.now(UTC):
        raise unauthorized("key_expired", "this key has expired: make a new one")
    if known["unseen"]:
        await callers.touch_service_account(pool, workspace_id, account_id)
    return _caller(known, workspace_id, "service_account", account_id)


async def _member(pool: asyncpg.Pool, token: str) -> Caller:
    from api.auth.tokens import verify_access_token

    session = verify_access_token(token)
    known = await callers.read_member(pool, session.workspace_id, session.user_id)
    if known is None:
        raise unauthorized("invalid_credentials", "this session belongs to no member of the workspace")
    if known["status"] != MembershipStatus.ACTIVE:
        raise Problem(403, "membership_inactive", f"your membership is {known['status']}: ask an admin")
    if known["sso_enforced"] and session.method == "password":
        raise Problem(403, "sso_required", "this workspace requires single sign-on: sign in through it")
    return _caller(known, session.workspace_id, "user", session.user_id)


def _caller(known: dict[str, Any], workspace_id: UUID, kind: str, caller_id: UUID) -> Caller:
    if known["organization_status"] != OrganizationStatus.ACTIVE:
        raise Problem(
            403, "organization_inactive", f"the organization is {known['organization_status']}: contact us"
        )
    return Caller(
        workspace_id,
        UUID(known["organization_id"]),
        kind,
        caller_id,
        Role[known["role"].upper()],
        known["plan"],
        known["timezone"],
    )
