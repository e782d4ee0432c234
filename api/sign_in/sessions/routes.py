"""Sign-in by identity provider or password, refreshing, signing out, and a person's own sessions."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.access.caller import Caller
from api.access.permissions import requires, requires_no_role
from api.auth import oidc, session_start
from api.auth.address_limits import AddressLimits, read_address
from api.auth.passwords import PasswordChecks
from api.auth.queries import sessions
from api.auth.session_start import ConsentRequiredError, WorkspaceRequiredError, describe_sign_in
from api.http.bounded_pool import BoundedPool
from api.http.errors import authentication_problem, conflict, not_found
from api.http.responses import Rows, documents, json_response
from api.operation import CurrentCaller, Operation, Pool, calls_outside, concerns_own_access, needs_session
from api.sign_in.sessions.schemas import (
    Exchange,
    Login,
    OwnSession,
    Refresh,
    SessionTokens,
    Switch,
    WorkspaceChoices,
)
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1", tags=["sessions"], route_class=Operation)

NO_STORE = {"Cache-Control": "no-store"}


@router.post(
    "/auth/login",
    summary="Sign in with a password",
    responses=documents(SessionTokens | WorkspaceChoices, 200, "Tokens, or the workspaces to choose from"),
)
@requires_no_role
async def log_in(request: Request, pool: Pool, login: Login) -> Response:
    """Returns tokens for one workspace. Refused where the workspace requires single sign-on."""
    person = await sessions.find_passwords(pool, login.email, login.workspace_id)
    reaches = {each.password_hash: each.organization_id for each in person[1]} if person else {}
    password = login.password.get_secret_value()
    checks: PasswordChecks = request.app.state.password_checks
    matching = await checks.check(pool, list(reaches), password, login.email, read_address(request))
    if matching is None or person is None:
        raise authentication_problem("invalid_credentials", "the e-mail address or the password is wrong")
    sign_in = describe_sign_in(request, person[0], "password", reaches[matching])
    try:
        tokens = await session_start.start_session(pool, sign_in, login.workspace_id, login.consent)
    except (WorkspaceRequiredError, ConsentRequiredError) as required:
        if not login.has_choice:
            raise
        return json_response({"workspaces": required.workspaces}, headers=NO_STORE)
    return json_response(tokens, headers=NO_STORE)


@router.post("/auth/exchange", summary="Sign in with single sign-on", responses=documents(SessionTokens))
@requires_no_role
async def exchange_token(request: Request, pool: Pool, exchange: Exchange) -> Response:
    """Exchanges a session token of the identity provider for tokens of one workspace."""
    token = exchange.token.get_secret_value()
    identity = await oidc.verify_identity(token, request.app.state.issuer_keys)
    user_id = await sessions.find_person(pool, identity.issuer, identity.subject, identity.verified_email)
    if user_id is None:
        raise oidc.unknown_user()
    sign_in = describe_sign_in(request, user_id, "oidc")
    tokens = await session_start.start_session(pool, sign_in, exchange.workspace_id, exchange.consent)
    return json_response(tokens, headers=NO_STORE)


@router.post("/auth/refresh", summary="Refresh a session", responses=documents(SessionTokens))
@requires_no_role
async def refresh_session(pool: Pool, refresh: Refresh) -> Response:
    """Returns new tokens. A refresh token works once; using it a second time ends the session."""
    tokens = await session_start.refresh_session(pool, refresh.refresh_token.get_secret_value())
    return json_response(tokens, headers=NO_STORE)


@router.post(
    "/auth/logout", summary="Sign out", status_code=204, responses={204: {"description": "Signed out"}}
)
@requires_no_role
async def log_out(request: Request, pool: Pool, refresh: Refresh) -> Response:
    """Ends the session of a refresh token. Succeeds for an unknown token, too."""
    workspace_id, token_hash = session_start.parse_refresh_token(refresh.refresh_token.get_secret_value())
    if not await sessions.end_session_of_token(pool, workspace_id, token_hash):
        limits: AddressLimits = request.app.state.address_limits
        limits.take(read_address(request))
    return Response(status_code=204)


@router.get("/sessions", summary="List own sessions", responses=documents(Rows[OwnSession]))
@requires(Role.VIEWER)
@needs_session
async def list_sessions(pool: Pool, caller: CurrentCaller) -> Response:
    """The caller's sessions in all workspaces, the last used first; a service account has none."""
    is_person = caller.kind == "user"
    reached = await _list_reached(pool, caller)
    rows = await sessions.list_sessions(pool, caller.caller_id, reached) if is_person else []
    data = [{**row, "is_current": row["id"] == caller.session_id} for row in rows]
    return json_response({"data": data})


@router.delete(
    "/sessions/{session_id}",
    summary="End an own session",
    status_code=204,
    responses={204: {"description": "Ended"}},
)
@requires(Role.VIEWER)
@calls_outside
@concerns_own_access
@needs_session
async def end_session(pool: Pool, caller: CurrentCaller, session_id: UUID) -> Response:
    """Ends one of the caller's sessions, in whichever workspace, from the next request on."""
    reached = await _list_reached(pool, caller)
    if not await sessions.end_own_sessions(pool, caller.caller_id, reached, session_id):
        raise not_found("session")
    return Response(status_code=204)


@router.delete(
    "/sessions", summary="Sign out everywhere", status_code=204, responses={204: {"description": "Ended"}}
)
@requires(Role.VIEWER)
@calls_outside
@concerns_own_access
@needs_session
async def end_all_sessions(pool: Pool, caller: CurrentCaller) -> Response:
    """Ends all sessions of the caller in all workspaces, this one too."""
    await sessions.end_own_sessions(pool, caller.caller_id, await _list_reached(pool, caller), None)
    return Response(status_code=204)


@router.post("/sessions/switch", summary="Enter another workspace", responses=documents(SessionTokens))
@requires(Role.VIEWER)
@calls_outside
@concerns_own_access
@needs_session
async def switch_workspace(request: Request, pool: Pool, caller: CurrentCaller, switch: Switch) -> Response:
    """Starts a session in another workspace of the caller, signed in as in this one.

    An invitation to it is accepted by `consent`.
    """
    if caller.kind != "user" or caller.method is None:
        raise conflict("not_a_member", "a service account belongs to one workspace: use a key of the other")
    sign_in = describe_sign_in(request, caller.caller_id, caller.method, caller.reach)
    tokens = await session_start.start_session(pool, sign_in, switch.workspace_id, switch.consent)
    return json_response(tokens, headers=NO_STORE)


async def _list_reached(pool: BoundedPool, caller: Caller) -> list[UUID]:
    """The workspaces of the caller, as far as they may know of them."""
    memberships = await sessions.read_memberships(pool, caller.caller_id, caller.reach)
    return [membership.workspace_id for membership in memberships]
