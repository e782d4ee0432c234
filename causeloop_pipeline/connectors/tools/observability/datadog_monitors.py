"""Datadog monitors and their alerts: listed with their present state, pushed by the webhooks integration."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.datadog_monitors import ENVIRONMENT, MONITOR, SERVICE, TEAM
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Match,
    Some,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

SITES = ("datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "datadoghq.eu", "ap1.datadoghq.com")
TEMPLATE = (
    '{"alert_id": "$ALERT_ID", "cycle_key": "$ALERT_CYCLE_KEY", "title": "$ALERT_TITLE", "transition": '
    '"$ALERT_TRANSITION", "alert_type": "$ALERT_TYPE", "priority": "$ALERT_PRIORITY", "body": '
    '"$TEXT_ONLY_MSG", "date": "$DATE", "last_updated": "$LAST_UPDATED", "link": "$LINK", "tags": "$TAGS"}'
)
MILLISECONDS = TimeFormat.EPOCH_MILLISECONDS
TITLE_PRIORITY = Match("title", r"^\[(P[1-5])\]")
TITLE_TRANSITION = Match(
    "title",
    r"\[(No data Recovered|Warn Recovered|Recovered|Re-Triggered|Triggered|No data|Warn|Renotify)\b",
)

SEARCH_RESULT = IssueMapping(
    name="monitor of a search",
    identifies=Identifies.CONDITION,
    when=Every((Has("name"), Has("status"), Has("query"))),
    title="name",
    severity=("priority", Tag("tags", "severity|priority")),
    status="status",
    service=(Tag("tags", SERVICE), Match("query", r"service:([A-Za-z0-9_./-]+)")),
    team=Tag("tags", TEAM),
    environment=(Tag("tags", ENVIRONMENT), Match("query", r"env:([A-Za-z0-9_./-]+)")),
    error_type=("type", "classification"),
    external_url=Text("https://app.{config.site}/monitors/{id}"),
    source_created_at=Instant("last_triggered_ts", TimeFormat.EPOCH_SECONDS),
    firing_start=FiringStart.CHANGED,
    attributes={"query": "query", "tags": "tags"},
)
ALERT = IssueMapping(
    name="webhook",
    identifies=Identifies.CONDITION,
    when=Some(
        (
            *(Has(name) for name in ("transition", "alert_transition", "alert_type", "alertTransition")),
            Every((Has("event_type"), Has("title"))),
        )
    ),
    title=("title", "alert_title", "event_title", "alertTitle", "message"),
    body=("body", "text_only_msg", "event_msg", "msg", "message"),
    severity=(
        "priority",
        "alert_priority",
        "severity",
        Tag("tags", "severity|priority"),
        "alert_type",
        TITLE_PRIORITY,
    ),
    status=("transition", "alert_transition", "alertTransition", "alert_status", TITLE_TRANSITION),
    service=(Tag("tags", SERVICE), "service", "hostname", "alert_scope"),
    team=Tag("tags", TEAM),
    environment=(Tag("tags", ENVIRONMENT), Tag("alert_scope", ENVIRONMENT)),
    error_type=("alert_metric", "metric", "event_type"),
    external_url=("link", "url"),
    source_created_at=(
        Instant("date", MILLISECONDS),
        "date",
        Instant("date_posix", TimeFormat.EPOCH_SECONDS),
    ),
    firing_start=FiringStart.CHANGED,
    resolved_at=(Instant(("last_updated", "date"), MILLISECONDS), "date"),
    attributes={"monitor": ("alert_id", "monitor_id"), "scope": ("alert_scope", "scopes"), "tags": "tags"},
)
MONITOR_SCHEMA = spec.RecordSchema(updated_at=("overall_state_modified", "modified", "created"))


def receive_event(path: str) -> spec.WebhookEvent:
    """A webhook's body whose alert is named at a path."""
    return spec.WebhookEvent(
        record="",
        when=spec.Condition(path=path),
        schema=spec.RecordSchema(
            key=path,
            updated_at=("last_updated", "date"),
            times=spec.TimeFormat.EPOCH_MILLISECONDS,
            kind="event",
        ),
    )


CONNECTOR = spec.Connector(
    name="datadog_monitors",
    title="Datadog Monitors",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.datadoghq.com/api/latest/monitors/#get-all-monitors",
    plan="starter",
    base_url="https://api.{site}",
    credentials=(
        spec.Field("api_key", "API key"),
        spec.Field("application_key", "Application key"),
    ),
    config=(spec.Field("site", "Site", required=False, default=SITES[0], choices=SITES),),
    auth=spec.Headers((("DD-API-KEY", "{api_key}"), ("DD-APPLICATION-KEY", "{application_key}"))),
    pulls=(
        spec.Pull(
            name="monitors",
            path="/api/v1/monitor",
            records="",
            pages=spec.NumberedPages(size=1000, size_param="page_size", page_param="page", first=0),
            schema=MONITOR_SCHEMA,
            since=spec.Since(field="overall_state_modified"),
            undescribed=("overall_state_modified",),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="monitors",
                when=spec.Condition(path="monitors.0.query"),
                schema=spec.RecordSchema(
                    updated_at=("last_triggered_ts",), times=spec.TimeFormat.EPOCH_SECONDS, kind="found"
                ),
            ),
            receive_event("alert_id"),  # the monitor's own id, as the list has it
            receive_event("monitor_id"),
            receive_event("alert_cycle_key"),
            receive_event("id"),
        ),
        setup=f"Integrations › Webhooks: custom header x-causeloop-token with the secret; payload {TEMPLATE}",
    ),
    issues=(MONITOR, ALERT, SEARCH_RESULT),
)
