"""Sumo Logic Cloud SIEM insights and signals: polled by their last change, pushed by actions."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

INSIGHT = IssueMapping(
    name="insight",
    identifies=Identifies.EVENT,
    when=Every((Has("name"), Some((Has("readableId"), Has("status.name"), Has("resolution"))))),
    title="name",
    body="description",
    severity="severity",
    status=("status.name", "status"),
    service=("entity.hostname", "entity.name", "entity.value"),
    team=("teamAssignedTo", "assignee.displayName", "assignedTo"),
    error_type=("signals.0.ruleId", "signals.0.stage"),
    source_created_at=("created", "timestamp"),
    resolved_at=("closed", "lastUpdated"),
    attributes={
        "readable_id": "readableId",
        "confidence": "confidence",
        "resolution": "resolution",
        "tags": "tags",
    },
)
SIGNAL = IssueMapping(
    name="signal",
    identifies=Identifies.EVENT,
    when=Every((Has("name"), Some((Has("ruleId"), Has("stage"))))),
    title="name",
    body=("summary", "description"),
    severity=Text("level {severity}"),
    service=("entity.hostname", "entity.name", "entity.value"),
    error_type=("ruleId", "stage"),
    source_created_at=("timestamp", "created"),
    attributes={"stage": "stage", "rule": "ruleId", "suppressed": "suppressed", "tags": "tags"},
)

INSIGHT_SCHEMA = spec.RecordSchema(updated_at=("lastUpdated", "closed", "created"))
SIGNAL_SCHEMA = spec.RecordSchema(key="signal/{id}", updated_at=("timestamp",), kind="signal")

CONNECTOR = spec.Connector(
    name="sumo_logic_cloud_siem",
    title="Sumo Logic Cloud SIEM",
    category=spec.Category.SECURITY,
    docs_url="https://api.sumologic.com/docs/sec/",
    plan="growth",
    base_url="https://api.{deployment}",
    site=(),
    credentials=(spec.Field("access_id", "Access ID"), spec.Field("access_key", "Access key")),
    config=(
        spec.Field(
            "deployment",
            "Deployment",
            help="sumologic.com for us1, or us2.sumologic.com, eu.sumologic.com, …",
            default="sumologic.com",
            pattern=r"([a-z0-9]+\.)?sumologic\.com",
        ),
    ),
    auth=spec.Basic("{access_id}", "{access_key}"),
    pulls=(
        spec.Pull(
            name="insights",
            path="/api/sec/v1/insights",
            records="data.objects",
            pages=spec.OffsetPages(size=100, more="data.hasNextPage"),
            schema=INSIGHT_SCHEMA,
            since=spec.Since(field="lastUpdated", param="q", template="lastUpdated:>={since}"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record="data", when=spec.Condition(path="data.id"), schema=INSIGHT_SCHEMA),
            spec.WebhookEvent(record="insight", schema=INSIGHT_SCHEMA),
            spec.WebhookEvent(record="EntityResult", schema=SIGNAL_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="readableId"), schema=INSIGHT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="ruleId"), schema=SIGNAL_SCHEMA),
        ),
        setup="Configuration › Actions › HTTP POST v2 with this address, and the header x-causeloop-token "
        "holding the secret.",
    ),
    issues=(INSIGHT, SIGNAL),
)
