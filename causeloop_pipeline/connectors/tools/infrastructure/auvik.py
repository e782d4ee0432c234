"""Auvik network alerts, pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Is, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
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

HISTORY = IssueMapping(
    name="alert of the API",
    identifies=Identifies.EVENT,
    when=Every((Is("type", ("alertHistory", "alertHistoryInfo")), Has("attributes.name"))),
    title="attributes.name",
    body="attributes.description",
    severity="attributes.severity",
    status="attributes.status",
    error_type="attributes.name",
    source_created_at="attributes.detectedOn",
    attributes={"entity": "relationships.entity.data.id", "tenant": "relationships.tenant.data.id"},
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
            *(
                spec.WebhookEvent(
                    record="data",
                    when=spec.Condition(path=path),
                    schema=spec.RecordSchema(key="id", updated_at=("attributes.detectedOn",), kind="history"),
                )
                for path in ("data.0.attributes.detectedOn", "data.attributes.detectedOn")
            ),
        ),
        setup="Add a webhook with the address; append ?token= and the secret.",
    ),
    issues=(ALERT, HISTORY),
)
