"""Zammad tickets, listed newest first and pushed by webhooks of triggers."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, PlainText, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.ticket_marker import Unmarked
from causeloop_pipeline.model.issue import Identifies

TICKET = IssueMapping(
    name="ticket",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("title"), Has("number"))),
    title="title",
    body=(PlainText("article.body"), "note"),
    severity=("priority.name", "priority"),
    status=("state.name", "state"),
    service=("service", "product", Tag("tags", "service"), "group.name", "group"),
    error_type=("type", "category"),
    team=("group.name", "group"),
    environment=("environment", Tag("tags", "env|environment")),
    external_url=Text("{config.base_url}/#ticket/zoom/{id}"),
    source_created_at="created_at",
    resolved_at=("close_at", "updated_at"),
    attributes={"number": "number", "channel": "create_article_type", "articles": "article_count"},
)
SCHEMA = spec.RecordSchema(keep=Unmarked(("note",)))

CONNECTOR = spec.Connector(
    name="zammad",
    title="Zammad",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://docs.zammad.org/en/latest/api/ticket/index.html",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("token", "Access token", help="Profile › Token access, with the permission ticket.agent."),
    ),
    config=(
        spec.Field(
            "base_url",
            "Address of Zammad",
            help="Such as https://help.acme.example.",
            pattern=r"https?://\S+",
        ),
        spec.Field(
            "ticket_group",
            "Group for tickets",
            help="Its name, such as Users.",
            required=False,
        ),
        spec.Field(
            "ticket_customer",
            "Customer of tickets",
            help="A mail address in whose name they are opened.",
            required=False,
            pattern=r"[^\s@]+@[^\s@]+",
        ),
    ),
    auth=spec.Headers((("Authorization", "Token token={token}"),)),
    pulls=(
        spec.Pull(
            name="tickets",
            path="/api/v1/tickets/search",
            params=(("query", "*"), ("expand", "true"), ("sort_by", "updated_at"), ("order_by", "desc")),
            records="",
            pages=spec.NumberedPages(),
            schema=SCHEMA,
            since=spec.Since(field="updated_at", newest_first=True),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-hub-signature", algorithm="sha1", prefix="sha1="),),
        delivery_header="x-zammad-delivery",
        events=(spec.WebhookEvent(record="ticket", schema=SCHEMA, add=(("article", "article"),)),),
        setup="Manage › Webhooks with the address and the secret as HMAC SHA1 signature token, and a trigger "
        "that calls it when a ticket is created or updated.",
    ),
    issues=(TICKET,),
    tickets=True,
)
