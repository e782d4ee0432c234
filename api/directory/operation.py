"""The steps that every directory operation (SCIM 2.0) shares: its token, the plan, and SCIM errors.

An identity provider presents the workspace's own token, which no other operation accepts.
"""

import hmac
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from scim2_models import Error, SCIMException

from api.auth.address_limits import AddressLimits, read_address
from api.auth.authenticate import read_bearer_credential
from api.auth.queries import audit
from api.auth.rate_limits import check_rate_limit
from api.directory.errors import RefusedError, answer, answer_error
from api.directory.queries import mark_used, read_directory
from api.http.bounded_pool import BoundedPool
from api.http.bounds import DIRECTORY, set_bounds
from api.http.concurrency import FairShare
from api.http.database import WorkspaceDatabase
from api.http.errors import Problem, authentication_problem
from api.http.json_body import guard_json
from causeloop_pipeline.model.plans import PLANS, find_plan_with
from causeloop_pipeline.model.tenancy import OrganizationStatus
from causeloop_pipeline.storage.app.tenants import hash_key

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
TOKEN = re.compile(r"cld_([0-9a-f]{32})_([A-Za-z0-9_-]{20,200})")
FEATURE = "directory"
ACTOR = "directory"
READ_METHODS = {"GET", "HEAD"}
OPENS_TRANSACTION = "opens_transaction"
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class DirectoryOperation(APIRoute):
    """A route under /scim/v2; its endpoint finds the workspace in `request.state.db`."""

    def get_route_handler(self) -> Handler:
        """Wrap the endpoint in the steps that all operations of the directory share."""
        endpoint = super().get_route_handler()
        is_computing = hasattr(self.endpoint, OPENS_TRANSACTION)

        async def handle(request: Request) -> Response:
            try:
                return await _run(request, endpoint, is_computing)
            except Problem as problem:
                return answer_error(problem.status, problem.detail, headers=dict(problem.headers or {}))
            except RequestValidationError:
                return answer_error(400, "a parameter is not valid", "invalidValue")
            except ValidationError as error:
                return answer(Error.from_validation_errors(error)[0])
            except RefusedError as refused:
                return answer(refused.error)
            except SCIMException as error:
                return answer(error.to_error())

        return handle


def format_token(workspace_id: UUID, secret: str) -> str:
    """A token that names its workspace, so that it is looked up under that workspace's isolation."""
    return f"cld_{workspace_id.hex}_{secret}"


def opens_transaction(endpoint: Endpoint) -> Endpoint:
    """Leave the transaction to an endpoint that reads, computes without a connection, and then writes."""
    setattr(endpoint, OPENS_TRANSACTION, True)
    return endpoint


async def _run(request: Request, endpoint: Handler, is_computing: bool) -> Response:
    pool, is_reading = request.app.state.pool, request.method in READ_METHODS
    row, workspace_id = await _authenticate(request, pool)
    allowance = await check_rate_limit(pool, workspace_id, row["plan"], request.app.state.token_leases)
    request.state.headers |= allowance.headers
    _check_state(row, is_reading)
    db = WorkspaceDatabase(
        pool, request.app.state.landing_pool, workspace_id, address=read_address(request) or None
    )
    request.state.db = db
    set_bounds(request, DIRECTORY)
    if not is_reading:
        request = await guard_json(request)
    share: FairShare = request.app.state.fair_share
    async with share.hold(workspace_id):
        if is_reading or is_computing:
            return await endpoint(request)
        async with db.writing():
            return await record(request, endpoint(request))


async def record(request: Request, work: Awaitable[Response]) -> Response:
    """The response of a change, which is in the audit log with it."""
    db: WorkspaceDatabase = request.state.db
    response = await work
    if not db.has_audit_entry:
        await audit.record(db, ACTOR, request.scope["route"].name, request.url.path)
    return response


async def _authenticate(request: Request, pool: BoundedPool) -> tuple[dict[str, Any], UUID]:
    """The directory of the token and its workspace; 401 where it is missing or not valid."""
    limits: AddressLimits = request.app.state.address_limits
    address = read_address(request)
    try:
        match = TOKEN.fullmatch(read_bearer_credential(request))
        if match is None:
            raise authentication_problem("invalid_credentials", "this is not a directory's token")
        if not limits.is_known(match[0]):
            limits.check(address)
        workspace_id = UUID(match[1])
        row = await read_directory(pool, workspace_id)
        if row is None or not _is_valid(row, hash_key(match[2])):
            raise authentication_problem("invalid_credentials", "this token was replaced or revoked")
    except Problem as problem:
        if problem.status == 401:
            limits.check(address)
            limits.take(address)
        raise
    limits.remember(match[0])
    if row["is_use_outdated"]:
        await mark_used(pool, workspace_id)
    return row, workspace_id


def _is_valid(row: dict[str, Any], presented: bytes) -> bool:
    stored = [bytes.fromhex(row[name] or "") for name in ("token_hash", "former_token_hash")]
    return any(hmac.compare_digest(token_hash, presented) for token_hash in stored)


def _check_state(row: dict[str, Any], is_reading: bool) -> None:
    if row["organization_status"] == OrganizationStatus.CANCELLED:
        raise Problem(403, "organization_inactive", "the organization is cancelled")
    if FEATURE not in PLANS[row["plan"]].features:
        detail = f"the {row['plan']} plan does not include it: upgrade to {find_plan_with(FEATURE)}"
        raise Problem(403, "plan_feature_missing", detail)
    if not is_reading and row["organization_status"] != OrganizationStatus.ACTIVE:
        raise Problem(403, "organization_inactive", "the organization is suspended: it can only be read")
    if not is_reading and row["is_workspace_archived"]:
        raise Problem(403, "workspace_archived", "the workspace is archived: it can only be read")
