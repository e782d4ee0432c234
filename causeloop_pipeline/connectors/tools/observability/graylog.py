"""Graylog events: searched by their time, pushed by HTTP notifications, also by those of former versions."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Different,
    Every,
    Has,
    Literal,
    Match,
    Some,
    Source,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

# 4 is critical since version 5.2; before, 3 was the highest.
PRIORITIES = ((4, "critical"), (3, "high"), (2, "normal"), (0, "low"))


def map_event(name: str, prefix: str) -> IssueMapping:
    """An event at a path, beside its definition."""
    title: Source = ("event_definition_title", f"{prefix}message", f"{prefix}event_definition_title")
    return IssueMapping(
        name=name,
        identifies=Identifies.EVENT,
        when=Every(
            (Has(f"{prefix}timestamp"), Some((Has(f"{prefix}event_definition_id"), Has(f"{prefix}priority"))))
        ),
        title=title,
        body=Different((f"{prefix}message", "event_definition_description", "backlog.0.message"), than=title),
        severity=Band(f"{prefix}priority", PRIORITIES),
        # An event has no end.
        status=Literal("alert"),
        service=(
            f"{prefix}fields.service",
            f"{prefix}fields.application_name",
            f"{prefix}group_by_fields.service",
            f"{prefix}group_by_fields.application_name",
            "backlog.0.fields.application_name",
            f"{prefix}source",
        ),
        team=(f"{prefix}fields.team",),
        environment=(f"{prefix}fields.environment", f"{prefix}fields.env", "backlog.0.fields.environment"),
        error_type=(
            "event_definition_title",
            # A message of an aggregation is `<title>: count()=31`.
            Match(f"{prefix}message", r"^(.+): [a-z]+\("),
            f"{prefix}event_definition_type",
            "event_definition_type",
        ),
        external_url=Text(f"{{config.base_url}}/alerts/{{{prefix}id}}/replay-search"),
        source_created_at=f"{prefix}timestamp",
        attributes={
            "definition": f"{prefix}event_definition_id",
            "key": f"{prefix}key",
            "query": f"{prefix}replay_info.query",
        },
    )


FORMER_ALERT = IssueMapping(
    name="alarm callback of version 2",
    identifies=Identifies.EVENT,
    when=Has("check_result.triggered_condition"),
    title=("check_result.triggered_condition.title", "check_result.result_description"),
    body=Different(
        ("check_result.result_description", "check_result.matching_messages.0.message"),
        than="check_result.triggered_condition.title",
    ),
    status=Literal("alert"),
    service=("stream.title", "check_result.matching_messages.0.source"),
    error_type=("check_result.triggered_condition.type", "check_result.triggered_condition.type_string"),
    environment="check_result.matching_messages.0.fields.environment",
    external_url=Text("{config.base_url}/streams/{stream.id}/alerts"),
    source_created_at="check_result.triggered_at",
    attributes={"stream": "stream.id", "condition": "check_result.triggered_condition.id"},
)

CONNECTOR = spec.Connector(
    name="graylog",
    title="Graylog",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://go2docs.graylog.org/current/interacting_with_your_log_data/notifications.html",
    plan="free",
    base_url="{base_url}",
    credentials=(spec.Field("token", "Access token", help="Of a user who may read events."),),
    config=(
        spec.Field(
            "base_url",
            "Graylog address",
            help="Such as https://graylog.acme.example.",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.Basic("{token}", "token"),
    headers=(("X-Requested-By", "causeloop"),),
    pulls=(
        spec.Pull(
            name="events",
            path="/api/events/search",
            method="POST",
            params=(
                ("query", ""),
                ("filter.alerts", "only"),
                ("sort_by", "timestamp"),
                ("sort_direction", "asc"),
                ("timerange.type", "absolute"),
            ),
            records="events",
            pages=spec.NumberedPages(size=100, size_param="per_page", page_param="page"),
            schema=spec.RecordSchema(key="event.id", updated_at=("event.timestamp",)),
            since=spec.Since(field="event.timestamp", param="timerange.from", until_param="timerange.to"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.BasicSecret(), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="event.id"),
                schema=spec.RecordSchema(
                    key="event.id", updated_at=("event.timestamp",), kind="notification"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="check_result.triggered_condition"),
                schema=spec.RecordSchema(
                    key="{check_result.triggered_condition.id}/{check_result.triggered_at}",
                    updated_at=("check_result.triggered_at",),
                    kind="former_alert",
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="event_definition_id"),
                schema=spec.RecordSchema(updated_at=("timestamp",), kind="event"),
            ),
        ),
        setup="Alerts › Notifications › HTTP notification: the address, with an API key header "
        "x-causeloop-token that holds the secret.",
    ),
    issues=(FORMER_ALERT, map_event("event with its definition", "event."), map_event("event", "")),
)
