"""Intercom conversations and tickets, searched by their last update and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Match,
    PlainText,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

ASSIGNED_TEAM = Match("team_assignee_id", r"^0*[1-9]\d*$")
"""The id of the team; 0 is none."""
TICKET = IssueMapping(
    name="ticket",
    identifies=Identifies.EVENT,
    when=Some((Is("type", ("ticket",)), Has("ticket_attributes"))),
    title=("ticket_attributes._default_title_", Text("Ticket {ticket_id}"), Text("Ticket {id}")),
    body=PlainText("ticket_attributes._default_description_"),
    severity=("ticket_attributes.Priority", "ticket_attributes.priority", "priority"),
    status=("ticket_state.category", "ticket_state", "state"),
    service=("ticket_type.name", "ticket_attributes.Product"),
    team=ASSIGNED_TEAM,
    source_created_at=Instant("created_at", TimeFormat.EPOCH_SECONDS),
    resolved_at=Instant("updated_at", TimeFormat.EPOCH_SECONDS),
    attributes={"number": "ticket_id", "category": "category", "assignee": "admin_assignee_id"},
)
SUBJECT = ("title", PlainText("source.subject"), PlainText("conversation_message.subject"))
CONVERSATION = IssueMapping(
    name="conversation",
    identifies=Identifies.EVENT,
    when=Every((Has("created_at"), Some((Has("source"), Has("conversation_message"), Has("state"))))),
    title=(
        *SUBJECT,
        PlainText("source.body"),
        PlainText("conversation_message.body"),
        Text("Conversation {id}"),
    ),
    body=(PlainText("source.body"), PlainText("conversation_message.body")),
    severity="priority",
    status=("state", Choose(Is("open", ("true",)), Literal("open"), Choose(Has("open"), Literal("closed")))),
    service=("custom_attributes.Product", "source.delivered_as"),
    team=(ASSIGNED_TEAM, "assignee.id"),
    external_url=("links.conversation_web", "source.url"),
    source_created_at=Instant("created_at", TimeFormat.EPOCH_SECONDS),
    resolved_at=Instant(("statistics.last_close_at", "updated_at"), TimeFormat.EPOCH_SECONDS),
    attributes={
        "tags": "tags.tags",
        "assignee": "admin_assignee_id",
        "contact": Match("source.author.id", r"\S+"),
    },
)
SCHEMA = spec.RecordSchema(updated_at=("updated_at", "created_at"), times=spec.TimeFormat.EPOCH_SECONDS)
TICKETS = spec.RecordSchema(
    key="ticket/{id}", updated_at=("updated_at", "created_at"), times=spec.TimeFormat.EPOCH_SECONDS
)
PAGES = spec.TokenPages(
    next_path="pages.next.starting_after",
    param="pagination.starting_after",
    size=150,
    size_param="pagination.per_page",
)

CONNECTOR = spec.Connector(
    name="intercom",
    title="Intercom",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations",
    plan="growth",
    base_url="https://api.intercom.io",
    credentials=(spec.Field("token", "Access token", help="Of an app of your own workspace."),),
    auth=spec.Bearer("{token}"),
    headers=(("Intercom-Version", "2.11"), ("Accept", "application/json")),
    pulls=(
        spec.Pull(
            name="conversations",
            path="/conversations/search",
            method="POST",
            params=(("query.field", "updated_at"), ("query.operator", ">")),
            records="conversations",
            pages=PAGES,
            schema=SCHEMA,
            since=spec.Since(field="updated_at", param="query.value", format=spec.TimeFormat.EPOCH_SECONDS),
        ),
        spec.Pull(
            name="tickets",
            path="/tickets/search",
            method="POST",
            params=(("query.field", "updated_at"), ("query.operator", ">")),
            records="tickets",
            pages=PAGES,
            schema=TICKETS,
            since=spec.Since(field="updated_at", param="query.value", format=spec.TimeFormat.EPOCH_SECONDS),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-hub-signature", algorithm="sha1", prefix="sha1="),),
        delivery_path="id",
        ignore=(spec.Condition(path="topic", values=frozenset({"ping"})),),
        events=(
            spec.WebhookEvent(
                record="data.item",
                when=spec.Condition(path="data.item.type", values=frozenset({"ticket"})),
                schema=TICKETS,
                add=(("topic", "topic"),),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="type", values=frozenset({"ticket"})),
                schema=TICKETS,
            ),
            spec.WebhookEvent(
                record="data.item.ticket",
                schema=TICKETS,
                add=(("topic", "topic"),),
            ),
            spec.WebhookEvent(record="data.item", schema=SCHEMA, add=(("topic", "topic"),)),
        ),
        setup="Developer Hub › Webhooks: subscribe to conversation and ticket topics.",
    ),
    issues=(TICKET, CONVERSATION),
)
