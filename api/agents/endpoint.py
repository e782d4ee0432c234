"""Serves agents at `/mcp`: each of their calls is a request of the same caller to the API, with all steps.

So a tool can do nothing that its caller could not do over HTTP: sign-in, rate limit, role, scopes and row
level security are those of the operation that it calls. Nothing of the protocol is loaded before the first
agent comes.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
from anyio import to_thread
from fastapi import FastAPI
from fastapi import Request as HttpRequest
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.auth.authenticate import authenticate, read_bearer_credential
from api.auth.rate_limits import check_rate_limit
from api.http.bounds import RECORD, set_bounds
from api.http.errors import Problem, problem_response
from api.http.responses import json_response
from causeloop_pipeline.settings import settings

PATH = "/mcp"
METADATA_PATH = "/.well-known/oauth-protected-resource"
INTERNAL_URL = "http://causeloop.internal"


def build_metadata() -> dict[str, Any]:
    """What RFC 9728 has clients look up: which resource this is, and how a token is presented."""
    public_url = settings().public_url.rstrip("/")
    return {
        "resource": f"{public_url}{PATH}",
        "resource_name": "Causeloop",
        "bearer_methods_supported": ["header"],
        "resource_documentation": f"{public_url}/docs",
    }


@dataclass
class AgentEndpoint:
    """The ASGI application at `/mcp`; it runs while `serving`."""

    app: FastAPI
    manager: Any = None
    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve from the first request on until the block ends."""
        runner = asyncio.create_task(self._run_when_wanted())
        try:
            yield
        finally:
            runner.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await runner

    async def _run_when_wanted(self) -> None:
        await self.wanted.wait()
        self.manager = await to_thread.run_sync(self._make_manager)
        async with self.manager.run():
            self.ready.set()
            await asyncio.Event().wait()

    def _make_manager(self) -> Any:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from causeloop_pipeline.agents.server import make_server

        return StreamableHTTPSessionManager(
            make_server(self._find_api),
            json_response=True,
            stateless=True,
            max_request_body_size=RECORD.max_bytes,
        )

    async def _find_api(self, context: Any) -> Any:
        """The API within this process, as the caller of an agent's request."""
        from causeloop_pipeline.agents.product_api import ProductApi
        from causeloop_pipeline.agents.wording import clean

        request = context.request
        client = request.client
        transport = httpx2.ASGITransport(
            app=self.app, client=(client.host, client.port) if client else ("", 0)
        )
        return ProductApi(
            httpx2.AsyncClient(transport=transport, base_url=INTERNAL_URL),
            request.headers["authorization"],
            clean(request.headers.get("user-agent", "unknown"), 80),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one message of an agent, once its caller is known."""
        request = HttpRequest(scope, receive)
        try:
            await self._admit(request)
        except Problem as problem:
            response = problem_response(request, problem)
            if problem.status == 401:
                where = f"{settings().public_url.rstrip('/')}{METADATA_PATH}{PATH}"
                response.headers["WWW-Authenticate"] = f'Bearer resource_metadata="{where}"'
            await response(scope, receive, send)
            return
        self.wanted.set()
        await self.ready.wait()
        await self.manager.handle_request(scope, receive, send)

    async def _admit(self, request: HttpRequest) -> None:
        """401, 403 or 429 before any of the message is read; a browser's cookie is no credential here."""
        read_bearer_credential(request)
        state = self.app.state
        async with state.pool.acquire() as connection:
            caller = await authenticate(request, connection)
            await check_rate_limit(connection, caller.workspace_id, caller.plan, state.token_leases)
        set_bounds(request, RECORD)


async def read_metadata(_request: HttpRequest) -> Any:
    """Respond with the metadata of the protected resource."""
    return json_response(build_metadata())


def install(app: FastAPI) -> AgentEndpoint:
    """Register the endpoint and its metadata."""
    endpoint = AgentEndpoint(app)
    app.add_route(f"{METADATA_PATH}{PATH}", read_metadata, include_in_schema=False)
    app.add_route(METADATA_PATH, read_metadata, include_in_schema=False)
    app.router.routes.append(Route(PATH, endpoint, include_in_schema=False))
    return endpoint
