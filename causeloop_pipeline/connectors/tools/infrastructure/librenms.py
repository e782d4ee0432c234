"""LibreNMS alerts, listed and pushed by an API transport."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.CONDITION,
    when=Every((Some((Has("title"), Has("name"), Has("rule_id"))), Some((Has("state"), Has("severity"))))),
    title=("title", Text("{hostname}: {name}"), Text("Rule {rule_id} on device {device_id}")),
    body=("msg", "faults", "notes", "info"),
    severity="severity",
    status=Text("state {state}"),
    service=("sysName", "hostname", "device_id"),
    error_type=("name", "rule_id"),
    team="sysContact",
    environment="location",
    external_url=("url", "link", Text("{config.base_url}/device/device={device_id}/tab=alerts/")),
    source_created_at="timestamp",
    firing_start=FiringStart.CHANGED,
    resolved_at="timestamp",
    attributes={"rule": "rule_id", "device": "device_id", "hardware": "hardware"},
)

CONNECTOR = spec.Connector(
    name="librenms",
    title="LibreNMS",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.librenms.org/API/Alerts/",
    plan="free",
    base_url="{base_url}",
    credentials=(spec.Field("token", "API token"),),
    auth=spec.Headers((("X-Auth-Token", "{token}"),)),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/api/v0/alerts",
            records="alerts",
            pages=spec.OnePage(),
            schema=spec.RecordSchema(key="id", updated_at=("timestamp",)),
            since=spec.Since(field="timestamp"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alert_id"),
                schema=spec.RecordSchema(key="alert_id", updated_at=("timestamp",)),
            ),
        ),
        setup="Alerts › Alert transports › API: POST, all fields of the alert as JSON.",
    ),
    issues=(ALERT,),
)
