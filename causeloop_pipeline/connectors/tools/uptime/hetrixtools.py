"""HetrixTools uptime and blacklist alerts, pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Pluck,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.CONDITION,
    when=Every((Has("monitor_id"), Has("monitor_status"))),
    title=Text("{monitor_name} is {monitor_status}"),
    body=("monitor_errors.New York", "monitor_errors"),
    severity="monitor_status",
    status="monitor_status",
    service=("monitor_name", "monitor_target"),
    error_type="monitor_type",
    team="monitor_category",
    external_url="monitor_target",
    source_created_at=Instant("timestamp", TimeFormat.EPOCH_SECONDS),
    firing_start=FiringStart.CHANGED,
    resolved_at=Instant("timestamp", TimeFormat.EPOCH_SECONDS),
    attributes={"category": "monitor_category", "errors": "monitor_errors"},
)
LISTED = IssueMapping(
    name="blacklist change",
    identifies=Identifies.CONDITION,
    when=Every((Has("monitor"), Has("blacklisted_now"))),
    title=(
        Text("{label} is on {blacklisted_now} blacklists"),
        Text("{monitor} is on {blacklisted_now} blacklists"),
    ),
    body=Pluck("blacklisted_on", "rbl"),
    status=Choose(Is("blacklisted_now", ("0",)), Literal("online"), Literal("offline")),
    service=("label", "monitor"),
    error_type=Literal("blacklisted"),
    external_url="links.report_link",
    attributes={"address": "monitor", "before": "blacklisted_before"},
)

CONNECTOR = spec.Connector(
    name="hetrixtools",
    title="HetrixTools",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.hetrixtools.com/uptime-monitoring-webhook-notifications/",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="monitor_id"),
                schema=spec.RecordSchema(
                    key="monitor_id", updated_at=("timestamp",), times=spec.TimeFormat.EPOCH_SECONDS
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="blacklisted_now"),
                schema=spec.RecordSchema(key="blacklist/{monitor}", updated_at=(), kind="blacklist"),
            ),
        ),
        setup="Add a webhook with the address; append ?token= and the secret.",
    ),
    issues=(ALERT, LISTED),
)
