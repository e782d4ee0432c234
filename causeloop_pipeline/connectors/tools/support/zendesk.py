"""Zendesk tickets by an endless export whose cursor is stored, signed webhooks, and the audit log."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Every,
    Has,
    Join,
    Kind,
    Literal,
    Match,
    Not,
    Some,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.mapping.spaced_tags import match_tag
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

PAGE = Concat(
    (
        Match("url", r"^(https?://[^/]+)/api/v2/tickets/\d+\.json$"),
        Literal("/agent/tickets/"),
        Match("url", r"/api/v2/tickets/(\d+)\.json$"),
    )
)
TICKET = IssueMapping(
    name="ticket",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Some(
                (
                    *(Has("subject"), Has("raw_subject")),
                    Every((Has("status"), Some((Has("priority"), Has("description"))))),
                )
            ),
            Not(Has("detail")),  # the envelope of an event, whose subject is not a title
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
    external_url=(PAGE, "url", Text("https://{config.subdomain}.zendesk.com/agent/tickets/{id}")),
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
PLACES = ("", "ticket_", "ticket.")


def placed(*names: str) -> tuple[str, ...]:
    """Where a body that people write themselves may hold a placeholder of a ticket."""
    return tuple(f"{place}{name}" for name in names for place in PLACES)


FULL_ADDRESS = tuple(Match(path, r"^https?://\S+") for path in placed("link", "url"))
WITHOUT_SCHEME = tuple(Match(path, r"^[\w.-]+/(?:agent/)?tickets/\d+$") for path in placed("url", "link"))
TRIGGERED = IssueMapping(
    name="body of a trigger",
    identifies=Identifies.EVENT,
    # The first two are in Zendesk's own events, the others in its fields, views and triggers.
    when=Every(
        (
            Kind(("event",)),
            Not(Some(tuple(Has(path) for path in ("detail", "event_time", "active", "raw_title")))),
        )
    ),
    title=placed("title", "subject"),
    body=placed("description", "latest_comment", "latest_public_comment"),
    severity=tuple(Match(path, r"[A-Za-z].*") for path in placed("priority")),
    status=placed("status"),
    service=tuple(match_tag(path, "service|product") for path in placed("tags")),
    error_type=tuple(match_tag(path, "error") for path in placed("tags")),
    team=(
        *(match_tag(path, "team") for path in placed("tags")),
        *placed("group_name", "group.name", "group"),
    ),
    environment=tuple(match_tag(path, "env|environment") for path in placed("tags")),
    external_url=(*FULL_ADDRESS, *(Concat((Literal("https://"), url)) for url in WITHOUT_SCHEME)),
    # Without "with_timestamp" Zendesk writes a date in the words of the account's language.
    source_created_at=placed("created_at_with_timestamp", "created_at"),
    resolved_at=placed("updated_at_with_timestamp", "updated_at"),
    attributes={"tags": placed("tags"), "type": placed("ticket_type", "type")},
)
AUDIT = ChangeMapping(
    name="entry of the audit log",
    when=Every((Has("source_type"), Some((Has("action"), Has("action_label"))))),
    change_kind=Literal("config_change"),
    title=Join(
        (
            Join((("action_label", "action"), "source_type", "source_label")),
            "change_description",
        ),
        " · ",
    ),
    changed_at="created_at",
)
AUDIT_SCHEMA = spec.RecordSchema(
    key="audit/{id}",
    updated_at=("created_at",),
    kind="change",
    keep=Among("action", ("create", "update", "destroy")),
)
TRIGGER_EVENTS = tuple(
    spec.WebhookEvent(
        record="",
        when=spec.Condition(path=text),
        schema=spec.RecordSchema(key=key, updated_at=(time,), kind="event"),
    )
    for text, key, time in (
        ("ticket_title", "ticket_id", "updated_at_with_timestamp"),
        ("ticket_subject", "ticket_id", "updated_at_with_timestamp"),
        ("ticket.title", "ticket.id", "ticket.updated_at_with_timestamp"),
        ("ticket.subject", "ticket.id", "ticket.updated_at_with_timestamp"),
        ("title", "id", "updated_at_with_timestamp"),
        ("subject", "id", "updated_at_with_timestamp"),
    )
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
    config=(spec.Field("subdomain", "Subdomain", help="acme for acme.zendesk.com", pattern=spec.HOST_LABEL),),
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
            spec.WebhookEvent(record="ticket", when=spec.Condition(path="ticket.raw_subject")),
            *TRIGGER_EVENTS,
            spec.WebhookEvent(record="audit_logs", schema=AUDIT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="change_description"), schema=AUDIT_SCHEMA),
        ),
        setup="Admin Center › Webhooks: subscribe to all ticket events, or call it from a "
        "trigger with id, title, status, priority, link, created_at_with_timestamp; copy the signing secret.",
    ),
    rate_limit=spec.RateLimit(remaining="x-rate-limit-remaining", reset="ratelimit-reset"),
    issues=(TRIGGERED, TICKET),
    changes=(AUDIT,),
)
