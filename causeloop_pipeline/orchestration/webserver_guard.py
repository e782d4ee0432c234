"""Guards Dagster's webserver, which has no login: checks token, Host, Origin, and JSON by POST only.

Without it any page in an operator's browser could stop sensors and launch runs by a link or an image, and so
could every user of the machine.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from causeloop_pipeline.orchestration.webserver_sign_in import (
    is_sign_in,
    read_presented_token,
    refuse_stranger,
)
from causeloop_pipeline.storage.secrets import operator_tokens

COOKIE_SECONDS = 7 * 24 * 3600
READ_METHODS = {"GET", "HEAD"}
GRAPHQL = "/graphql"
LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


def find_token_file(state_dir: Path) -> Path:
    """Where an installation stores the token of its operators."""
    return state_dir / "dagster" / "webserver.token"


def read_or_create_token(state_dir: Path) -> str:
    """The operators' access token; only the installation's user may read it."""
    return operator_tokens.read_or_create_token(find_token_file(state_dir))


def list_local_hosts(port: int) -> set[str]:
    """The values of the Host header under which a server on loopback is reached."""
    return {f"{name}:{port}" for name in LOCAL_NAMES}


class WebserverGuard:
    """Lets a request pass to Dagster's webserver when it comes from an operator, not from a foreign page."""

    def __init__(self, app: ASGIApp, token: str, hosts: Collection[str], token_path: Path) -> None:
        self.app, self.token, self.token_path = app, token, token_path
        self.hosts = {host.lower() for host in hosts}
        self.cookie_value = hmac.new(token.encode(), b"dagster webserver", hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request or a websocket; lifespan events pass."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        refusal = self._find_foreign_origin(request.headers)
        response: Response | None = PlainTextResponse(refusal, 403) if refusal else None
        if response is None and is_sign_in(scope):
            response = self._answer_form(request, await read_presented_token(receive))
        elif response is None:
            response = self._check(request, scope)
        if response is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await response(scope, receive, send)

    def _answer_form(self, request: HTTPConnection, presented: str) -> Response:
        if self._is_same(presented, self.token):
            return self._sign_in(request, "/")
        return refuse_stranger(request.headers, self.token_path, is_wrong=True)

    def _check(self, request: HTTPConnection, scope: Scope) -> Response | None:
        """The response to a request that goes no further; None lets it pass."""
        if scope["type"] == "http" and self._is_same(request.query_params.get("token", ""), self.token):
            return self._sign_in(request, "/" + request.scope["path"].lstrip("/"))
        if not self._is_operator(request):
            return refuse_stranger(request.headers, self.token_path)
        return self._check_method(request.headers, scope) if scope["type"] == "http" else None

    def _find_foreign_origin(self, headers: Headers) -> str | None:
        if headers.get("host", "").lower() not in self.hosts:
            return "this host name is not one of CAUSELOOP_DAGSTER_HOSTS\n"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() not in self.hosts:
            return "requests of other origins are refused\n"
        if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate":
            return "requests of other sites are refused\n"
        return None

    def _is_operator(self, request: HTTPConnection) -> bool:
        scheme, _, presented = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._is_same(presented.strip(), self.token):
            return True
        return self._is_same(request.cookies.get(self._cookie_name(request), ""), self.cookie_value)

    def _check_method(self, headers: Headers, scope: Scope) -> Response | None:
        if scope["method"] in READ_METHODS:
            if scope["path"].rstrip("/").endswith(GRAPHQL):
                return PlainTextResponse("GraphQL is answered to POST only\n", 405, {"Allow": "POST"})
            return None
        if headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return PlainTextResponse("send application/json\n", 415)
        return None

    def _sign_in(self, request: HTTPConnection, path: str) -> Response:
        """Store a cookie in the browser, and remove the token from its address bar and history."""
        response = RedirectResponse(path, 303)
        response.set_cookie(
            self._cookie_name(request),
            self.cookie_value,
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="strict",
            secure=_is_encrypted(request),
        )
        return response

    @staticmethod
    def _cookie_name(request: HTTPConnection) -> str:
        """Browsers share cookies between the ports of a host: each installation has one of its own."""
        return f"causeloop_dagster_{request.url.port or 'default'}"

    @staticmethod
    def _is_same(presented: str, expected: str) -> bool:
        return secrets.compare_digest(presented.encode(), expected.encode())


def _is_encrypted(request: HTTPConnection) -> bool:
    """Whether the browser came by TLS, also to a proxy that says so: a lie gets a cookie of less use."""
    forwarded = request.headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    return "https" in {request.url.scheme, forwarded}
