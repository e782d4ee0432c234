"""Cloudflare notifications: their history, and webhooks; and firewall events as Logpush writes them."""

from datetime import timedelta

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

NOTIFICATION = IssueMapping(
    name="webhook",
    when=Every((Has("text"), Some((Has("alert_type"), Has("name"))))),
    title=("name", "alert_type"),
    body=Different("text", than="name"),
    severity=("data.severity", "severity", "data.impact", "data.incident_impact"),
    status=(
        "alert_event",
        "data.alert_event",
        "data.status",
        "data.new_health",
        "data.new_status",
        "data.incident_status",
    ),
    service=(
        "data.zone_name",
        "data.zones.0.name",
        "data.unreachable_zones.0.zone_name",
        "data.pool_name",
        "data.name",
        "data.project_name",
        "data.tunnel_name",
        "data.hostname",
        "data.target_hostname",
        "data.target_zone_name",
        "data.affected_components.0.name",
    ),
    environment="data.environment",
    error_type="alert_type",
    external_url=("data.link", "data.dashboard_link", "data.dashboard_url", "data.incident_url"),
    source_created_at=Instant("ts", TimeFormat.EPOCH_SECONDS),
    resolved_at=Instant("ts", TimeFormat.EPOCH_SECONDS),
    attributes={"account": "account_id", "policy": ("policy_id", "policy_name")},
)
HISTORY = IssueMapping(
    name="history",
    when=Every((Has("sent"), Has("alert_type"))),
    title=("name", "alert_type"),
    body=Different(("alert_body", "description"), than="name"),
    status=("alert_body.alert_event", "alert_body.data.status"),
    service=("alert_body.data.zone_name", "alert_body.data.pool_name", "alert_body.data.name"),
    error_type="alert_type",
    source_created_at="sent",
    resolved_at="sent",
    attributes={"policy": "policy_id", "mechanism": "mechanism_type"},
)
FIREWALL = IssueMapping(
    name="firewall event",
    when=Every((Has("RayID"), Has("Action"), Has("ClientIP"))),
    title=(
        Text("Firewall {Action}: {ClientRequestMethod} {ClientRequestHost}{ClientRequestPath}"),
        Text("Firewall {Action}: {ClientIP}"),
    ),
    body=("Description", "ClientRequestUserAgent"),
    service="ClientRequestHost",
    error_type=("Source", "Kind"),
    source_created_at=(
        Instant("Datetime"),
        Instant("Datetime", TimeFormat.EPOCH_NANOSECONDS),
    ),
    attributes={
        "rule": "RuleID",
        "address": "ClientIP",
        "country": "ClientCountry",
        "status": "EdgeResponseStatus",
    },
)


def event(path: str, key: str) -> spec.WebhookEvent:
    """A notification that is identified by what stands at a key."""
    return spec.WebhookEvent(
        record="",
        when=spec.Condition(path=path),
        schema=spec.RecordSchema(
            key=key, updated_at=("ts",), times=spec.TimeFormat.EPOCH_SECONDS, kind="notification"
        ),
    )


CONNECTOR = spec.Connector(
    name="cloudflare",
    title="Cloudflare Notifications",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://developers.cloudflare.com/api/resources/alerting/subresources/history/methods/list/",
    plan="free",
    base_url="https://api.cloudflare.com/client/v4",
    credentials=(spec.Field("token", "API token", help="With the permission Notifications Read."),),
    config=(spec.Field("account", "Account ID", pattern=r"[0-9a-f]{32}"),),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="history",
            path="/accounts/{account}/alerting/v3/history",
            records="result",
            pages=spec.NumberedPages(size=1000),
            schema=spec.RecordSchema(updated_at=("sent",), embedded=("alert_body",)),
            since=spec.Since(field="sent", param="since", until_param="before", overlap=timedelta(hours=1)),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("cf-webhook-auth"), spec.SharedSecret("x-causeloop-token")),
        events=(
            event("alert_correlation_id", "alert_correlation_id"),
            event("data.incident_id", "data.incident_id"),
            event("policy_id", "{policy_id}/{ts}"),
            event("ts", "{alert_type}/{ts}"),
            event("text", "{text}"),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="RayID"),
                schema=spec.RecordSchema(key="RayID", updated_at=(), kind="firewall"),
            ),
        ),
        setup="Notifications › Destinations › Webhooks: the address and the secret.",
    ),
    issues=(NOTIFICATION, HISTORY, FIREWALL),
)
