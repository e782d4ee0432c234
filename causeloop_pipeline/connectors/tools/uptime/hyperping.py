"""Hyperping checks, pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Instant, Text, TimeFormat
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.CONDITION,
    when=Every((Has("event"), Has("check.url"))),
    title=Text("{check.url}: {event}"),
    body="pings.0.statusMessage",
    severity="event",
    status="event",
    service=("check.name", "check.url"),
    error_type=Text("HTTP {check.status}"),
    environment="pings.0.location",
    external_url="check.url",
    source_created_at=Instant("check.date", TimeFormat.EPOCH_MILLISECONDS),
    firing_start=FiringStart.CHANGED,
    resolved_at=Instant("check.date", TimeFormat.EPOCH_MILLISECONDS),
    attributes={"downtime": "check.downtime", "status_code": "check.status"},
)

CONNECTOR = spec.Connector(
    name="hyperping",
    title="Hyperping",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://hyperping.com/docs/integrations/webhooks",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="check.url"),
                schema=spec.RecordSchema(
                    key="check.url", updated_at=("check.date",), times=spec.TimeFormat.EPOCH_MILLISECONDS
                ),
            ),
        ),
        setup="Add a webhook with the address; append ?token= and the secret.",
    ),
    issues=(ALERT,),
)
