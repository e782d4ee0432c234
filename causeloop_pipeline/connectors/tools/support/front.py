"""Front conversations, listed by events and pushed by rules and application webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    PlainText,
    SeverityLabel,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

CONVERSATION = IssueMapping(
    name="conversation",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("status"), Has("created_at"))),
    title=("subject", PlainText("last_message.blurb"), Text("Conversation {id}")),
    body=("last_message.text", PlainText("last_message.body"), "last_message.blurb"),
    severity=SeverityLabel("tags"),
    status=("status_category", "status"),
    service=(Tag("tags", "service|product"), "inbox.name", "tags.0.name"),
    team=(Tag("tags", "team"), "assignee.email", "assignee.username"),
    environment=Tag("tags", "env|environment"),
    external_url=("links.0.external_url", "_links.self", Text("https://app.frontapp.com/open/{id}")),
    source_created_at=Instant("created_at", TimeFormat.EPOCH_SECONDS),
    resolved_at=Instant(("updated_at", "last_message.created_at"), TimeFormat.EPOCH_SECONDS),
    attributes={"tags": "tags", "recipient": "recipient.handle"},
)
SCHEMA = spec.RecordSchema(
    updated_at=("updated_at", "last_message.created_at", "created_at"), times=spec.TimeFormat.EPOCH_SECONDS
)

CONNECTOR = spec.Connector(
    name="front",
    title="Front",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://dev.frontapp.com/reference/list-conversations",
    plan="growth",
    base_url="https://api2.frontapp.com",
    site=(),
    credentials=(spec.Field("token", "API token", help="With read access to shared resources."),),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="conversations",
            path="/conversations",
            records="_results",
            pages=spec.NextUrlPages(url="_pagination.next", size=100, size_param="limit"),
            schema=SCHEMA,
            since=spec.Since(field="created_at", newest_first=True),
            refresh=spec.Refresh(path="/conversations/{id}", record=""),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature(
                "x-front-signature",
                encoding="base64",
                signed="{timestamp}:{body}",
                timestamp_header="x-front-request-timestamp",
            ),
            spec.HmacSignature("x-front-signature", algorithm="sha1", encoding="base64"),
        ),
        delivery_path="id",
        events=(
            spec.WebhookEvent(
                record="payload.conversation",
                schema=SCHEMA,
                add=(("event_type", "type"),),
            ),
            spec.WebhookEvent(record="conversation", schema=SCHEMA, add=(("event_type", "type"),)),
        ),
        setup="Settings › Rules: the action “Send to a webhook”; or an app with application webhooks.",
    ),
    issues=(CONVERSATION,),
)
