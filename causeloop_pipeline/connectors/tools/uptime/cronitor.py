"""Cronitor alerts of jobs and heartbeats, pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Match,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import FiringStart, Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.CONDITION,
    when=Every((Has("id"), Has("monitor"), Has("type"))),
    title=(Text("{monitor}: {description}"), Text("{monitor}: {type}")),
    body=("description", "issue"),
    severity=("severity", "type"),
    status="type",
    service="monitor",
    error_type="rule",
    team="group",
    environment=("environment", Match("description", r"(?:^|\n)Environment: (\S+)")),
    external_url=("issue_url", "monitor_url"),
    source_created_at=("timestamp", Instant("timestamp", TimeFormat.EPOCH_SECONDS)),
    firing_start=FiringStart.CHANGED,
    attributes={"rule": "rule"},
)

LISTED = IssueMapping(
    name="monitor of the API",
    identifies=Identifies.CONDITION,
    when=Every((Has("key"), Has("name"), Is("passing", ("false",)))),
    title=Text("{name} is failing"),
    status=Literal("alert"),
    service="name",
    team="group",
    environment="environments.0",
    source_created_at=Instant("latest_event.stamp", TimeFormat.EPOCH_SECONDS),
    firing_start=FiringStart.CHANGED,
    attributes={"type": "type"},
)

CONNECTOR = spec.Connector(
    name="cronitor",
    title="Cronitor",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://cronitor.io/docs/webhooks",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="id"),
                schema=spec.RecordSchema(key="id", updated_at=()),
            ),
            spec.WebhookEvent(
                record="monitors",
                when=spec.Condition(path="monitors.0.key"),
                schema=spec.RecordSchema(
                    key="monitor/{key}", updated_at=(), kind="monitor", keep=Among("passing", ("false",))
                ),
            ),
        ),
        setup="Add a webhook with the address; append ?token= and the secret.",
    ),
    issues=(ALERT, LISTED),
)
