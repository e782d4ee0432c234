"""Inbound webhooks of external tools: verified by the tool's signature, stored before the response."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cache
from secrets import token_urlsafe
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access.permissions import requires_no_role
from api.auth.address_limits import AddressLimits, read_address
from api.http.bounded_pool import BoundedPool
from api.http.bounds import RECORDS, BodyBounds, read_bounds, set_bounds
from api.http.database import WorkspaceDatabase
from api.http.errors import Problem, authentication_problem
from api.http.headers import read_headers
from api.http.json_body import decode_body
from api.http.responses import documents, json_response
from api.ingest import queries as ingest
from api.ingest.webhooks import queries as webhooks
from api.ingest.webhooks.reading import SentDelivery, read_sent
from api.ingest.webhooks.refusals import Refusals
from api.ingest.webhooks.schemas import DeliveryResult
from api.operation import Operation, Pool, hold_place_for_body, limits_itself
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.inbound.sentry_envelope import EnvelopeError, read_envelope
from causeloop_pipeline.landing.inbound.signature import SignatureError
from causeloop_pipeline.landing.inbound.sns import confirm_subscription, fetch_certificate, takes_sns
from causeloop_pipeline.landing.inbound.webhook import answer_challenge
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.connectors import WEBHOOK_SECRETS
from causeloop_pipeline.storage.app.vault import SecretError
from causeloop_pipeline.storage.secrets.key_ring import open_vault
from causeloop_pipeline.telemetry.tracing import make_span, read_traceparent

NOBODY = UUID(int=0)

router = APIRouter(prefix="/v1/webhooks/inbound", tags=["ingestion"], route_class=Operation)


@router.post(
    "/{connector_id}",
    summary="Receive a webhook",
    status_code=202,
    responses=documents(DeliveryResult, 202, "Stored"),
)
@requires_no_role
@limits_itself
async def receive_webhook(request: Request, pool: Pool, connector_id: UUID) -> Response:
    """Stores a delivery of the connector's tool. A missing or wrong signature is a 401 and stores nothing."""
    return await _receive(request, pool, connector_id, _read_body)


@router.post(
    "/{connector_id}/api/{project}/envelope/",
    summary="Receive an envelope of a Sentry SDK",
    status_code=202,
    responses=documents(DeliveryResult, 202, "Stored"),
)
@requires_no_role
@limits_itself
async def receive_envelope(request: Request, pool: Pool, connector_id: UUID, project: str) -> Response:  # noqa: ARG001 a DSN has a project
    """Stores the events that an SDK sends by a DSN whose key is the secret of a connector of Sentry."""
    return await _receive(request, pool, connector_id, _read_envelope_body)


async def _receive(
    request: Request, pool: BoundedPool, connector_id: UUID, read_body: Callable[[Request], Awaitable[bytes]]
) -> Response:
    invalid: AddressLimits = request.app.state.address_limits
    deliveries: AddressLimits = request.app.state.delivery_limits
    address = read_address(request)
    if not invalid.is_known(str(connector_id)):
        invalid.check(address)
    deliveries.check(connector_id)
    connector = await webhooks.find_connector(pool, connector_id)
    if connector is None:
        invalid.take(address)
    else:
        invalid.remember(str(connector_id))
        deliveries.take(connector_id)
    set_bounds(request, RECORDS)
    async with hold_place_for_body(request, connector.connector_id if connector else NOBODY):
        return await _store_delivery(request, pool, connector, await read_body(request))


async def _read_body(request: Request) -> bytes:
    return await request.body()


async def _read_envelope_body(request: Request) -> bytes:
    encoding = request.headers.get("content-encoding", "identity")
    body = await request.body()
    return await run_in_threadpool(_open_envelope, body, encoding, read_bounds(request.scope))


def _open_envelope(sent: bytes, encoding: str, bounds: BodyBounds) -> bytes:
    """The events of an envelope as JSON; what is not an envelope stays what it is, and is set aside."""
    body = decode_body(sent, encoding, bounds)
    try:
        return orjson.dumps(read_envelope(body))
    except EnvelopeError:
        return body


async def _store_delivery(
    request: Request, pool: BoundedPool, connector: webhooks.WebhookConnector | None, body: bytes
) -> Response:
    if connector is None:
        await _verify_delivery(request, body, _make_decoy())
        raise _invalid_signature()
    db = WorkspaceDatabase(pool, request.app.state.landing_pool, connector.workspace_id)
    try:
        delivery = await _verify_delivery(request, body, connector)
    except Problem:
        refusals: Refusals = request.app.state.refusals
        refusals.add(db, connector.connector_id)
        raise
    if not connector.is_organization_active:
        raise Problem(403, "organization_inactive", "the organization of this connector is not active")
    traceparent = read_traceparent()
    with make_span("store delivery", {"causeloop.records": delivery.batch.count}):
        count = await ingest.ingest_delivery(db, connector.origin, delivery, traceparent)
    result = {
        "received": count.read,
        "new": count.new,
        "updated": count.updated,
        "duplicate": count.duplicate,
        "quarantined": count.quarantined,
        "ok": True,
    }
    return json_response(result, 202)


@router.get(
    "/{connector_id}",
    summary="Answer a webhook challenge",
    responses=documents(dict[str, str], 200, "The response that the tool expects"),
)
@requires_no_role
async def answer_webhook_challenge(request: Request, pool: Pool, connector_id: UUID) -> Response:
    """Answers a tool's one-time check that the webhook address belongs to this installation."""
    connector = await webhooks.find_connector(pool, connector_id)
    tool = CONNECTORS[connector.type].resolve(connector.config) if connector else None
    answer = answer_challenge(tool, read_headers(request)) if tool else None
    if answer is None:
        raise Problem(404, "not_found", "this address answers only the challenge of a tool that sends one")
    return json_response(answer)


async def _verify_delivery(
    request: Request, body: bytes, connector: webhooks.WebhookConnector
) -> ingest.ReceivedDelivery:
    tool, egress = CONNECTORS[connector.type], EgressPolicy.parse(read_allowed(settings()))
    try:
        secrets = _open_secrets(connector)
        if takes_sns(tool):
            await run_in_threadpool(fetch_certificate, body, secrets, egress)
        sent = SentDelivery(
            connector.type,
            connector.config,
            read_headers(request),
            body,
            secrets,
            datetime.now(UTC),
            _rebuild_address(request),
            connector.origin.source,
        )
        delivery = await read_sent(request.app.state.computing, connector.workspace_id, sent)
    except (SignatureError, SecretError):
        raise _invalid_signature() from None
    if takes_sns(tool):
        await run_in_threadpool(confirm_subscription, body, egress)
    return delivery


@cache
def _make_decoy() -> webhooks.WebhookConnector:
    """A connector of nobody: deliveries to an unknown one take as long as those with a wrong signature."""
    sealed = open_vault().seal({"secret": token_urlsafe(32)}, NOBODY, NOBODY, WEBHOOK_SECRETS)
    return webhooks.WebhookConnector(NOBODY, NOBODY, "custom_api", {}, sealed)


def _open_secrets(connector: webhooks.WebhookConnector) -> list[str]:
    """The webhook secrets that are live."""
    secrets = open_vault().open(
        connector.webhook_secrets, connector.workspace_id, connector.connector_id, WEBHOOK_SECRETS
    )
    return [secrets[name] for name in sorted(secrets)]


def _rebuild_address(request: Request) -> str:
    """The address that the tool called, as it knows it: tools sign it, or carry the secret in its query."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{settings().public_url.rstrip('/')}{request.url.path}{query}"


def _invalid_signature() -> Problem:
    """401 with one text for an unknown connector and a wrong signature, so that it reveals neither."""
    return authentication_problem("invalid_signature", "the webhook's signature is missing or wrong")
