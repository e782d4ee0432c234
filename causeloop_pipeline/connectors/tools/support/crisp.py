"""Crisp conversations, listed page by page and pushed by website hooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    SeverityLabel,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

CONVERSATION = IssueMapping(
    name="conversation",
    identifies=Identifies.EVENT,
    when=Every((Has("session_id"), Has("state"))),
    title=("meta.subject", "topic", "last_message", Text("Conversation {session_id}")),
    body="last_message",
    severity=SeverityLabel("meta.segments"),
    status="state",
    service=("meta.segments.0", "website_id"),
    team="assigned.user_id",
    external_url=Text("https://app.crisp.chat/website/{website_id}/inbox/{session_id}/"),
    source_created_at=Instant("created_at", TimeFormat.EPOCH_MILLISECONDS),
    resolved_at=Instant("updated_at", TimeFormat.EPOCH_MILLISECONDS),
    attributes={"segments": "meta.segments", "country": "meta.device.geolocation.country"},
)
STATE = IssueMapping(
    name="state change",
    identifies=Identifies.EVENT,
    when=Every((Has("session_id"), Has("data.state"))),
    title=Text("Conversation {session_id}"),
    status="data.state",
    external_url=Text("https://app.crisp.chat/website/{website_id}/inbox/{session_id}/"),
)
SCHEMA = spec.RecordSchema(
    key="session_id", updated_at=("updated_at", "created_at"), times=spec.TimeFormat.EPOCH_MILLISECONDS
)

CONNECTOR = spec.Connector(
    name="crisp",
    title="Crisp",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://docs.crisp.chat/references/rest-api/v1/#list-conversations",
    plan="starter",
    base_url="https://api.crisp.chat",
    site=("website",),
    credentials=(
        spec.Field("identifier", "Token identifier", help="Of a plugin of your website."),
        spec.Field("key", "Token key"),
    ),
    config=(spec.Field("website", "Website ID", pattern=r"[0-9a-fA-F-]{36}"),),
    auth=spec.Basic("{identifier}", "{key}"),
    headers=(("X-Crisp-Tier", "plugin"),),
    pulls=(
        spec.Pull(
            name="conversations",
            path="/v1/website/{website}/conversations/{page}",
            records="data",
            pages=spec.PathPages(size=50, size_param="per_page"),
            schema=SCHEMA,
            since=spec.Since(field="updated_at", param="filter_date_start", format="%Y-%m-%dT%H:%M:%S.000Z"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature(
                "x-crisp-signature",
                signed="[{timestamp};{body}]",
                timestamp_header="x-crisp-request-timestamp",
            ),
        ),
        events=(
            spec.WebhookEvent(
                record="data",
                when=spec.Condition(path="data.session_id"),
                schema=spec.RecordSchema(
                    key="session_id",
                    updated_at=("event_at",),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="event",
                ),
                add=(("website_id", "website_id"), ("event_at", "timestamp"), ("event_type", "event")),
            ),
        ),
        setup="Settings › Advanced › Web hooks: session:set_state, with the signing secret.",
    ),
    issues=(CONVERSATION, STATE),
)
