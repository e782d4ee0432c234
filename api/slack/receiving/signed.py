"""Verifies requests of Slack: by the app's signing secret, over the raw body, in time and once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from secrets import token_urlsafe
from uuid import UUID

from fastapi import Request

from api.auth.address_limits import AddressLimits, read_address
from api.http.bounded_pool import BoundedPool
from api.http.bounds import CALLER, set_bounds
from api.http.database import WorkspaceDatabase
from api.http.errors import Problem, authentication_problem
from api.http.headers import read_headers
from api.slack.receiving import queries
from api.slack.receiving.queries import ReceivingApp
from causeloop_pipeline.connectors.signatures import HmacSignature
from causeloop_pipeline.landing.inbound.signature import SignatureError, verify
from causeloop_pipeline.storage.app.vault import SecretError
from causeloop_pipeline.storage.notify.slack_apps import SIGNING_SECRET

TIMESTAMP = "x-slack-request-timestamp"
SIGNATURE = HmacSignature(
    "x-slack-signature", prefix="v0=", signed="v0:{timestamp}:{body}", timestamp_header=TIMESTAMP
)


@dataclass(frozen=True)
class SignedRequest:
    """A request that Slack sent, once, and the workspace that it is for."""

    app: ReceivingApp
    db: WorkspaceDatabase
    body: bytes


async def receive(request: Request, pool: BoundedPool, workspace_id: UUID) -> SignedRequest:
    """The request, verified; 401 with one text for an unknown app, a wrong signature and a replay."""
    app = await _find_app(request, pool, workspace_id)
    set_bounds(request, CALLER)
    body, headers = await request.body(), read_headers(request)
    try:
        secret = app.open().get(SIGNING_SECRET, "") if app is not None else _make_decoy()
        verify([SIGNATURE], headers=headers, body=body, secrets=[secret], now=datetime.now(UTC))
    except (SignatureError, SecretError):
        raise _refuse(request) from None
    if app is None:
        raise _refuse(request)
    db = WorkspaceDatabase(pool, request.app.state.landing_pool, workspace_id)
    if not await queries.remember_request(db, headers[TIMESTAMP].encode() + b":" + body):
        raise _refuse(request)
    if not app.is_active:
        raise Problem(403, "organization_inactive", "the organization of this Slack app is not active")
    return SignedRequest(app, db, body)


async def _find_app(request: Request, pool: BoundedPool, workspace_id: UUID) -> ReceivingApp | None:
    invalid: AddressLimits = request.app.state.address_limits
    deliveries: AddressLimits = request.app.state.delivery_limits
    address = read_address(request)
    if not invalid.is_known(f"slack {workspace_id}"):
        invalid.check(address)
    deliveries.check(workspace_id)
    app = await queries.find_app(pool, workspace_id)
    if app is None:
        invalid.take(address)
    else:
        invalid.remember(f"slack {workspace_id}")
        deliveries.take(workspace_id)
    return app


@cache
def _make_decoy() -> str:
    """A secret of nobody: requests for an unknown app take as long as those with a wrong signature."""
    return token_urlsafe(32)


def _refuse(request: Request) -> Problem:
    limits: AddressLimits = request.app.state.address_limits
    limits.take(read_address(request))
    return authentication_problem(
        "invalid_signature", "the request is not signed by Slack for this workspace, or came before"
    )
