"""The browser's session cookie, which scripts cannot read, and its protection against CSRF.

Over https the cookie has the prefix `__Host-`, so that browsers send it only over https and only to this
host. Over http, which is meant for loopback, it is named after the port, so that two installations of a
machine do not overwrite each other's. A request that changes anything must come from a page of this origin
and carry a token that only such a page can read.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.access.keys import derive_keys
from api.http.errors import Problem
from causeloop_pipeline.settings import settings

READ_METHODS = {"GET", "HEAD"}
TOKEN_HEADER = "x-csrf-token"  # noqa: S105
MAX_COOKIE_SECONDS = 90 * 24 * 3600


def name_cookie(request: Request, purpose: str) -> str:
    """The name of a cookie of this installation."""
    if _is_secure():
        return f"__Host-causeloop-{purpose}"
    return f"causeloop-{purpose}-{request.url.port or 80}"


def read_session_cookie(request: Request) -> str | None:
    """The session's credential; None where the browser has none."""
    if "cookie" not in request.headers:
        return None
    return request.cookies.get(name_cookie(request, "session")) or None


def set_session_cookie(request: Request, response: Response, credential: str) -> None:
    """Let the browser keep a credential, and send it from this installation's own pages only."""
    response.set_cookie(
        name_cookie(request, "session"),
        credential,
        max_age=MAX_COOKIE_SECONDS,
        path="/",
        secure=_is_secure(),
        httponly=True,
        samesite="strict",
    )


def delete_session_cookie(request: Request, response: Response) -> None:
    """Let the browser delete the credential."""
    response.delete_cookie(
        name_cookie(request, "session"), path="/", secure=_is_secure(), httponly=True, samesite="strict"
    )


def set_flow_cookie(request: Request, response: Response, purpose: str, sealed: str, seconds: int) -> None:
    """Keep the state of a sign-in at the identity provider until the browser is back or the person chose."""
    response.set_cookie(
        name_cookie(request, purpose),
        sealed,
        max_age=seconds,
        path="/",
        secure=_is_secure(),
        httponly=True,
        samesite="lax",  # the provider's page leads back here
    )


def delete_flow_cookie(request: Request, response: Response, purpose: str) -> None:
    """Let the browser delete such a state."""
    response.delete_cookie(
        name_cookie(request, purpose), path="/", secure=_is_secure(), httponly=True, samesite="lax"
    )


def set_written_cookie(request: Request, response: Response, seconds: int) -> None:
    """Mark the browser for some seconds as one that has just written."""
    response.set_cookie(
        name_cookie(request, "written"),
        "1",
        max_age=seconds,
        path="/",
        secure=_is_secure(),
        httponly=True,
        samesite="strict",
    )


def has_written(request: Request) -> bool:
    """Whether this client has written in the last few seconds."""
    return name_cookie(request, "written") in request.cookies


def compute_request_token(credential: str) -> str:
    """The token that requests with this credential must carry."""
    return _list_request_tokens(credential)[0]


def _list_request_tokens(credential: str) -> list[str]:
    """The token, then those of keys that are still accepted."""
    return [
        hmac.new(key, credential.encode(), hashlib.sha256).hexdigest() for key in derive_keys("request token")
    ]


def check_request_token(request: Request, credential: str) -> None:
    """403 unless a request with a cookie comes from a page of this origin and carries the token."""
    check_origin(request)
    token = request.headers.get(TOKEN_HEADER, "")
    tokens = _list_request_tokens(credential)
    if not any(hmac.compare_digest(token.encode(), valid.encode()) for valid in tokens):
        raise _refuse_forged("send the token that GET /v1/auth/browser returns as `X-CSRF-Token`")


def check_origin(request: Request) -> None:
    """403 unless the request was sent by a page of this origin."""
    own = {f"{request.url.scheme}://{request.headers.get('host', '')}", _read_origin(settings().public_url)}
    if request.headers.get("origin") not in own:
        raise _refuse_forged("a signed-in browser may send it from this installation's own pages only")


def is_from_own_page(request: Request) -> bool:
    """Whether a page of this origin led the browser here; browsers say so over https and on loopback."""
    return request.headers.get("sec-fetch-site") == "same-origin"


def _refuse_forged(what: str) -> Problem:
    return Problem(403, "request_forged", f"this request is not proven to be your own: {what}")


def _read_origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_secure() -> bool:
    return settings().public_url.startswith("https://")
