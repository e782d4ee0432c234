"""Datadog security signals and findings: polled, or pushed from our own payload template."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Some,
    Tag,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

SITES = ("datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "datadoghq.eu", "ap1.datadoghq.com")
TEMPLATE = (
    '{"signal_id": "$SECURITY_SIGNAL_ID", "title": "$SECURITY_SIGNAL_TITLE", '
    '"severity": "$SECURITY_SIGNAL_SEVERITY", "message": "$SECURITY_SIGNAL_MSG", '
    '"rule_name": "$SECURITY_RULE_NAME", "rule_id": "$SECURITY_RULE_ID", "tags": "$SECURITY_SIGNAL_TAGS", '
    '"link": "$LINK", "date": "$DATE"}'
)
CUSTOM = "attributes.attributes.custom"

FINDING = IssueMapping(
    name="finding",
    identifies=Identifies.EVENT,
    when=Some((Has(f"{CUSTOM}.finding_id"), Has("attributes.evaluation"))),
    title=(f"{CUSTOM}.title", f"{CUSTOM}.rule.name", "attributes.rule.name"),
    body=f"{CUSTOM}.description",
    severity=(f"{CUSTOM}.severity", "attributes.status"),
    status=Choose(
        Is((f"{CUSTOM}.workflow.mute.is_muted", "attributes.mute.muted"), ("true",)),
        Literal("muted"),
        (f"{CUSTOM}.status", "attributes.evaluation"),
    ),
    service=(
        Tag("attributes.tags", "service"),
        f"{CUSTOM}.resource_name",
        "attributes.resource",
    ),
    team=Tag("attributes.tags", "team"),
    environment=Tag("attributes.tags", "env"),
    error_type=(f"{CUSTOM}.rule.id", f"{CUSTOM}.finding_type", "attributes.rule.id"),
    source_created_at=(
        Instant(f"{CUSTOM}.first_seen_at", TimeFormat.EPOCH_MILLISECONDS),
        Instant(("attributes.timestamp", "attributes.evaluation_changed_at"), TimeFormat.EPOCH_MILLISECONDS),
        "attributes.timestamp",
    ),
    resolved_at=Instant(f"{CUSTOM}.detection_changed_at", TimeFormat.EPOCH_MILLISECONDS),
    attributes={"finding_type": f"{CUSTOM}.finding_type", "resource_type": f"{CUSTOM}.resource_type"},
)
SIGNAL = IssueMapping(
    name="signal",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("attributes.message"),
            Some((Has("attributes.custom"), Has("attributes.attributes"), Is("type", ("signal",)))),
        )
    ),
    title=(
        "attributes.custom.title",
        f"{CUSTOM}.title",
        "attributes.custom.workflow.rule.name",
        f"{CUSTOM}.workflow.rule.name",
        "attributes.message",
    ),
    body="attributes.message",
    severity=("attributes.custom.severity", f"{CUSTOM}.severity", "attributes.severity", "attributes.status"),
    status=(
        "attributes.custom.workflow.triage.state",
        f"{CUSTOM}.workflow.triage.state",
        "attributes.custom.triage.state",
    ),
    service=(
        Tag("attributes.tags", "service"),
        "attributes.service",
        Tag("attributes.tags", "host"),
        Tag("attributes.tags", "source"),
    ),
    team=Tag("attributes.tags", "team"),
    environment=Tag("attributes.tags", "env"),
    error_type=(
        Tag("attributes.tags", "technique"),
        Tag("attributes.tags", "tactic"),
        "attributes.custom.workflow.rule.id",
        f"{CUSTOM}.workflow.rule.id",
    ),
    source_created_at=(
        Instant("attributes.timestamp", TimeFormat.EPOCH_MILLISECONDS),
        "attributes.timestamp",
    ),
    attributes={"tags": "attributes.tags"},
)
PUSHED_SIGNAL = IssueMapping(
    name="signal of our template",
    identifies=Identifies.EVENT,
    when=Every((Has("signal_id"), Has("title"))),
    title="title",
    body="message",
    severity="severity",
    service=Tag("tags", "service|host|source"),
    team=Tag("tags", "team"),
    environment=Tag("tags", "env"),
    error_type=("rule_id", "rule_name"),
    external_url="link",
    source_created_at=Instant("date", TimeFormat.EPOCH_MILLISECONDS),
)

SIGNAL_SCHEMA = spec.RecordSchema(key="id", updated_at=("attributes.timestamp",))
FINDING_SCHEMA = spec.RecordSchema(
    key="finding/{id}",
    updated_at=(f"{CUSTOM}.detection_changed_at", "attributes.evaluation_changed_at", "attributes.timestamp"),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
    kind="finding",
)

CONNECTOR = spec.Connector(
    name="datadog_security",
    title="Datadog Security Signals",
    category=spec.Category.SECURITY,
    docs_url="https://docs.datadoghq.com/api/latest/security-monitoring/",
    plan="growth",
    base_url="https://api.{site}",
    credentials=(
        spec.Field("api_key", "API key"),
        spec.Field("application_key", "Application key", help="With security_monitoring_signals_read."),
    ),
    config=(spec.Field("site", "Site", required=False, default=SITES[0], choices=SITES),),
    auth=spec.Headers((("DD-API-KEY", "{api_key}"), ("DD-APPLICATION-KEY", "{application_key}"))),
    pulls=(
        spec.Pull(
            name="signals",
            path="/api/v2/security_monitoring/signals",
            params=(("sort", "timestamp"),),
            records="data",
            pages=spec.TokenPages(
                next_path="meta.page.after", param="page[cursor]", size=1000, size_param="page[limit]"
            ),
            schema=SIGNAL_SCHEMA,
            since=spec.Since(field="attributes.timestamp", param="filter[from]"),
        ),
        spec.Pull(
            name="findings",
            path="/api/v2/security/findings",
            params=(("filter[query]", "@status:open"),),
            records="data",
            pages=spec.TokenPages(
                next_path="meta.page.after", param="page[cursor]", size=150, size_param="page[limit]"
            ),
            schema=FINDING_SCHEMA,
            since=spec.Since(field=f"{CUSTOM}.detection_changed_at"),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="signal_id"),
                schema=spec.RecordSchema(
                    key="signal_id",
                    updated_at=("date",),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="event",
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="type", values=frozenset({"finding"})),
                schema=FINDING_SCHEMA,
            ),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="attributes.timestamp"), schema=SIGNAL_SCHEMA
            ),
        ),
        setup=f"Integrations › Webhooks: header x-causeloop-token with the secret; payload {TEMPLATE}; "
        "then a notification rule for security signals that names the webhook.",
    ),
    issues=(FINDING, SIGNAL, PUSHED_SIGNAL),
)
