"""Sessions of browsers: kept in a cookie, started with a credential or at the identity provider."""

import secrets
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access.caller import Caller
from api.access.permissions import requires_no_role
from api.auth import authenticate, browser_cookies, oidc, oidc_flow, session_start
from api.auth.queries import browser_sessions, sessions
from api.auth.session_start import describe_sign_in
from api.http.bounded_pool import BoundedPool
from api.http.errors import Problem
from api.http.responses import documents, json_response
from api.operation import Operation, Pool
from api.sign_in.sessions.schemas import BrowserSession
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import hash_key

router = APIRouter(prefix="/v1/auth", tags=["sessions"], route_class=Operation)

NO_STORE = {"Cache-Control": "no-store"}
REDIRECT: dict[int | str, dict[str, Any]] = {
    303: {"description": "To the identity provider, or back to the dashboard"}
}


@router.get("/browser", summary="Get the browser's session", responses=documents(BrowserSession))
@requires_no_role
async def read_browser_session(request: Request, pool: Pool) -> Response:
    """Whether the browser is signed in, and the token that its requests must carry."""
    credential = browser_cookies.read_session_cookie(request)
    if credential is None:
        return json_response(_describe(None), headers=NO_STORE)
    try:
        await authenticate.authenticate(request, pool)
    except Problem as problem:
        if problem.status not in {401, 403}:
            raise
        response = json_response(_describe(None), headers=NO_STORE)
        browser_cookies.delete_session_cookie(request, response)
        return response
    return json_response(_describe(credential), headers=NO_STORE)


@router.post("/browser", summary="Keep a session in the browser", responses=documents(BrowserSession))
@requires_no_role
async def start_browser_session(request: Request, pool: Pool) -> Response:
    """Exchanges the access token or key of the Authorization header for a cookie that scripts cannot read.

    The session's refresh tokens stop working.
    """
    browser_cookies.check_origin(request)
    credential = authenticate.read_bearer_credential(request)
    caller = await authenticate.authenticate(request, pool)
    return await _keep_in_browser(request, pool, caller, credential)


@router.delete(
    "/browser",
    summary="Sign the browser out",
    status_code=204,
    responses={204: {"description": "Signed out"}},
)
@requires_no_role
async def end_browser_session(request: Request, pool: Pool) -> Response:
    """Ends the session of the browser's cookie. Succeeds without one, too."""
    browser_cookies.check_origin(request)
    credential = browser_cookies.read_session_cookie(request)
    match = authenticate.BROWSER_SESSION.fullmatch(credential or "")
    if match:
        await browser_sessions.end_browser_session(pool, UUID(match[1]), UUID(match[2]), hash_key(match[3]))
    response = Response(status_code=204)
    browser_cookies.delete_session_cookie(request, response)
    return response


@router.get("/oidc", summary="Sign in at the identity provider", status_code=303, responses=REDIRECT)
@requires_no_role
async def begin_single_sign_on(request: Request, workspace_id: UUID | None = None) -> Response:
    """Leads a browser to the identity provider, which leads it back."""
    flow = oidc_flow.begin_flow(workspace_id)
    response = RedirectResponse(await oidc_flow.build_address(flow), 303, NO_STORE)
    browser_cookies.set_flow_cookie(request, response, oidc_flow.seal_flow(flow), oidc_flow.MAX_FLOW_SECONDS)
    return response


@router.get(
    "/oidc/callback", summary="Return from the identity provider", status_code=303, responses=REDIRECT
)
@requires_no_role
async def finish_single_sign_on(
    request: Request,
    pool: Pool,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4_000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Starts the session and leads to the dashboard, which shows what went wrong, if anything did."""
    address = settings().public_url.rstrip("/") + "/"
    try:
        flow = oidc_flow.open_flow(
            request.cookies.get(browser_cookies.name_cookie(request, "sign-in")), state
        )
        if error or not code:
            raise Problem(403, "sign_in_refused", "the identity provider did not sign you in: try again")
        response: Response = RedirectResponse(address, 303, NO_STORE)
        await _sign_in(request, pool, flow, code, response)
    except Problem as problem:
        response = RedirectResponse(f"{address}#sign-in-failed={quote(problem.detail)}", 303, NO_STORE)
    response.delete_cookie(browser_cookies.name_cookie(request, "sign-in"), path="/")
    return response


async def _sign_in(
    request: Request, pool: BoundedPool, flow: oidc_flow.Flow, code: str, response: Response
) -> None:
    """Start a session of whoever the provider names, in the requested workspace or the last one."""
    identity = await oidc_flow.redeem_code(flow, code, request.app.state.issuer_keys)
    user_id = await sessions.find_user_by_subject(pool, identity.subject, identity.verified_email)
    if user_id is None:
        raise oidc.unknown_user()
    workspace_id = flow.workspace_id or await browser_sessions.find_last_workspace(pool, user_id)
    sign_in = describe_sign_in(request, user_id, "oidc")
    tokens = await session_start.start_session(pool, sign_in, workspace_id)
    credential = await _make_cookie(pool, tokens["workspace_id"], tokens["session_id"])
    browser_cookies.set_session_cookie(request, response, credential)


async def _keep_in_browser(request: Request, pool: BoundedPool, caller: Caller, credential: str) -> Response:
    if caller.session_id is not None:
        credential = await _make_cookie(pool, caller.workspace_id, caller.session_id)
    response = json_response(_describe(credential), headers=NO_STORE)
    browser_cookies.set_session_cookie(request, response, credential)
    return response


async def _make_cookie(pool: BoundedPool, workspace_id: UUID, session_id: UUID) -> str:
    secret = secrets.token_urlsafe(32)
    await browser_sessions.keep_in_browser(pool, workspace_id, session_id, hash_key(secret))
    return f"clb_{workspace_id.hex}_{session_id.hex}_{secret}"


def _describe(credential: str | None) -> dict[str, object]:
    return {
        "is_signed_in": credential is not None,
        "csrf_token": None if credential is None else browser_cookies.compute_request_token(credential),
        "single_sign_on": oidc_flow.is_configured(),
        "password_reset": settings().smtp_url is not None,
    }
