"""Auvik network alerts, pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping

ALERT = IssueMapping(
    name="alert",
    when=Every((Has("alertId"), Has("alertName"))),
    title=(Text("{entityName}: {alertName}"), "alertName"),
    body="alertDescription",
    severity="alertSeverityString",
    status="alertStatusString",
    service="entityName",
    error_type=("entityType", "alertName"),
    team="companyName",
    external_url="link",
    source_created_at="date",
    resolved_at="date",
    attributes={"company": "companyName", "correlation": "correlationId"},
)

CONNECTOR = spec.Connector(
    name="auvik",
    title="Auvik",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://support.auvik.com/hc/en-us/articles/360031007111",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alertId"),
                schema=spec.RecordSchema(key="alertId", updated_at=("date",)),
            ),
        ),
        setup="Add a webhook with the address; append ?token= and the secret.",
    ),
    issues=(ALERT,),
)
