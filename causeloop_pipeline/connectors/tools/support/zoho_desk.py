"""Zoho Desk tickets, searched by their last change and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, PlainText, Some
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

TICKET = IssueMapping(
    name="ticket",
    identifies=Identifies.EVENT,
    when=Every((Has("subject"), Some((Has("ticketNumber"), Has("createdTime"), Has("status"))))),
    title="subject",
    body=PlainText("description"),
    severity="priority",
    status=("statusType", "status"),
    service=("product.productName", "productName", "productId", "department.name", "departmentId"),
    error_type=("subCategory", "category", "classification"),
    team=("team.name", "teamId"),
    external_url="webUrl",
    source_created_at="createdTime",
    resolved_at=("closedTime", "modifiedTime"),
    attributes={"number": "ticketNumber", "channel": "channel", "escalated": "isEscalated"},
)
SCHEMA = spec.RecordSchema(updated_at=("modifiedTime", "customerResponseTime", "createdTime"))

DATA_CENTERS = ("com", "eu", "in", "com.au", "com.cn", "jp", "sa", "uk")
"""Zoho's own domains, desk.zoho.…: a domain of anybody else would be given the client's secret."""

CONNECTOR = spec.Connector(
    name="zoho_desk",
    title="Zoho Desk",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://desk.zoho.com/DeskAPIDocument#Tickets",
    plan="growth",
    base_url="https://desk.zoho.{tld}",
    site=("organization",),
    credentials=(
        spec.Field("client_id", "Client ID", help="Of a self client in the Zoho API console."),
        spec.Field("client_secret", "Client secret"),
        spec.Field(
            "refresh_token", "Refresh token", help="With the scopes Desk.search.READ and Desk.tickets.READ."
        ),
    ),
    config=(
        spec.Field("tld", "Data center", required=False, default="com", choices=DATA_CENTERS),
        spec.Field("organization", "Organization ID", pattern=r"\d+"),
    ),
    auth=spec.OAuth2(
        token_url="https://accounts.zoho.{tld}/oauth/v2/token",
        grant="refresh_token",
        template="Zoho-oauthtoken {token}",
        more=(("orgId", "{organization}"),),
    ),
    pulls=(
        spec.Pull(
            name="tickets",
            path="/api/v1/tickets/search",
            params=(("sortBy", "modifiedTime"),),
            records="data",
            pages=spec.OffsetPages(offset_param="from"),
            schema=SCHEMA,
            since=spec.Since(
                field="modifiedTime",
                param="modifiedTimeRange",
                template="{since},{until}",
                format="%Y-%m-%dT%H:%M:%S.000Z",
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="payload", schema=SCHEMA, add=(("event_type", "eventType"),)),
            spec.WebhookEvent(record="", when=spec.Condition(path="ticketNumber"), schema=SCHEMA),
        ),
        setup="Setup › Developer space › Webhooks: ticket events; append ?token= and the secret.",
    ),
    issues=(TICKET,),
)
