"""Sign-in of a browser at the identity provider, and joining what the person is invited to.

A page of another site can lead a browser anywhere, but not sign it in, and not say for the person that they
want to join: a sign-in begins on a page of this installation, and so does what follows from it.
"""

import secrets
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access.permissions import requires_no_role
from api.auth import browser_cookies, oidc, oidc_flow, session_start
from api.auth.oidc_flow import Flow, ProviderAnswer
from api.auth.queries import browser_sessions, sessions
from api.auth.session_start import ConsentRequiredError, SignIn, describe_sign_in
from api.http.bounded_pool import BoundedPool
from api.http.errors import Problem
from api.http.responses import documents, json_response
from api.operation import Operation, Pool
from api.sign_in.browser_sessions.keeping import keep_in_browser
from api.sign_in.single_sign_on.schemas import (
    JoinedWorkspace,
    Joining,
    PendingSignIn,
    SingleSignOnAddress,
    SingleSignOnStart,
)
from causeloop_pipeline.settings import settings

router = APIRouter(prefix="/v1/auth", tags=["sessions"], route_class=Operation)

NO_STORE = {"Cache-Control": "no-store"}
JOINING = "joining what a person is invited to"
REDIRECT: dict[int | str, dict[str, Any]] = {
    303: {"description": "To the identity provider, or back to the dashboard"}
}


@router.get("/oidc", summary="Open the sign-in of the identity provider", status_code=303, responses=REDIRECT)
@requires_no_role
async def open_single_sign_on(request: Request, workspace_id: UUID | None = None) -> Response:
    """Leads to the identity provider from this installation's pages, from elsewhere to one that asks."""
    if not browser_cookies.is_from_own_page(request):
        return RedirectResponse(_find_dashboard(), 303, NO_STORE)
    flow, address = await _begin(request, workspace_id)
    return _remember(request, flow, RedirectResponse(address, 303, NO_STORE))


@router.post(
    "/oidc", summary="Begin a sign-in at the identity provider", responses=documents(SingleSignOnAddress)
)
@requires_no_role
async def begin_single_sign_on(request: Request, start: SingleSignOnStart) -> Response:
    """Where the browser goes to sign in, and comes back from; for pages of this installation."""
    browser_cookies.check_origin(request)
    flow, address = await _begin(request, start.workspace_id)
    return _remember(request, flow, json_response({"address": address}, headers=NO_STORE))


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
    iss: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Starts the session and leads to the dashboard, which asks where somebody is only invited, and says
    what went wrong."""
    try:
        sealed = request.cookies.get(browser_cookies.name_cookie(request, "sign-in"))
        flow = oidc_flow.open_flow(sealed, state)
        await oidc_flow.use_up(pool, flow.state)
        response = await _sign_in(request, pool, flow, ProviderAnswer(state, code, error, iss))
    except Problem as problem:
        fragment = f"#sign-in-failed={quote(problem.detail)}"
        response = RedirectResponse(_find_dashboard() + fragment, 303, NO_STORE)
    browser_cookies.delete_flow_cookie(request, response, "sign-in")
    return response


@router.get("/join", summary="List what may be joined", responses=documents(PendingSignIn))
@requires_no_role
async def list_invitations(request: Request, pool: Pool) -> Response:
    """The invitations of the person who has just signed in at the identity provider with this browser."""
    pending = _open_pending(request)
    memberships = await sessions.read_memberships(pool, UUID(pending["user_id"]))
    invitations = [each for each in memberships if not each.is_active]
    answer = {"email": pending["email"], "workspaces": session_start.describe_choices(invitations)}
    return json_response(answer, headers=NO_STORE)


@router.post("/join", summary="Join a workspace", responses=documents(JoinedWorkspace))
@requires_no_role
async def join_workspace(request: Request, pool: Pool, joining: Joining) -> Response:
    """Accepts an invitation, once, and signs the browser in."""
    browser_cookies.check_origin(request)
    pending = _open_pending(request)
    await oidc_flow.use_up(pool, pending["once"])
    sign_in = describe_sign_in(request, UUID(pending["user_id"]), "oidc")
    response = json_response({"workspace_id": joining.workspace_id}, headers=NO_STORE)
    await _start_session(request, pool, sign_in, joining.workspace_id, response, has_consent=joining.consent)
    browser_cookies.delete_flow_cookie(request, response, "join")
    return response


async def _begin(request: Request, workspace_id: UUID | None) -> tuple[Flow, str]:
    flow = oidc_flow.begin_flow(workspace_id)
    return flow, await oidc_flow.build_address(flow, request.app.state.issuer_keys.provider)


def _remember(request: Request, flow: Flow, response: Response) -> Response:
    sealed = oidc_flow.seal_flow(flow)
    browser_cookies.set_flow_cookie(request, response, "sign-in", sealed, oidc_flow.MAX_FLOW_SECONDS)
    return response


async def _sign_in(request: Request, pool: BoundedPool, flow: Flow, answer: ProviderAnswer) -> Response:
    """Start a session of whoever the provider names, or let them say what they want to join."""
    identity = await oidc_flow.redeem_answer(flow, answer, request.app.state.issuer_keys)
    user_id = await sessions.find_person(pool, identity.issuer, identity.subject, identity.verified_email)
    if user_id is None:
        raise oidc.unknown_user()
    workspace_id = flow.workspace_id or await browser_sessions.find_last_workspace(pool, user_id)
    response = RedirectResponse(_find_dashboard(), 303, NO_STORE)
    sign_in = describe_sign_in(request, user_id, "oidc")
    try:
        await _start_session(request, pool, sign_in, workspace_id, response)
    except ConsentRequiredError:
        response = RedirectResponse(f"{_find_dashboard()}#join", 303, NO_STORE)
        fields = {
            "user_id": str(user_id),
            "email": identity.verified_email or "",
            "once": secrets.token_urlsafe(32),
        }
        sealed = oidc_flow.seal(fields, JOINING)
        browser_cookies.set_flow_cookie(request, response, "join", sealed, oidc_flow.MAX_FLOW_SECONDS)
    return response


async def _start_session(
    request: Request,
    pool: BoundedPool,
    sign_in: SignIn,
    workspace_id: UUID | None,
    response: Response,
    *,
    has_consent: bool = False,
) -> None:
    tokens = await session_start.start_session(pool, sign_in, workspace_id, has_consent)
    credential = await keep_in_browser(pool, tokens["workspace_id"], tokens["session_id"])
    browser_cookies.set_session_cookie(request, response, credential)


def _open_pending(request: Request) -> dict[str, str]:
    sealed = request.cookies.get(browser_cookies.name_cookie(request, "join"))
    return oidc_flow.unseal(sealed, JOINING)


def _find_dashboard() -> str:
    return settings().public_url.rstrip("/") + "/"
