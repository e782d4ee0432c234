"""The steps that every operation under /v1 shares: sign-in, rate limit, role, idempotency, ETag, If-Match.

`Operation` is the route class of all routers, so that no endpoint can leave out a step. Endpoints take
`Db` and `CurrentCaller`, and declare their role with `@requires`.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Annotated, Any, NamedTuple, TypeVar

import asyncpg
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from api.access.caller import Caller
from api.access.permissions import get_required_role
from api.auth.address_limits import count_refusals, read_address
from api.auth.agent_header import read_agent
from api.auth.authenticate import identify
from api.auth.authorize import check_access, check_may_write, check_role, check_scope, check_session
from api.auth.idempotency import respond_once
from api.auth.own_writes import choose_reader, note_write
from api.auth.queries import audit
from api.auth.queries.versions import lock_versions
from api.auth.rate_limits import check_rate_limit
from api.http.bounded_pool import BoundedPool
from api.http.bounds import BodyBounds, find_bounds, is_large, set_bounds
from api.http.concurrency import LargeBodies
from api.http.database import WorkspaceDatabase
from api.http.errors import Problem
from api.http.etags import add_etag, compute_etag
from api.http.json_body import guard_json
from causeloop_pipeline.model.tenancy import Role

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
READ_METHODS = {"GET", "HEAD"}
CALLS_OUTSIDE, LIMITS_ITSELF, READS_BODY = "calls_outside", "limits_itself", "reads_body"
CONCERNS_OWN_ACCESS, NEEDS_SESSION, READS_BY_POST = "concerns_own_access", "needs_session", "reads_by_post"
AUDITED_READS = {"export_data", "download_archive"}
UNAUDITED = "ingestion"
"""The tag of what is not audited: its records are the log."""


def calls_outside(endpoint: Endpoint) -> Endpoint:
    """Run a method without a connection of the request's own: none waits for others or for a process.

    It stores nothing that a repetition would store twice: an Idempotency-Key has no meaning for it.
    """
    setattr(endpoint, CALLS_OUTSIDE, True)
    return endpoint


def reads_by_post(endpoint: Endpoint) -> Endpoint:
    """Take a POST for what it is where it only reads: a question too long for an address."""
    setattr(endpoint, READS_BY_POST, True)
    return calls_outside(endpoint)


def concerns_own_access(endpoint: Endpoint) -> Endpoint:
    """Let callers use a writing method, such as signing out, while their workspace can only be read."""
    setattr(endpoint, CONCERNS_OWN_ACCESS, True)
    return endpoint


def reads_body_by(read: Callable[[Request], Awaitable[Request]]) -> Callable[[Endpoint], Endpoint]:
    """Have a function read the body, before a connection is held: it hands on a request with what it read."""

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, READS_BODY, read)
        return endpoint

    return declare


def limits_itself(endpoint: Endpoint) -> Endpoint:
    """Leave the limit of refused requests to an operation without a caller that has limits of its own."""
    setattr(endpoint, LIMITS_ITSELF, True)
    return endpoint


def needs_session(endpoint: Endpoint) -> Endpoint:
    """Refuse personal keys: changes to a person's access need a signed-in session."""
    setattr(endpoint, NEEDS_SESSION, True)
    return endpoint


async def get_caller(request: Request) -> Caller:
    """The caller of the request."""
    caller: Caller = request.state.caller
    return caller


async def get_database(request: Request) -> WorkspaceDatabase:
    """The caller's workspace."""
    db: WorkspaceDatabase = request.state.db
    return db


async def get_pool(request: Request) -> BoundedPool:
    """Connections outside of any workspace, for operations that determine the workspace themselves."""
    pool: BoundedPool = request.app.state.pool
    return pool


# Async, although they await nothing: FastAPI would run plain functions in its thread pool.
CurrentCaller = Annotated[Caller, Depends(get_caller)]
Db = Annotated[WorkspaceDatabase, Depends(get_database)]
Pool = Annotated[BoundedPool, Depends(get_pool)]


class Operation(APIRoute):
    """A route under /v1; raises LookupError when its endpoint declares no role."""

    def get_route_handler(self) -> Handler:
        """Wrap the endpoint in the steps that all operations share."""
        endpoint, role = super().get_route_handler(), get_required_role(self.endpoint)
        if role is None:
            checked = _parse_body_first(endpoint) if self.body_field else endpoint
            return _note_writes(checked if hasattr(self.endpoint, LIMITS_ITSELF) else count_refusals(checked))
        marks, bounds = frozenset(vars(self.endpoint)), find_bounds(self.endpoint, has_caller=True)
        read_body = getattr(self.endpoint, READS_BODY, guard_json)
        steps = Steps(marks, bounds, self._is_read_alone(), read_body)
        return _note_writes(_require_caller(endpoint, role, steps))

    def _is_read_alone(self) -> bool:
        """Whether the request only reads the caller's workspace, so that one connection suffices."""
        parameters = inspect.signature(self.endpoint).parameters.values()
        is_read = set(self.methods or ()) <= READ_METHODS and self.name not in AUDITED_READS
        is_alone = all(parameter.annotation != Pool for parameter in parameters)
        return is_read and is_alone and not hasattr(self.endpoint, CALLS_OUTSIDE)


def _note_writes(endpoint: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        return note_write(request, await endpoint(request))

    return handle


def _parse_body_first(endpoint: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        return await endpoint(await guard_json(request))

    return handle


class Steps(NamedTuple):
    """What the steps of an operation depend on."""

    marks: frozenset[str]
    bounds: BodyBounds
    is_read_alone: bool
    read_body: Callable[[Request], Awaitable[Request]]


def _require_caller(endpoint: Handler, role: Role, steps: Steps) -> Handler:
    async def handle(request: Request) -> Response:
        state = request.app.state
        async with state.pool.acquire() as connection:
            request.state.caller = caller = await identify(request, connection)
            await _count_request(request, connection, caller)  # whatever the outcome
            _admit(request, caller, role, steps.marks)
            set_bounds(request, steps.bounds)
            db = _enter(request, caller)
            # Requests that queue behind others of their workspace hold no connection.
            is_alone = steps.is_read_alone and db.reader is None and db.agent is None
            if is_alone and state.fair_share.has_place(caller.workspace_id):
                async with state.fair_share.hold(caller.workspace_id):
                    with db.reading_by(connection):
                        return await _read(request, endpoint, caller, db)
        if request.method in READ_METHODS:
            async with state.fair_share.hold(caller.workspace_id):
                return await _read(request, endpoint, caller, db)
        async with hold_place_for_body(request, caller.workspace_id):
            return await _change(request, endpoint, db, steps)

    return handle


async def _change(request: Request, endpoint: Handler, db: WorkspaceDatabase, steps: Steps) -> Response:
    caller: Caller = request.state.caller
    request = await steps.read_body(request)
    if CALLS_OUTSIDE in steps.marks:
        response = await endpoint(request)
        is_recorded = READS_BY_POST not in steps.marks or db.agent is not None
        if is_recorded and not db.has_audit_entry:
            await _record_apart(request, caller, db)
        return response
    async with request.app.state.fair_share.hold(caller.workspace_id):
        return await _write(request, endpoint, caller, db)


def hold_place_for_body(request: Request, sender: Hashable) -> AbstractAsyncContextManager[None]:
    """A place for the body, where it is a large one."""
    large_bodies: LargeBodies = request.app.state.large_bodies
    return large_bodies.hold(sender) if is_large(request) else nullcontext()


def _admit(request: Request, caller: Caller, role: Role, marks: frozenset[str]) -> None:
    """403 where the caller may not use the operation."""
    route = request.scope["route"]
    method = "GET" if READS_BY_POST in marks else request.method
    check_access(caller)
    check_role(caller, role)
    if route.name != "read_me":
        check_scope(caller, route.tags, method)
    if NEEDS_SESSION in marks:
        check_session(caller)
    if method not in READ_METHODS and CONCERNS_OWN_ACCESS not in marks:
        check_may_write(caller)


async def _read(request: Request, endpoint: Handler, caller: Caller, db: WorkspaceDatabase) -> Response:
    response = await endpoint(request)
    if request.scope["route"].name in AUDITED_READS or db.agent is not None:
        await _record_apart(request, caller, db)
    return add_etag(request, response)


def _enter(request: Request, caller: Caller) -> WorkspaceDatabase:
    """The caller's workspace, which the endpoint takes as `Db`."""
    state, address = request.app.state, read_address(request) or None
    request.state.db = db = WorkspaceDatabase(
        state.pool,
        state.landing_pool,
        caller.workspace_id,
        state.list_totals,
        address=address,
        agent=read_agent(request),
        reader=choose_reader(request, caller),
    )
    return db


async def _count_request(request: Request, connection: asyncpg.Connection, caller: Caller) -> None:
    leases = request.app.state.token_leases
    allowance = await check_rate_limit(connection, caller.workspace_id, caller.plan, leases)
    request.state.headers |= allowance.headers


async def _write(request: Request, endpoint: Handler, caller: Caller, db: WorkspaceDatabase) -> Response:
    async def work() -> Response:
        await check_if_match(request, db)
        response = await endpoint(request)
        if not db.has_audit_entry and UNAUDITED not in request.scope["route"].tags:
            await record_operation(request, caller, db)
        return response

    async with db.writing():
        return await respond_once(request, caller, db.transaction, work)


async def _record_apart(request: Request, caller: Caller, db: WorkspaceDatabase) -> None:
    """Record an operation that ran without the request's transaction."""
    async with db.writing():
        await record_operation(request, caller, db)


async def record_operation(request: Request, caller: Caller, db: WorkspaceDatabase) -> None:
    """Record an operation by its name, unless it recorded something more exact itself."""
    await audit.record(db, caller.actor, request.scope["route"].name, request.url.path)


async def check_if_match(request: Request, db: WorkspaceDatabase) -> None:
    """412 unless If-Match, where the request has it, names the version that a read would return now."""
    if_match = request.headers.get("if-match")
    if if_match is None:
        return
    await lock_versions(db.transaction, db.workspace_id)
    current = await _read_etag(request)
    tags = {tag.strip() for tag in if_match.split(",")}  # a weak tag never matches (RFC 9110, section 13.1.1)
    if current is None or not (if_match.strip() == "*" or current in tags):
        raise Problem(
            412,
            "version_mismatch",
            "it has changed since you read it, or has no version: read it again, then repeat the change",
        )


async def _read_etag(request: Request) -> str | None:
    """The ETag that a GET of the request's path would return; for an action, that of its resource."""
    readers = find_readers(request.app.state.routers)
    path = request.scope["route"].path
    read = readers.get(path) or readers.get(path.rpartition("/")[0])
    if read is None:
        return None
    response = await read(request)
    return compute_etag(response) if response.status_code == 200 else None


def find_readers(routers: Iterable[APIRouter]) -> dict[str, Handler]:
    """The handlers of all GET operations by path, without sign-in and rate limit."""
    return {
        route.path: APIRoute.get_route_handler(route)
        for router in routers
        for route in router.routes
        if isinstance(route, Operation) and "GET" in (route.methods or ())
    }
