"""Rapid7 InsightIDR investigations and alerts: polled."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Some
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

INVESTIGATION = IssueMapping(
    name="investigation",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Has("status"), Some((Has("created_time"), Has("disposition"))))),
    title="title",
    body="alerts.0.type_description",
    severity="priority",
    status="status",
    service="source",
    team=("assignee.email", "assignee.name"),
    error_type=("alerts.0.type", "source"),
    source_created_at=("created_time", "first_alert_time"),
    resolved_at=("last_accessed", "latest_alert_time"),
    attributes={"disposition": "disposition", "responsibility": "responsibility", "tags": "tags"},
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("title"),
            Some(
                tuple(
                    Has(path) for path in ("alert_rrn", "alerted_at", "rule.rrn", "rule.name", "alert_type")
                )
            ),
        )
    ),
    title="title",
    body=("rule.name", "external_source", "alert_type_description"),
    severity=("priority", "severity"),
    status="status",
    service=("external_source", "alert_source", "type"),
    team=("assignee.email", "assignee.name"),
    error_type=("rule.name", "alert_type", "type"),
    source_created_at=("created_at", "alerted_at", "created_time"),
    resolved_at=("closed_at", "updated_at"),
    attributes={"disposition": "disposition"},
)

INVESTIGATION_SCHEMA = spec.RecordSchema(
    key="rrn", updated_at=("last_accessed", "latest_alert_time", "created_time")
)
FORMER_SCHEMA = spec.RecordSchema(key="id", updated_at=("last_accessed", "created_time"), kind="former")

CONNECTOR = spec.Connector(
    name="rapid7_insightidr",
    title="Rapid7 InsightIDR",
    category=spec.Category.SECURITY,
    docs_url="https://docs.rapid7.com/insightidr/insightidr-rest-api/",
    plan="growth",
    base_url="https://{region}.api.insight.rapid7.com",
    site=(),
    credentials=(
        spec.Field("api_key", "API key", help="An organization or user key of the Insight platform."),
    ),
    config=(
        spec.Field("region", "Region", default="us", choices=("us", "us2", "us3", "eu", "ca", "au", "ap")),
    ),
    auth=spec.Headers((("X-Api-Key", "{api_key}"),)),
    headers=(("Accept-version", "investigations-preview"),),
    pulls=(
        spec.Pull(
            name="investigations",
            path="/idr/v2/investigations",
            params=(("sort", "created_time,ASC"),),
            records="data",
            pages=spec.NumberedPages(size=100, size_param="size", page_param="index", first=0),
            schema=INVESTIGATION_SCHEMA,
            since=spec.Since(field="created_time", param="start_time"),
            refresh=spec.Refresh(path="/idr/v2/investigations/{id}", record=""),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="investigation",
                when=spec.Condition(path="investigation.rrn"),
                schema=INVESTIGATION_SCHEMA,
            ),
            spec.WebhookEvent(
                record="alert",
                when=spec.Condition(path="alert.rrn"),
                schema=spec.RecordSchema(key="rrn", updated_at=("updated_at", "created_at"), kind="alert"),
            ),
            spec.WebhookEvent(
                record="alerts",
                when=spec.Condition(path="alerts.0.rrn"),
                schema=spec.RecordSchema(key="rrn", updated_at=("updated_at", "created_at"), kind="alert"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alerted_at"),
                schema=spec.RecordSchema(key="rrn", updated_at=("updated_at", "created_at"), kind="alert"),
            ),
            spec.WebhookEvent(
                record="data",
                when=spec.Condition(path="data.0.alert_type"),
                schema=spec.RecordSchema(key="alert/{id}", updated_at=(), kind="alert_of_investigation"),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="rrn"), schema=INVESTIGATION_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="id"), schema=FORMER_SCHEMA),
        ),
        setup="An InsightConnect workflow that is triggered by an investigation posts it, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(ALERT, INVESTIGATION),
)
