"""CrowdStrike Falcon LogScale: alerts pushed by webhook actions, and log events that name a severity."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Literal,
    Some,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

ALERT = IssueMapping(
    name="alert of a webhook action",
    identifies=Identifies.EVENT,
    when=Every((Has("alert.name"), Has("alert.id"))),
    title="alert.name",
    body=("alert.description", "alert.query.queryString"),
    severity=("severity", "alert.severity", "events.0.severity", "events.0.loglevel"),
    status=("status", Literal("triggered")),
    service=("events.0.service", r"events.0.#service", r"events.0.#host", r"events.0.host", "repository"),
    environment=("events.0.environment", "events.0.env"),
    error_type=("events.0.error", r"events.0.#type"),
    external_url=("url", "alert.url"),
    source_created_at=(Instant("timestamp", TimeFormat.EPOCH_MILLISECONDS), "timestamp"),
    attributes={"repository": "repository", "events": "numberOfEvents", "labels": "alert.labels"},
)
EVENT = IssueMapping(
    name="log event",
    identifies=Identifies.EVENT,
    when=Every((Has("@id"), Some((Has("loglevel"), Has("severity"))))),
    title=("message", "error", "@rawstring"),
    body="@rawstring",
    severity=("severity", "loglevel"),
    status=Literal("triggered"),
    service=("service", "#service", "#host", "host", "#repo"),
    environment=("environment", "env"),
    error_type=("error", "exception", "#type"),
    source_created_at=(Instant("@timestamp", TimeFormat.EPOCH_MILLISECONDS), "timestamp"),
    attributes={"repository": "#repo"},
)

CONNECTOR = spec.Connector(
    name="crowdstrike_logscale",
    title="CrowdStrike Falcon LogScale",
    category=spec.Category.SECURITY,
    docs_url="https://library.humio.com/data-analysis/automated-actions-webhooks.html",
    plan="growth",
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alert.id"),
                schema=spec.RecordSchema(key="{alert.id}/{timestamp}", updated_at=(), kind="alert"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="@id"),
                schema=spec.RecordSchema(key="@id", updated_at=(), kind="log_event"),
            ),
        ),
        setup="Alerts › Actions › Webhook: the default message body; header x-causeloop-token with the "
        "secret.",
    ),
    issues=(ALERT, EVENT),
)
