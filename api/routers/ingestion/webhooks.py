"""Webhooks of external tools: proven by the tool's own signature, answered only when they are stored."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.auth.authenticate import unauthorized
from api.http.database import WorkspaceDatabase
from api.http.errors import Problem
from api.http.responses import gives, json_answer
from api.operation import Operation, Pool
from api.queries.ingestion import ingest, webhooks
from api.schemas.ingestion.webhooks import Delivered
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.inbound.signature import SignatureError
from causeloop_pipeline.landing.inbound.webhook import Received, challenge_answer, receive
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.connectors import WEBHOOK_SECRETS
from causeloop_pipeline.storage.app.vault import Vault

router = APIRouter(prefix="/v1/webhooks/inbound", tags=["ways in"], route_class=Operation)


@router.post("/{connector_id}", status_code=202, responses=gives(Delivered, 202, "Stored"))
async def receive_webhook(request: Request, pool: Pool, connector_id: UUID) -> Response:
    """Take a delivery whose signature is right; anything else is a 401 and leaves no trace."""
    body = await request.body()
    connector = await webhooks.find_connector(pool, connector_id)
    if connector is None:
        raise _unproven()
    received = _proven(request, body, connector)
    if not await webhooks.is_served(pool, connector.workspace_id):
        raise Problem(403, "organization_inactive", "the organization is not active")
    db = WorkspaceDatabase(pool, request.app.state.landing, connector.workspace_id)
    count = await ingest.land_delivery(
        db, connector_id, received.records, received.quarantined, received.delivery_id
    )
    told = {
        "received": count.read,
        "new": count.new,
        "updated": count.updated,
        "duplicate": count.duplicate,
        "quarantined": count.quarantined,
    }
    return json_answer(told, 202)


@router.get("/{connector_id}", responses=gives(dict[str, str], 200, "The answer to the tool's check"))
async def answer_webhook_challenge(request: Request, pool: Pool, connector_id: UUID) -> Response:
    """Answer a tool's one-time check that this address is ours."""
    connector = await webhooks.find_connector(pool, connector_id)
    answer = challenge_answer(CONNECTORS[connector.type], request.headers) if connector else None
    if answer is None:
        raise Problem(404, "not_found", "nothing is asked here")
    return json_answer(answer)


def _proven(request: Request, body: bytes, connector: webhooks.WebhookConnector) -> Received:
    vault = Vault.of(settings().required("secret_key"))
    secrets = vault.open(
        connector.webhook_secrets, connector.workspace_id, connector.connector_id, WEBHOOK_SECRETS
    )
    try:
        return receive(
            CONNECTORS[connector.type],
            headers=request.headers,
            body=body,
            secrets=[secrets[name] for name in sorted(secrets)],
            now=datetime.now(UTC),
            config=connector.config,
            url=settings().public_url.rstrip("/") + request.url.path,
        )
    except SignatureError:
        raise _unproven() from None


def _unproven() -> Exception:
    """The same for an unknown connector and a wrong signature: neither teaches anything."""
    return unauthorized("invalid_signature", "the signature is missing or wrong")
