"""OneLogin events: failed and denied sign-ins, and what an administrator changed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Choose,
    Has,
    Is,
    Join,
    Literal,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

FAILED_SIGN_IN, REFUSED_ACCESS = "6", "90"
RISKY = 50

EVENT = IssueMapping(
    name="event",
    identifies=Identifies.EVENT,
    when=Some((Has("event_type_id"), Has("event_type_name"))),
    title=(
        "event_type_name",
        "error_description",
        Choose(Is("event_type_id", (FAILED_SIGN_IN,)), Literal("Sign-in to OneLogin failed")),
        Choose(Is("event_type_id", (REFUSED_ACCESS,)), Literal("Unauthorized access")),
        Text("OneLogin event {event_type_id}"),
    ),
    body=Join(("error_description", "notes", "custom_message")),
    severity=(
        Band("risk_score", ((75, "critical"), (50, "high"), (0, "medium"))),
        Literal("warning"),
    ),
    status=Literal("failed"),
    service=("app_name", "directory_name"),
    error_type=("event_type_name", "event_type_id"),
    source_created_at=("created_at", "event_timestamp"),
    attributes={"user_name": "user_name", "ip": "ipaddr", "risk_score": "risk_score"},
)


def is_failure(event: spec.Record) -> bool:
    """Failed sign-ins, refused access, whatever names an error, and what OneLogin itself finds risky."""
    kind = str(event.get("event_type_id"))
    failed = kind in {FAILED_SIGN_IN, REFUSED_ACCESS} or "FAILED" in str(event.get("event_type_name"))
    risk = event.get("risk_score")
    return failed or bool(event.get("error_description")) or (isinstance(risk, int | float) and risk >= RISKY)


CONNECTOR = spec.Connector(
    name="onelogin",
    title="OneLogin",
    category=spec.Category.SECURITY,
    docs_url="https://developers.onelogin.com/api-docs/1/events/get-events",
    plan="starter",
    base_url="https://{subdomain}.onelogin.com",
    credentials=(
        spec.Field("client_id", "Client ID", help="Of API credentials with the scope Read All."),
        spec.Field("client_secret", "Client secret"),
    ),
    config=(
        spec.Field("subdomain", "Subdomain", help="acme for acme.onelogin.com", pattern=spec.HOST_LABEL),
    ),
    auth=spec.OAuth2(token_url="/auth/oauth2/v2/token", client_in="header", encoding="json"),
    pulls=(
        spec.Pull(
            name="events",
            path="/api/1/events",
            params=(("sort", "+created_at"),),
            records="data",
            pages=spec.TokenPages(
                next_path="pagination.after_cursor", param="after_cursor", size=50, size_param="limit"
            ),
            schema=spec.RecordSchema(updated_at=("created_at",), keep=is_failure),
            since=spec.Since(field="created_at", param="since"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="0.uuid"),
                schema=spec.RecordSchema(
                    key="uuid", updated_at=("event_timestamp",), kind="event", keep=is_failure
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="uuid"),
                schema=spec.RecordSchema(
                    key="uuid", updated_at=("event_timestamp",), kind="event", keep=is_failure
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="id"),
                schema=spec.RecordSchema(updated_at=("created_at",), keep=is_failure),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="created_at"),
                schema=spec.RecordSchema(
                    key="{created_at}/{event_type_id}/{user_id}", updated_at=("created_at",), keep=is_failure
                ),
            ),
        ),
        setup="Developers › Webhooks › New Event Broadcaster, format JSON array, custom header "
        "x-causeloop-token with the secret.",
    ),
    issues=(EVENT,),
)
