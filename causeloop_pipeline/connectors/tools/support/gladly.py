"""Gladly conversations, pushed by webhooks and listed by events."""

from dataclasses import replace
from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, SeverityLabel, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

CONVERSATION = IssueMapping(
    name="conversation",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("id"),
            Has("status"),
            Some((Has("topicIds"), Has("customerId"), Has("inboxId"), Has("assignee"))),
        )
    ),
    title=("topics.0.name", "topicIds.0", Text("Conversation {id}")),
    severity=SeverityLabel("topicIds"),
    status=("status.value", "status"),
    service=("inboxId", "topicIds.0"),
    team=("assignee.inboxId", "assignee.agentId", "inboxId"),
    source_created_at="createdAt",
    resolved_at=("status.createdAt", "closedAt"),
    attributes={"topics": "topicIds", "customer": "customerId"},
)
PUSHED = IssueMapping(
    name="event",
    identifies=Identifies.EVENT,
    when=Has("content.conversationId"),
    title=("content.topics.0.name", Text("Conversation {content.conversationId}")),
    status=("content.status", "type"),
    service="content.inboxId",
    source_created_at="timestamp",
    attributes={"event": "type"},
)
LISTED = replace(
    PUSHED,
    name="listed event",
    when=Has("context.conversationId"),
    title=Text("Conversation {context.conversationId}"),
    status=("content.status", "type", "entity"),
)

CONNECTOR = spec.Connector(
    name="gladly",
    title="Gladly",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://developer.gladly.com/rest/#tag/Events",
    plan="growth",
    base_url="https://{organization}.gladly.com",
    credentials=(spec.Field("email", "Agent e-mail"), spec.Field("api_token", "API token")),
    config=(spec.Field("organization", "Organization", pattern=spec.HOST_LABEL),),
    auth=spec.Basic("{email}", "{api_token}"),
    pulls=(
        spec.Pull(
            name="events",
            path="/api/v1/events",
            params=(("entities", "CONVERSATION"),),
            records="",
            pages=spec.OnePage(),
            schema=spec.RecordSchema(
                key="context.conversationId", updated_at=("timestamp",), kind="listed_event"
            ),
            since=spec.Since(
                field="timestamp", param="startAt", until_param="endAt", window=timedelta(hours=24)
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.BasicSecret()),
        events=(
            spec.WebhookEvent(
                record="content.conversation",
                schema=spec.RecordSchema(updated_at=("event_at",)),
                add=(("event_at", "timestamp"),),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="content.conversationId"),
                schema=spec.RecordSchema(
                    key="content.conversationId", updated_at=("timestamp",), kind="event"
                ),
            ),
        ),
        setup="Settings › Webhooks: conversation events, basic authentication, the secret as password.",
    ),
    issues=(CONVERSATION, PUSHED, LISTED),
)
