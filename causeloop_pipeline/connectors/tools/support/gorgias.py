"""Gorgias tickets, listed newest first and pushed by HTTP integrations."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    PlainText,
    SeverityLabel,
    Some,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

TICKET = IssueMapping(
    name="ticket",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Some((Has("created_datetime"), Has("opened_datetime"))), Has("status"))),
    title=("subject", "excerpt", Text("Ticket {id}")),
    body=("excerpt", PlainText("messages.0.body_html"), "messages.0.body_text"),
    severity=("priority", SeverityLabel("tags")),
    status="status",
    service=(Tag("tags", "service|product"), "channel"),
    team=("assignee_team.name", "assignee_user.email"),
    environment=Tag("tags", "env|environment"),
    external_url=(
        Text("{config.base_url}/app/ticket/{id}"),
        "uri",
        Text("https://{config.domain}.gorgias.com/app/ticket/{id}"),
    ),
    source_created_at=("created_datetime", "opened_datetime"),
    resolved_at=("closed_datetime", "updated_datetime"),
    attributes={"tags": "tags", "via": "via", "language": "language"},
)
SCHEMA = spec.RecordSchema(updated_at=("updated_datetime", "created_datetime"))

CONNECTOR = spec.Connector(
    name="gorgias",
    title="Gorgias",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://developers.gorgias.com/reference/list-tickets",
    plan="starter",
    base_url="https://{domain}.gorgias.com",
    credentials=(spec.Field("email", "E-mail"), spec.Field("api_key", "API key")),
    config=(spec.Field("domain", "Domain", help="acme for acme.gorgias.com", pattern=spec.HOST_LABEL),),
    auth=spec.Basic("{email}", "{api_key}"),
    pulls=(
        spec.Pull(
            name="tickets",
            path="/api/tickets",
            params=(("order_by", "updated_datetime:desc"),),
            records="data",
            pages=spec.TokenPages(next_path="meta.next_cursor", param="cursor", size=100, size_param="limit"),
            schema=SCHEMA,
            since=spec.Since(field="updated_datetime", newest_first=True),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="ticket", schema=SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="id"), schema=SCHEMA),
        ),
        setup="Settings › Integrations › HTTP: on ticket created and updated, POST {{ticket}} as JSON.",
    ),
    issues=(TICKET,),
)
