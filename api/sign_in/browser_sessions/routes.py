"""Sessions of browsers: kept in a cookie, started with a credential."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.access.caller import Caller
from api.access.permissions import requires_no_role
from api.auth import authenticate, browser_cookies, oidc_flow
from api.auth.queries import browser_sessions
from api.http.bounded_pool import BoundedPool
from api.http.errors import Problem
from api.http.responses import documents, json_response
from api.operation import Operation, Pool
from api.sign_in.browser_sessions.keeping import keep_in_browser
from api.sign_in.sessions.schemas import BrowserSession
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import hash_key

router = APIRouter(prefix="/v1/auth", tags=["sessions"], route_class=Operation)

NO_STORE = {"Cache-Control": "no-store"}


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


async def _keep_in_browser(request: Request, pool: BoundedPool, caller: Caller, credential: str) -> Response:
    if caller.session_id is not None:
        credential = await keep_in_browser(pool, caller.workspace_id, caller.session_id)
    response = json_response(_describe(credential), headers=NO_STORE)
    browser_cookies.set_session_cookie(request, response, credential)
    return response


def _describe(credential: str | None) -> dict[str, object]:
    return {
        "is_signed_in": credential is not None,
        "csrf_token": None if credential is None else browser_cookies.compute_request_token(credential),
        "single_sign_on": oidc_flow.is_configured(),
        "password_reset": settings().smtp_url is not None,
    }
