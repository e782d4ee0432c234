"""Zendesk tickets: an endless incremental export whose cursor is kept, and signed event webhooks."""

from causeloop_pipeline.connectors import spec

CONNECTOR = spec.Connector(
    name="zendesk",
    title="Zendesk Support",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/",
    plan="free",
    base_url="https://{subdomain}.zendesk.com",
    credentials=(spec.Field("email", "Account e-mail"), spec.Field("api_token", "API token")),
    config=(spec.Field("subdomain", "Subdomain", "acme for acme.zendesk.com", pattern=r"[A-Za-z0-9-]+"),),
    auth=spec.Basic("{email}/token", "{api_token}"),
    pulls=(
        spec.Pull(
            name="tickets",
            path="/api/v2/incremental/tickets/cursor.json",
            records="tickets",
            pages=spec.TokenPages("after_cursor", "cursor", "end_of_stream", 1000, "per_page", durable=True),
            since=spec.Since("updated_at", param="start_time", format=spec.Times.EPOCH_SECONDS),
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
            spec.Event(
                "detail",
                add=(("event_type", "type"), ("event_time", "time")),
                shape=spec.Shape(updated_at=("event_time", "updated_at"), kind="event"),
            ),
        ),
        setup="Admin Center › Webhooks: subscribe to all ticket events; copy the signing secret.",
    ),
    rate_limit=spec.RateLimit("x-rate-limit-remaining", "ratelimit-reset"),
)
