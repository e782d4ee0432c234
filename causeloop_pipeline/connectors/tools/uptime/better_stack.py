"""Better Stack incidents, listed newest first and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Is,
    Literal,
    Not,
    PlainText,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Not(Is("type", ("monitor", "heartbeat"))),
            Some((Has("attributes.name"), Has("attributes.cause"))),
        )
    ),
    title=("attributes.name", "attributes.cause"),
    body="attributes.cause",
    severity=Choose(Is("attributes.critical_alert", ("true",)), Literal("critical alert"), Literal("alert")),
    status=(
        Choose(Has("attributes.resolved_at"), Literal("resolved")),
        Choose(Has("attributes.acknowledged_at"), Literal("acknowledged")),
        "attributes.status",
        Literal("started"),
    ),
    service=("attributes.name", "attributes.url"),
    error_type="attributes.cause",
    team=("attributes.team_name",),
    external_url=("attributes.origin_url", "attributes.url"),
    source_created_at="attributes.started_at",
    resolved_at="attributes.resolved_at",
    attributes={"regions": "attributes.regions", "response": "attributes.response_content"},
)
MONITOR = IssueMapping(
    name="monitor or heartbeat",
    identifies=Identifies.CONDITION,
    when=Every((Is("type", ("monitor", "heartbeat")), Has("attributes.status"))),
    title=(
        Text("{attributes.pronounceable_name} is {attributes.status}"),
        Text("{attributes.name} is {attributes.status}"),
    ),
    severity=Literal("alert"),
    status="attributes.status",
    service=("attributes.pronounceable_name", "attributes.name", "attributes.url"),
    team="attributes.team_name",
    external_url="attributes.url",
    source_created_at=("attributes.last_checked_at", "attributes.updated_at"),
    resolved_at=("attributes.last_checked_at", "attributes.updated_at"),
)
REPORT = IssueMapping(
    name="report of a status page",
    identifies=Identifies.EVENT,
    when=Every((Has("name"), Some((Has("incident_updates"), Has("page.status_indicator"))))),
    title="name",
    body=PlainText("incident_updates.0.body"),
    severity="page.status_indicator",
    status="page.status_indicator",
    team="page.id",
    external_url="shortlink",
    source_created_at="created_at",
    resolved_at="updated_at",
)
MONITOR_SCHEMA = spec.RecordSchema(
    key="{type}/{id}",
    updated_at=("attributes.last_checked_at", "attributes.updated_at"),
    kind="monitor",
    keep=Among("attributes.status", ("down", "missed", "validating")),
)
SCHEMA = spec.RecordSchema(
    updated_at=("attributes.resolved_at", "attributes.acknowledged_at", "attributes.started_at")
)

CONNECTOR = spec.Connector(
    name="better_stack",
    title="Better Stack",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://betterstack.com/docs/uptime/api/list-all-incidents/",
    plan="free",
    base_url="https://uptime.betterstack.com",
    site=(),
    credentials=(spec.Field("token", "API token"),),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/api/v3/incidents",
            records="data",
            pages=spec.NextUrlPages(url="pagination.next", size=50, size_param="per_page"),
            schema=SCHEMA,
            since=spec.Since(field="attributes.started_at", newest_first=True),
            refresh=spec.Refresh(path="/api/v3/incidents/{id}", record="data"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            *(
                spec.WebhookEvent(
                    record="data",
                    when=spec.Condition(path=path, values=frozenset({"monitor", "heartbeat"})),
                    schema=MONITOR_SCHEMA,
                )
                for path in ("data.type", "data.0.type")
            ),
            spec.WebhookEvent(record="data", when=spec.Condition(path="data.attributes"), schema=SCHEMA),
            # What a status page sends to those who subscribed to it.
            spec.WebhookEvent(
                record="incident",
                when=spec.Condition(path="page.status_indicator"),
                schema=spec.RecordSchema(key="report/{id}", kind="report"),
                add=(("page", "page"),),
            ),
        ),
        setup="Integrations › Exporting data › Outgoing webhooks: incidents, all actions.",
    ),
    issues=(MONITOR, INCIDENT, REPORT),
)
