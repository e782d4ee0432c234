"""Authentication: a key, an access token or a browser's session, resolved to one workspace and one role.

Every request reads the account or membership under its workspace's isolation, so that a revoked key, a
suspended member, an ended session or a cancelled organization is rejected at once. After too many invalid
credentials from one address, no more are looked up from it, except ones that were valid before.
"""

import hmac
import re
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import Request

from api.access.caller import Caller
from api.auth import browser_cookies, keys
from api.auth.acting_member import authenticate_member, find_acting_member
from api.auth.address_limits import AddressLimits, read_address
from api.auth.authorize import check_access, make_caller, refuse_inactive
from api.auth.queries import browser_sessions, callers
from api.auth.tokens import AccessToken, verify_access_token
from api.http.errors import MAX_CREDENTIAL_BYTES, Problem, authentication_problem
from causeloop_pipeline.model.tenancy import MembershipStatus
from causeloop_pipeline.storage.app.tenants import hash_key

BROWSER_SESSION = re.compile(r"clb_([0-9a-f]{32})_([0-9a-f]{32})_([A-Za-z0-9_-]{20,200})")


async def authenticate(request: Request, reader: Any) -> Caller:
    """The caller of a request; 401 where the credentials are not valid, 403 where they may not enter."""
    caller = await identify(request, reader)
    check_access(caller)
    return caller


async def identify(request: Request, reader: Any) -> Caller:
    """The owner of a request's credentials, even if suspended or expired; 401 where they are not valid."""
    limits: AddressLimits = request.app.state.address_limits
    address = read_address(request)
    if (member := find_acting_member(request)) is not None:
        return await authenticate_member(reader, member)
    try:
        credential = read_credential(request)
        if BROWSER_SESSION.fullmatch(credential):
            return await _authenticate_browser(reader, credential)
        if not credential.startswith(keys.PREFIXES):
            return await _authenticate_user(reader, credential)
        if not limits.is_known(credential):
            limits.check(address)
        caller = await keys.authenticate_key(reader, credential)
    except Problem as problem:
        if problem.status == 401:
            limits.check(address)
            limits.take(address)
        raise
    limits.remember(credential)
    return caller


def read_credential(request: Request) -> str:
    """The credential of the Authorization header or, without one, of the browser's cookie."""
    cookie = browser_cookies.read_session_cookie(request)
    if cookie is None or "authorization" in request.headers:
        return read_bearer_credential(request)
    if request.method not in browser_cookies.READ_METHODS:
        browser_cookies.check_request_token(request, cookie)
    return cookie


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


async def _authenticate_browser(reader: Any, credential: str) -> Caller:
    match = BROWSER_SESSION.fullmatch(credential)
    workspace_id, session_id = (UUID(match[1]), UUID(match[2])) if match else (UUID(int=0), UUID(int=0))
    row = await browser_sessions.read_browser_session(reader, workspace_id, session_id)
    cookie_hash = bytes.fromhex(row["cookie_hash"]) if row else b""
    if not hmac.compare_digest(cookie_hash, hash_key(match[3] if match else "")) or row is None:
        raise authentication_problem("session_ended", "this session has ended: sign in again")
    if row["is_use_outdated"]:
        await browser_sessions.mark_session_used(reader, workspace_id, session_id)
    token = AccessToken(UUID(row["user_id"]), workspace_id, session_id, row["method"])
    return await _authenticate_session(reader, token)


async def _authenticate_user(reader: Any, token: str) -> Caller:
    return await _authenticate_session(reader, verify_access_token(token))


async def _authenticate_session(reader: Any, session: AccessToken) -> Caller:
    member = await callers.read_member(reader, session.workspace_id, session.user_id, session.session_id)
    if member is not None and not member["is_session_live"]:
        if member["status"] != MembershipStatus.ACTIVE:
            raise refuse_inactive(member["status"])
        raise authentication_problem("session_ended", "this session has ended: sign in again")
    if member is None:
        raise authentication_problem(
            "invalid_credentials", "the user of this token is not a member of the workspace"
        )
    caller = make_caller(member, session.workspace_id, "user", session.user_id)
    return replace(caller, method=session.method, session_id=session.session_id)
