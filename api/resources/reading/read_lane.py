"""Leads simple reads to their operation without a look at every other route.

FastAPI tries one route after another for each request, inside eight layers that a read without a body, a file
or a dependency needs none of. What is not a simple read, and a path that no simple read has, goes that way.
"""

import re
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http import errors

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Lane = tuple[APIRoute, Handler]


class ReadLane:
    """The way around FastAPI for these routes; all other requests go on to `app`."""

    def __init__(
        self, app: ASGIApp, routes: Iterable[APIRoute], min_compressed_bytes: int, level: int
    ) -> None:
        self.app = app
        self.min_compressed_bytes = min_compressed_bytes
        self.fixed: dict[str, Lane] = {}
        self.matched: dict[int, list[tuple[re.Pattern[str], Lane]]] = {}
        self.compressing = GZipMiddleware(
            self._answer_compressible, minimum_size=min_compressed_bytes, compresslevel=level
        )
        for route in routes:
            lane = route, route.get_route_handler()
            if route.param_convertors:
                self.matched.setdefault(route.path.count("/"), []).append((route.path_regex, lane))
            else:
                self.fixed[route.path] = lane

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a simple read, or hand on the request."""
        lane = self._find(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if lane is None:
            await self.app(scope, receive, send)
            return
        scope["route"], scope["read_handler"] = lane
        if any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"]):
            await self.compressing(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    def _find(self, scope: Scope) -> Lane | None:
        path: str = scope["path"]
        lane = self.fixed.get(path)
        if lane is not None:
            scope["path_params"] = {}
            return lane
        for pattern, lane in self.matched.get(path.count("/"), ()):
            match = pattern.match(path)
            if match:
                scope["path_params"] = match.groupdict()
                return lane
        return None

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await _read(scope, receive, send)
        if len(getattr(response, "body", b"")) >= self.min_compressed_bytes:
            response.headers.add_vary_header("Accept-Encoding")
        await response(scope, receive, send)

    async def _answer_compressible(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await _read(scope, receive, send)
        await response(scope, receive, send)


async def _read(scope: Scope, receive: Receive, send: Send) -> Response:
    """The response, also to an error; a defect is answered here and raised for the server to know."""
    request = Request(scope, receive)
    try:
        response: Response = await scope["read_handler"](request)
    except Exception as error:
        response = await errors.respond(request, error)
        if errors.is_defect(request, error):
            await response(scope, receive, send)
            raise
    return response
