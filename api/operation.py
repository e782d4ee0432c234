"""What every operation goes through: who calls, may he, how often, once only, changed since last time.

`Operation` is the route class of all routers under /v1, so that no endpoint can leave a step out; endpoints
take `Db` and `CurrentCaller`.
"""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import asyncpg
from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from api.access.permissions import LEAST_ROLE
from api.auth.authenticate import Caller, authenticate
from api.auth.idempotency import answer_once
from api.auth.rate_limits import take_token
from api.http.database import WorkspaceDatabase
from api.http.errors import Problem
from api.http.json_body import read_json
from causeloop_pipeline.model.tenancy import Role

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
READING = {"GET", "HEAD"}


def current_caller(request: Request) -> Caller:
    """The caller, as the operation's gate has found him."""
    caller: Caller = request.state.caller
    return caller


def current_database(request: Request) -> WorkspaceDatabase:
    """The caller's workspace."""
    db: WorkspaceDatabase = request.state.db
    return db


def current_pool(request: Request) -> asyncpg.Pool:
    """Connections outside of any workspace, for operations that find their workspace themselves."""
    return request.app.state.pool


CurrentCaller = Annotated[Caller, Depends(current_caller)]
Db = Annotated[WorkspaceDatabase, Depends(current_database)]
Pool = Annotated[asyncpg.Pool, Depends(current_pool)]


class Operation(APIRoute):
    """A route of the product: it looks up its own row in the table of permissions."""

    def get_route_handler(self) -> Handler:
        """Wrap the endpoint in the steps that all operations share."""
        endpoint, name = super().get_route_handler(), self.endpoint.__name__
        if name not in LEAST_ROLE:
            raise LookupError(
                f"the operation {name} has no row in api/access/permissions.py: give it a least role"
            )
        least = LEAST_ROLE[name]
        if least is not None:
            return _guarded(endpoint, least)
        return _with_parsed_body(endpoint) if self.body_field else endpoint


def _with_parsed_body(endpoint: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        await read_json(request)
        return await endpoint(request)

    return handle


def _guarded(endpoint: Handler, least: Role) -> Handler:
    async def handle(request: Request) -> Response:
        pool = current_pool(request)
        caller = await authenticate(request, pool)
        request.state.caller = caller
        allowance = await take_token(pool, caller.workspace_id, caller.plan)
        request.state.headers |= allowance.headers
        require_role(caller, least)
        db = WorkspaceDatabase(pool, request.app.state.landing, caller.workspace_id)
        request.state.db = db
        if request.method in READING:
            return conditional(request, await endpoint(request))
        return await _write(request, endpoint, caller, db)

    return handle


async def _write(request: Request, endpoint: Handler, caller: Caller, db: WorkspaceDatabase) -> Response:
    await read_json(request)
    async with db.writing():
        return await answer_once(request, caller, db.transaction, lambda: endpoint(request))


def require_role(caller: Caller, least: Role) -> None:
    """Refuse a caller whose role does not hold the operation."""
    if caller.role < least:
        raise Problem(
            403,
            "role_too_low",
            f"this needs the role {least.name.lower()}; yours is {caller.role.name.lower()}",
        )


def require_feature(caller: Caller, feature: str) -> None:
    """Refuse what the plan does not include."""
    from api.access.plans import PLANS

    if feature not in PLANS[caller.plan].features:
        raise Problem(403, "plan_feature_missing", f"the {caller.plan} plan does not include {feature}")


def conditional(request: Request, response: Response) -> Response:
    """Give a read its ETag, and answer 304 when the caller has that version already."""
    if response.status_code != 200 or not hasattr(response, "body") or response.headers.get("etag"):
        return response
    etag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    known = request.headers.get("if-none-match", "")
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if known.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response
