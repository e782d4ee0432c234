"""Pulsetic monitors, pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Instant, Text, TimeFormat
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.CONDITION,
    when=Every((Has("alert_type"), Has("monitor"))),
    title=(Text("{monitor.name}: {alert_type}"), Text("{monitor.url}: {alert_type}")),
    body="monitor.reason",
    severity="alert_type",
    status="alert_type",
    service=("monitor.name", "monitor.url"),
    external_url="monitor.url",
    source_created_at=("time", Instant("time", TimeFormat.EPOCH_SECONDS)),
    firing_start=FiringStart.CHANGED,
    resolved_at=("time", Instant("time", TimeFormat.EPOCH_SECONDS)),
)

CONNECTOR = spec.Connector(
    name="pulsetic",
    title="Pulsetic",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://help.pulsetic.com/en/articles/7013410-webhooks",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="monitor.id"),
                schema=spec.RecordSchema(key="monitor.id", updated_at=()),
            ),
        ),
        setup="Add a webhook with the address; append ?token= and the secret.",
    ),
    issues=(ALERT,),
)
