"""Changing a password, and setting a new one by a link."""

import hashlib

from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask

from api.access.permissions import requires, requires_no_role
from api.auth.address_limits import AddressLimits, read_address
from api.auth.passwords import MAX_ATTEMPTS_PER_ACCOUNT, PasswordChecks, check_strength
from api.auth.queries import passwords, sign_in_attempts
from api.http.errors import Problem, broken_rule, conflict
from api.http.responses import documents, json_response
from api.operation import CurrentCaller, Operation, Pool, calls_outside, concerns_own_access, needs_session
from api.sign_in.passwords.reset_links import send_reset_link
from api.sign_in.sessions.schemas import EmailOnly, NewPassword, PasswordChange, PasswordSet
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.provisioning import RESET_PREFIX
from causeloop_pipeline.storage.app.tenants import hash_key

router = APIRouter(prefix="/v1", tags=["sessions"], route_class=Operation)


@router.post(
    "/auth/password-reset",
    summary="Ask for a new password",
    status_code=202,
    responses=documents(EmailOnly, 202, "If the address has a password here, a link is on its way"),
)
@requires_no_role
async def request_password_reset(request: Request, pool: Pool, body: EmailOnly) -> Response:
    """Sends a link that sets a new password once, within an hour. Every address gets the same answer."""
    if settings().smtp_url is None:
        raise Problem(
            403, "reset_disabled", "this installation cannot send e-mail: ask its operator for a reset link"
        )
    limits: AddressLimits = request.app.state.address_limits
    limits.check(read_address(request))
    limits.take(read_address(request))
    account = hashlib.sha256(f"reset|{body.email}".encode()).digest()
    response = json_response({"email": body.email}, 202)
    if await sign_in_attempts.claim_attempt(pool, account, MAX_ATTEMPTS_PER_ACCOUNT):
        response.background = BackgroundTask(send_reset_link, pool, body.email)
    return response


@router.post("/auth/password", summary="Set a new password by a link", responses=documents(PasswordSet))
@requires_no_role
async def reset_password(request: Request, pool: Pool, body: NewPassword) -> Response:
    """Sets the password, uses the link up and ends all sessions of the person."""
    prefix, _, secret = body.token.get_secret_value().strip().partition("_")
    token_hash = hash_key(secret)
    email = await passwords.find_reset(pool, token_hash) if prefix == RESET_PREFIX else None
    if email is None:
        raise _invalid_link()
    password = body.password.get_secret_value()
    check_strength(password, email)
    checks: PasswordChecks = request.app.state.password_checks
    if not await passwords.reset_password(pool, token_hash, await checks.hash_new(password)):
        raise _invalid_link()
    return json_response({"email": email}, headers={"Cache-Control": "no-store"})


@router.post(
    "/me/password",
    summary="Change the own password",
    status_code=204,
    responses={204: {"description": "Changed"}},
)
@requires(Role.VIEWER)
@calls_outside
@concerns_own_access
@needs_session
async def change_password(
    request: Request, pool: Pool, caller: CurrentCaller, body: PasswordChange
) -> Response:
    """Needs the present password, and ends all other sessions of the caller."""
    if caller.kind != "user":
        raise conflict("not_a_member", "a service account has no password: create a new key instead")
    email, former_hash = await passwords.read_password(pool, caller.workspace_id, caller.caller_id)
    if former_hash is None:
        raise broken_rule(
            "no_password", "you sign in with single sign-on only: there is no password to change"
        )
    checks: PasswordChecks = request.app.state.password_checks
    current = body.current_password.get_secret_value()
    if not await checks.check(pool, [former_hash], current, email, read_address(request)):
        raise broken_rule("wrong_password", "this is not your present password", "/current_password")
    new = body.new_password.get_secret_value()
    check_strength(new, email, "/new_password")
    new_hash = await checks.hash_new(new)
    if not await passwords.change_password(pool, caller.caller_id, former_hash, new_hash, caller.session_id):
        raise conflict("password_changed", "the password was changed meanwhile: sign in with the new one")
    return Response(status_code=204)


def _invalid_link() -> Problem:
    """404 with one text for every link that does not work, so that it reveals nothing."""
    return Problem(
        404, "link_invalid", "this link was used or replaced, or is older than an hour: ask for a new one"
    )
