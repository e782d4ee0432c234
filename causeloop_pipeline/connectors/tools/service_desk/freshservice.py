"""Freshservice incidents by their last update, its changes, and webhooks of the workflow automator."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Has,
    Literal,
    Not,
    PlainText,
    Some,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

TICKET = IssueMapping(
    name="ticket",
    identifies=Identifies.EVENT,
    when=Every((Has("subject"), Some((Has("status"), Has("priority"))), Has("id"), Not(Has("change_type")))),
    title="subject",
    body=(Different("description_text", than="subject"), PlainText("description")),
    severity=("priority", "priority_name"),
    status=("status", "status_name"),
    service=(
        "custom_fields.service",
        "custom_fields.affected_service",
        "impacted_services.0.name",
        Tag("tags", "service|svc"),
        "category",
    ),
    error_type=("item_category", "sub_category"),
    team=("group.name", "group_name", Tag("tags", "team"), "group_id"),
    environment=("custom_fields.environment", Tag("tags", "env|environment")),
    external_url=Text("https://{config.domain}.freshservice.com/a/tickets/{id}"),
    source_created_at="created_at",
    resolved_at=("stats.resolved_at", "stats.closed_at", "resolved_at", "closed_at", "updated_at"),
    attributes={"number": "id", "type": "type", "tags": "tags", "category": "category"},
)
PUSHED = IssueMapping(
    name="webhook",
    identifies=Identifies.EVENT,
    when=Has("ticket_subject"),
    title="ticket_subject",
    body=PlainText("ticket_description"),
    severity="ticket_priority",
    status="ticket_status",
    service=("ticket_service", "ticket_category", "ticket_product_description"),
    error_type=("ticket_item_category", "ticket_sub_category"),
    team=("ticket_group_name", "ticket_department_name"),
    environment="ticket_environment",
    external_url=(
        "ticket_url",
        "ticket_public_url",
        Text("https://{config.domain}.freshservice.com/a/tickets/{ticket_id}"),
    ),
    source_created_at="ticket_created_at",
    resolved_at=("ticket_resolved_at", "ticket_closed_at"),
    attributes={"number": "ticket_id", "type": "ticket_type", "tags": "ticket_tags"},
)
CHANGE = ChangeMapping(
    name="change",
    when=Every((Has("subject"), Has("change_type"))),
    change_kind=Literal("change"),
    title="subject",
    service=("impacted_services.0.name", "category"),
    environment="custom_fields.environment",
    external_url=Text("https://{config.domain}.freshservice.com/a/changes/{id}"),
    changed_at=("planned_start_date", "planned_end_date"),
)
TICKET_RECORD = spec.RecordSchema()

CONNECTOR = spec.Connector(
    name="freshservice",
    title="Freshservice",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://api.freshservice.com/#view_all_ticket",
    plan="starter",
    base_url="https://{domain}.freshservice.com",
    credentials=(
        spec.Field("api_key", "API key", help="Profile settings of an agent who may view tickets."),
    ),
    config=(spec.Field("domain", "Domain", help="acme for acme.freshservice.com", pattern=spec.HOST_LABEL),),
    auth=spec.Basic("{api_key}", "X"),
    pulls=(
        spec.Pull(
            name="tickets",
            path="/api/v2/tickets",
            params=(("type", "Incident"), ("include", "stats")),
            records="tickets",
            pages=spec.LinkPages(),
            schema=TICKET_RECORD,
            since=spec.Since(field="updated_at", param="updated_since"),
        ),
        spec.Pull(
            name="changes",
            path="/api/v2/changes",
            records="changes",
            pages=spec.LinkPages(),
            # Under review or closed: what is only planned has not taken effect.
            schema=spec.RecordSchema(key="change/{id}", kind="change", keep=Among("status", ("5", "6"))),
            since=spec.Since(field="updated_at", param="updated_since"),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            *(
                spec.WebhookEvent(
                    record=wrapper,
                    schema=spec.RecordSchema(key="ticket_id", updated_at=("ticket_updated_at",)),
                )
                for wrapper in ("freshservice_webhook", "freshdesk_webhook")
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="ticket_subject"),
                schema=spec.RecordSchema(key="ticket_id", updated_at=("ticket_updated_at",)),
            ),
            spec.WebhookEvent(record="ticket", schema=TICKET_RECORD),
        ),
        setup=(
            "Admin › Workflow Automator: on every incident event, trigger a webhook as JSON to the address "
            "with the header X-Causeloop-Token and the ticket's fields, ticket_id as {{ticket.id_numeric}}."
        ),
    ),
    rate_limit=spec.RateLimit(),
    issues=(PUSHED, TICKET),
    changes=(CHANGE,),
)
