"""Armis alerts on devices: searched by query, or pushed by policy actions."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Some
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("alertId"), Some((Has("title"), Has("type"), Has("description"))))),
    title=("title", "description", "type"),
    body=("description", "classification"),
    severity="severity",
    status="status",
    service=("affectedDevicesNames.0", "deviceNames.0", "policyTitle", "deviceIds.0"),
    team=("policyOwner", "assignee"),
    error_type=("type", "classification"),
    external_url=("alertUrl", "url"),
    source_created_at=("time", "createdTime"),
    resolved_at=("statusChangeTime", "lastAlertUpdateTime"),
    attributes={"policy": "policyId", "devices": "deviceIds", "activities": "activityUUIDs"},
)

ALERT_SCHEMA = spec.RecordSchema(
    key="alertId", updated_at=("lastAlertUpdateTime", "statusChangeTime", "time")
)

CONNECTOR = spec.Connector(
    name="armis",
    title="Armis",
    category=spec.Category.SECURITY,
    docs_url="https://integration-docs.armis.com/docs/search-api",
    plan="enterprise",
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="data.results", schema=ALERT_SCHEMA),
            spec.WebhookEvent(record="alert", schema=ALERT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="alertId"), schema=ALERT_SCHEMA),
        ),
        setup="Settings › Integrations › Webhook, header x-causeloop-token with the secret; then a "
        "policy whose action sends alerts to it.",
    ),
    issues=(ALERT,),
)
