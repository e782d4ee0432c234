"""Kustomer conversations, listed by their last update and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Is,
    Not,
    SeverityLabel,
    Some,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

CONVERSATION = IssueMapping(
    name="conversation",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("attributes.status"),
            Some((Has("attributes.createdAt"), Has("attributes.name"))),
            Some((Not(Has("type")), Is("type", ("conversation",)))),
        )
    ),
    title=("attributes.name", "attributes.preview", Text("Conversation {id}")),
    body="attributes.preview",
    severity=(Text("priority {attributes.priority}"), SeverityLabel("attributes.tags")),
    status="attributes.status",
    service=(
        Tag("attributes.tags", "service|product"),
        "attributes.queue.name",
        "attributes.custom.productStr",
    ),
    team=("attributes.assignedTeams.0",),
    environment=Tag("attributes.tags", "env|environment"),
    external_url=(
        "links.web",
        "links.self",
        Text("https://{config.organization}.kustomerapp.com/app/conversations/{id}"),
    ),
    source_created_at="attributes.createdAt",
    resolved_at=("attributes.lastDone.createdAt", "attributes.endedAt", "attributes.updatedAt"),
    attributes={"channels": "attributes.channels", "tags": "attributes.tags"},
)
SCHEMA = spec.RecordSchema(
    updated_at=("attributes.updatedAt", "attributes.modifiedAt", "attributes.createdAt")
)

CONNECTOR = spec.Connector(
    name="kustomer",
    title="Kustomer",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://developer.kustomer.com/kustomer-api-docs/reference/getconversations",
    plan="growth",
    base_url="https://{organization}.api.kustomerapp.com",
    credentials=(spec.Field("token", "API key", help="With the permission to read conversations."),),
    config=(spec.Field("organization", "Organization", pattern=spec.HOST_LABEL),),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="conversations",
            path="/v1/conversations",
            records="data",
            pages=spec.NumberedPages(size=100, size_param="pageSize"),
            schema=SCHEMA,
            since=spec.Since(field="attributes.updatedAt"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-kustomer-signature"),),
        delivery_path="id",
        events=(
            spec.WebhookEvent(
                record="data", when=spec.Condition(path="data.attributes.status"), schema=SCHEMA
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="attributes.status"), schema=SCHEMA),
        ),
        setup="Settings › Platform › Webhooks: conversation events.",
    ),
    issues=(CONVERSATION,),
)
