"""HubSpot Service Hub tickets, searched in the order of their last change; workflows push them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Has,
    Instant,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

PROPERTIES = (
    "subject",
    "content",
    "hs_ticket_priority",
    "hs_pipeline",
    "hs_pipeline_stage",
    "hs_ticket_category",
    "hubspot_team_id",
    "createdate",
    "closed_date",
    "hs_lastmodifieddate",
)
TICKET = IssueMapping(
    name="ticket",
    identifies=Identifies.EVENT,
    when=Every((Has("properties"), Some((Has("properties.subject"), Has("properties.content"))))),
    title=("properties.subject.value", "properties.subject", "properties.content"),
    body=Different(("properties.content.value", "properties.content"), than="properties.subject"),
    severity=("properties.hs_ticket_priority.value", "properties.hs_ticket_priority"),
    status=(
        Text("stage {properties.hs_pipeline_stage.value}"),
        Text("stage {properties.hs_pipeline_stage}"),
    ),
    service=("properties.hs_ticket_category.value", "properties.hs_ticket_category"),
    team=("properties.hubspot_team_id.value", "properties.hubspot_team_id"),
    external_url="url",
    source_created_at=(
        "createdAt",
        "properties.createdate",
        Instant(("properties.createdate.value", "properties.createdate"), TimeFormat.EPOCH_MILLISECONDS),
    ),
    resolved_at=("properties.closed_date", "updatedAt"),
    attributes={
        "pipeline": ("properties.hs_pipeline.value", "properties.hs_pipeline"),
        "stage": ("properties.hs_pipeline_stage.value", "properties.hs_pipeline_stage"),
        "owner": ("properties.hubspot_owner_id.value", "properties.hubspot_owner_id"),
    },
)
FLAT = IssueMapping(
    name="flat ticket",
    identifies=Identifies.EVENT,
    when=Every((Has("subject"), Some((Has("hs_pipeline_stage"), Has("createdate"), Has("content"))))),
    title="subject",
    body=Different("content", than="subject"),
    severity="hs_ticket_priority",
    status=Text("stage {hs_pipeline_stage}"),
    service="hs_ticket_category",
    team="hubspot_team_id",
    external_url="url",
    source_created_at=("createdate", Instant("createdate", TimeFormat.EPOCH_MILLISECONDS)),
    resolved_at="closed_date",
    attributes={"pipeline": "hs_pipeline", "stage": "hs_pipeline_stage"},
)

CONNECTOR = spec.Connector(
    name="hubspot",
    title="HubSpot Service Hub",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://developers.hubspot.com/docs/api/crm/tickets",
    plan="growth",
    base_url="https://api.hubapi.com",
    credentials=(
        spec.Field("token", "Access token", help="Of a private app with the scope tickets (read)."),
    ),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="tickets",
            path="/crm/v3/objects/tickets",
            params=(("properties", ",".join(PROPERTIES)), ("archived", "false")),
            records="results",
            pages=spec.TokenPages(next_path="paging.next.after", param="after", size=100, size_param="limit"),
            schema=spec.RecordSchema(updated_at=("updatedAt", "properties.hs_lastmodifieddate")),
            since=spec.Since(field="updatedAt"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature(
                "x-hubspot-signature-v3",
                encoding="base64",
                signed="{method}{url}{body}{timestamp}",
                timestamp_header="x-hubspot-request-timestamp",
            ),
            spec.SharedSecret("x-causeloop-token"),
        ),
        ids_only=(
            spec.IdsOnly(
                when=spec.Condition(path="subscriptionType"),
                reason="HubSpot's subscriptions hold only the id of the ticket and one changed property: "
                "poll the tickets, or let a workflow post all properties",
            ),
        ),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="properties"),
                schema=spec.RecordSchema(
                    key="id",
                    updated_at=("updatedAt", "properties.hs_lastmodifieddate"),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="hs_object_id"),
                schema=spec.RecordSchema(key="hs_object_id", updated_at=("hs_lastmodifieddate",)),
            ),
        ),
        setup="Automation › Workflows: for tickets, the action “Send a webhook” (POST, all properties).",
    ),
    issues=(TICKET, FLAT),
)
