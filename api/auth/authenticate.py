"""Authentication: a service-account key or an access token, resolved to one workspace and one role.

Every request reads the account or membership under its workspace's isolation, so that a revoked key, a
suspended member, an ended session or a cancelled organization is rejected at once. From an address that
presented too many invalid credentials no further one is looked up, unless it was valid before.
"""

import hmac
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import Request

from api.access.caller import Caller
from api.auth.address_limits import AddressLimits, read_address
from api.auth.tokens import verify_access_token
from api.http.errors import MAX_CREDENTIAL_BYTES, Problem, authentication_problem
from api.queries.tenancy import callers
from causeloop_pipeline.model.tenancy import MembershipStatus, OrganizationStatus, Role
from causeloop_pipeline.storage.app.tenants import hash_key

SERVICE_ACCOUNT_KEY = re.compile(r"cl_([0-9a-f]{32})_([0-9a-f]{32})_([A-Za-z0-9_-]{20,200})")


async def authenticate(request: Request, pool: asyncpg.Pool) -> Caller:
    """The caller of a request; 401 where the credentials are missing or not valid."""
    limits: AddressLimits = request.app.state.address_limits
    address = read_address(request)
    try:
        credential = read_bearer_credential(request)
        if not credential.startswith("cl_"):
            return await _authenticate_user(pool, credential)
        if not limits.is_known(credential):
            limits.check(address)
        caller = await _authenticate_service_account(pool, credential)
    except Problem as problem:
        if problem.status == 401:
            limits.check(address)
            limits.take(address)
        raise
    limits.remember(credential)
    return caller


def read_bearer_credential(request: Request) -> str:
    """The credential of the Authorization header."""
    headers = request.headers.getlist("authorization")
    if not headers:
        raise authentication_problem(
            "not_signed_in", "send a service-account key or an access token as `Authorization: Bearer …`"
        )
    scheme, _, credential = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not 0 < len(credential) <= MAX_CREDENTIAL_BYTES:
        raise authentication_problem(
            "invalid_credentials", "send exactly one `Authorization: Bearer …` header"
        )
    return credential.strip()


async def _authenticate_service_account(pool: asyncpg.Pool, key: str) -> Caller:
    match = SERVICE_ACCOUNT_KEY.fullmatch(key)
    if not match:
        raise authentication_problem("invalid_credentials", "this is not a service-account key")
    workspace_id, account_id, secret = UUID(match[1]), UUID(match[2]), match[3]
    account = await callers.read_service_account(pool, workspace_id, account_id)
    key_hash = bytes.fromhex(account["key_hash"]) if account else b""
    if not hmac.compare_digest(key_hash, hash_key(secret)) or account is None or account["revoked_at"]:
        raise authentication_problem("invalid_credentials", "this key does not exist or was revoked")
    if account["expires_at"] and datetime.fromisoformat(account["expires_at"]) <= datetime.now(UTC):
        raise authentication_problem("key_expired", "this key has expired: create a new service account")
    if account["is_use_outdated"]:
        await callers.mark_service_account_used(pool, workspace_id, account_id)
    return _make_caller(account, workspace_id, "service_account", account_id)


async def _authenticate_user(pool: asyncpg.Pool, token: str) -> Caller:
    session = verify_access_token(token)
    member = await callers.read_member(pool, session.workspace_id, session.user_id, session.session_id)
    if member is not None and not member["is_session_live"]:
        raise authentication_problem("session_ended", "this session has ended: sign in again")
    if member is None:
        raise authentication_problem(
            "invalid_credentials", "the user of this token is not a member of the workspace"
        )
    if member["status"] != MembershipStatus.ACTIVE:
        raise Problem(403, "membership_inactive", f"your membership is {member['status']}: ask an admin")
    if member["sso_enforced"] and session.method == "password":
        raise Problem(403, "sso_required", "this workspace requires single sign-on: sign in through it")
    caller = _make_caller(member, session.workspace_id, "user", session.user_id)
    return replace(caller, method=session.method)


def _make_caller(row: dict[str, Any], workspace_id: UUID, kind: str, caller_id: UUID) -> Caller:
    if row["organization_status"] == OrganizationStatus.CANCELLED:
        raise Problem(
            403, "organization_inactive", "your organization is cancelled: contact Causeloop support"
        )
    return Caller(
        workspace_id,
        UUID(row["organization_id"]),
        kind,
        caller_id,
        Role[row["role"].upper()],
        row["plan"],
        row["timezone"],
        OrganizationStatus(row["organization_status"]),
        method=None,
    )
