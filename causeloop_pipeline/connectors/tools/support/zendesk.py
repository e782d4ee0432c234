"""Zendesk tickets: an endless incremental export whose cursor is stored, and signed event webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Every,
    Has,
    Literal,
    Match,
    Not,
    Some,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping

PAGE = Concat(
    (
        Match("url", r"^(https?://[^/]+)/api/v2/tickets/\d+\.json$"),
        Literal("/agent/tickets/"),
        Match("url", r"/api/v2/tickets/(\d+)\.json$"),
    )
)
TICKET = IssueMapping(
    name="ticket",
    when=Every(
        (
            Some((Has("subject"), Has("raw_subject"), Every((Has("status"), Has("priority"))))),
            Not(Has("detail")),  # the envelope of an event, whose subject is no title
        )
    ),
    title=("subject", "raw_subject", "title", "description"),
    body="description",
    severity="priority",
    status="status",
    service=(Tag("tags", "service|product"), "brand_id"),
    error_type=Tag("tags", "error"),
    team=(Tag("tags", "team"), "group.name", "group_id"),
    environment=Tag("tags", "env|environment"),
    external_url=(PAGE, "url"),
    source_created_at="created_at",
    resolved_at="updated_at",
    attributes={
        "tags": "tags",
        "type": "type",
        "channel": "via.channel",
        "organization_id": Text("{organization_id}"),
        "region": Tag("tags", "region"),
    },
)

CONNECTOR = spec.Connector(
    name="zendesk",
    title="Zendesk Support",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/",
    plan="free",
    base_url="https://{subdomain}.zendesk.com",
    credentials=(
        spec.Field("email", "Account e-mail"),
        spec.Field("api_token", "API token"),
    ),
    config=(
        spec.Field("subdomain", "Subdomain", help="acme for acme.zendesk.com", pattern=r"[A-Za-z0-9-]+"),
    ),
    auth=spec.Basic("{email}/token", "{api_token}"),
    pulls=(
        spec.Pull(
            name="tickets",
            path="/api/v2/incremental/tickets/cursor.json",
            records="tickets",
            pages=spec.TokenPages(
                next_path="after_cursor",
                param="cursor",
                last_path="end_of_stream",
                durable=True,
            ),
            since=spec.Since(field="updated_at", param="start_time", format=spec.TimeFormat.EPOCH_SECONDS),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature(
                "x-zendesk-webhook-signature",
                encoding="base64",
                signed="{timestamp}{body}",
                timestamp_header="x-zendesk-webhook-signature-timestamp",
            ),
        ),
        delivery_header="x-zendesk-webhook-invocation-id",
        delivery_path="id",
        events=(
            spec.WebhookEvent(
                record="detail",
                schema=spec.RecordSchema(updated_at=("event_time", "updated_at"), kind="event"),
                add=(("event_type", "type"), ("event_time", "time")),
            ),
        ),
        setup="Admin Center › Webhooks: subscribe to all ticket events; copy the signing secret.",
    ),
    rate_limit=spec.RateLimit(remaining="x-rate-limit-remaining", reset="ratelimit-reset"),
    issues=(TICKET,),
)
