"""Freshdesk tickets, listed by their last update and pushed by automation rules."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.named_errors import find_error
from causeloop_pipeline.connectors.mapping.expressions import Different, Every, Has, PlainText, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

TICKET = IssueMapping(
    name="ticket",
    identifies=Identifies.EVENT,
    when=Every((Has("subject"), Has("status"))),
    title="subject",
    body=("description_text", PlainText("description"), PlainText("structured_description")),
    severity=Text("priority {priority}"),
    status=Text("status {status}"),
    service=("product_name", "product_id", "custom_fields.cf_product"),
    error_type=find_error("subject"),
    team=("group_name", "group_id"),
    environment="custom_fields.cf_environment",
    external_url=(
        "url",
        Text("{config.base_url}/a/tickets/{id}"),
        Text("https://{config.domain}/a/tickets/{id}"),
    ),
    source_created_at="created_at",
    resolved_at=("stats.resolved_at", "stats.closed_at", "updated_at"),
    attributes={"tags": "tags", "source": "source", "company": "company_id", "escalated": "is_escalated"},
)
PUSHED = IssueMapping(
    name="automation rule",
    identifies=Identifies.EVENT,
    when=Has("ticket_subject"),
    title="ticket_subject",
    body=Different(PlainText("ticket_description"), than="ticket_subject"),
    severity=Text("priority {ticket_priority}"),
    status=Text("status {ticket_status}"),
    service=("ticket_product_description", "ticket_product_name"),
    error_type=find_error("ticket_subject"),
    team=("ticket_group_name", "ticket_group"),
    external_url=("ticket_url", "ticket_public_url"),
    source_created_at=("ticket_created_at", "ticket_created_on"),
    attributes={"source": "ticket_source", "company": "ticket_company_name", "tags": "ticket_tags"},
)

CONNECTOR = spec.Connector(
    name="freshdesk",
    title="Freshdesk",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://developers.freshdesk.com/api/#list_all_tickets",
    plan="starter",
    base_url="https://{domain}",
    credentials=(spec.Field("api_key", "API key", help="Of an agent who may read all tickets."),),
    config=(spec.Field("domain", "Domain", help="acme.freshdesk.com", pattern=spec.HOST),),
    auth=spec.Basic("{api_key}", "X"),
    pulls=(
        spec.Pull(
            name="tickets",
            path="/api/v2/tickets",
            params=(("order_by", "updated_at"), ("order_type", "asc"), ("include", "description,stats")),
            records="",
            pages=spec.LinkPages(),
            schema=spec.RecordSchema(),
            since=spec.Since(
                field="updated_at",
                param="updated_since",
                ascending=True,
                restart_after=29_900,  # no page after the 300th
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="freshdesk_webhook",
                schema=spec.RecordSchema(key="ticket_id", updated_at=("ticket_updated_at",), kind="event"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="ticket_id"),
                schema=spec.RecordSchema(key="ticket_id", updated_at=("ticket_updated_at",), kind="event"),
            ),
        ),
        setup=(
            "Admin › Automations › Ticket updates: the action “Trigger webhook” with all ticket placeholders "
            "as JSON and the custom header X-Causeloop-Token."
        ),
    ),
    issues=(PUSHED, TICKET),
)
