"""Serves agents at `/mcp`: each of their calls is a request of the same caller to the API, with all steps.

So a tool can do nothing that its caller could not do over HTTP: sign-in, rate limit, role, scopes and row
level security are those of the operation that it calls. Nothing of the protocol is loaded before the first
agent comes.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
from anyio import to_thread
from fastapi import FastAPI
from fastapi import Request as HttpRequest
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.auth.address_limits import AddressLimits, read_address
from api.auth.authenticate import authenticate, read_bearer_credential
from api.auth.rate_limits import check_rate_limit
from api.auth.resource_tokens import (
    READ_SCOPE,
    WRITE_SCOPE,
    is_resource_token,
    open_session,
    verify_resource_token,
)
from api.http.bounds import RECORD, set_bounds
from api.http.errors import Problem, problem_response
from api.http.responses import json_response
from causeloop_pipeline.settings import settings

PATH, PATH_OF_WORKSPACE = "/mcp", "/mcp/{workspace_id:uuid}"
METADATA_PATH = "/.well-known/oauth-protected-resource"
INTERNAL_URL = "http://causeloop.internal"


def build_metadata(workspace_id: UUID | None) -> dict[str, Any]:
    """What RFC 9728 has clients look up: which resource this is, and who issues its tokens."""
    public_url = settings().public_url.rstrip("/")
    metadata: dict[str, Any] = {
        "resource": f"{public_url}{_write_path(workspace_id)}",
        "resource_name": "Causeloop",
        "bearer_methods_supported": ["header"],
        "resource_documentation": f"{public_url}/docs",
    }
    if settings().oidc_issuer:
        metadata["authorization_servers"] = [settings().oidc_issuer]
        metadata["scopes_supported"] = [READ_SCOPE, WRITE_SCOPE]
    return metadata


def _write_path(workspace_id: UUID | None) -> str:
    return PATH if workspace_id is None else f"{PATH}/{workspace_id}"


def _list_resources(workspace_id: UUID | None) -> set[str]:
    """The resources that a token may be for: the endpoint of the workspace, or that of all."""
    public_url = settings().public_url.rstrip("/")
    return {f"{public_url}{PATH}", f"{public_url}{_write_path(workspace_id)}"}


def _challenge(workspace_id: UUID | None, error: str = "") -> str:
    """What `WWW-Authenticate` says: where the metadata is, and which scopes to ask for."""
    public_url = settings().public_url.rstrip("/")
    parts = [f'error="{error}"'] if error else []
    parts.append(f'resource_metadata="{public_url}{METADATA_PATH}{_write_path(workspace_id)}"')
    if settings().oidc_issuer:
        parts.append(f'scope="{READ_SCOPE} {WRITE_SCOPE}"')
    return f"Bearer {', '.join(parts)}"


@dataclass
class AgentEndpoint:
    """The ASGI application at `/mcp`; it runs while `serving`."""

    app: FastAPI
    managers: Mapping[bool, Any] = field(default_factory=dict)
    """By whether only tools that read are listed."""

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
        self.managers = await to_thread.run_sync(self._make_managers)
        async with self.managers[False].run(), self.managers[True].run():
            self.ready.set()
            await asyncio.Event().wait()

    def _make_managers(self) -> dict[bool, Any]:
        return {is_read_only: self._make_manager(is_read_only) for is_read_only in (False, True)}

    def _make_manager(self, is_read_only: bool) -> Any:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from causeloop_pipeline.agents.server import make_server

        return StreamableHTTPSessionManager(
            make_server(self._find_api, is_read_only=is_read_only),
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
        workspace_id: UUID | None = scope.get("path_params", {}).get("workspace_id")
        request = HttpRequest(scope, receive)
        try:
            scope, is_read_only = await self._exchange(request, workspace_id)
            await self._admit(HttpRequest(scope, receive), workspace_id)
        except Problem as problem:
            response = problem_response(request, problem)
            if problem.status == 401:
                is_sent = "authorization" in request.headers
                response.headers["WWW-Authenticate"] = _challenge(
                    workspace_id, "invalid_token" if is_sent else ""
                )
            elif problem.code == "insufficient_scope":
                response.headers["WWW-Authenticate"] = _challenge(workspace_id, problem.code)
            await response(scope, receive, send)
            return
        self.wanted.set()
        await self.ready.wait()
        await self.managers[is_read_only].handle_request(scope, receive, send)

    async def _exchange(self, request: HttpRequest, workspace_id: UUID | None) -> tuple[Scope, bool]:
        """The request with a token of ours in place of the identity provider's; whether it only reads."""
        credential = read_bearer_credential(request)
        if not is_resource_token(credential):
            return request.scope, False
        state = self.app.state
        limits: AddressLimits = state.address_limits
        address = read_address(request)
        try:
            token = await verify_resource_token(credential, state.issuer_keys, _list_resources(workspace_id))
            if not token.scopes & {READ_SCOPE, WRITE_SCOPE}:
                raise Problem(403, "insufficient_scope", f"the token needs the scope {READ_SCOPE}")
            own = await open_session(request, state.pool, credential, token, workspace_id)
        except Problem as problem:
            if problem.status == 401:
                limits.check(address)
                limits.take(address)
            raise
        others = [pair for pair in request.scope["headers"] if pair[0] != b"authorization"]
        headers = [*others, (b"authorization", f"Bearer {own}".encode())]
        return {**request.scope, "headers": headers}, WRITE_SCOPE not in token.scopes

    async def _admit(self, request: HttpRequest, workspace_id: UUID | None) -> None:
        """401, 403 or 429 before any of the message is read; a browser's cookie is not a credential here."""
        state = self.app.state
        async with state.pool.acquire() as connection:
            caller = await authenticate(request, connection)
            if workspace_id not in {None, caller.workspace_id}:
                raise Problem(403, "no_membership", "these credentials are of another workspace")
            await check_rate_limit(connection, caller.workspace_id, caller.plan, state.token_leases)
        set_bounds(request, RECORD)


async def read_metadata(request: HttpRequest) -> Any:
    """Respond with the metadata of the protected resource."""
    return json_response(build_metadata(request.path_params.get("workspace_id")))


def install(app: FastAPI) -> AgentEndpoint:
    """Register the endpoint and its metadata."""
    endpoint = AgentEndpoint(app)
    app.add_route(f"{METADATA_PATH}{PATH}", read_metadata, include_in_schema=False)
    app.add_route(METADATA_PATH, read_metadata, include_in_schema=False)
    app.add_route(f"{METADATA_PATH}{PATH_OF_WORKSPACE}", read_metadata, include_in_schema=False)
    for path in (PATH, PATH_OF_WORKSPACE):
        app.router.routes.append(Route(path, endpoint, include_in_schema=False))
    return endpoint
