"""Datadog incidents: a list that cannot be filtered, and webhooks from our own payload template."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.datadog_deliveries import (
    CHANGE_EVENT,
    CHANGE_EVENT_SCHEMA,
    DELIVERY_LISTS,
    DEPLOYMENT,
    FAILURE,
    REPORTED,
    is_change_event,
)
from causeloop_pipeline.connectors.formats.datadog_monitors import MONITOR
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Has,
    Instant,
    Is,
    Match,
    Some,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

SITES = ("datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "datadoghq.eu", "ap1.datadoghq.com")
TEMPLATE = (
    '{"incident_uuid": "$INCIDENT_UUID", "public_id": "$INCIDENT_PUBLIC_ID", "title": "$INCIDENT_TITLE", '
    '"severity": "$INCIDENT_SEVERITY", "state": "$INCIDENT_STATUS", "url": "$INCIDENT_URL", "date": "$DATE", '
    '"last_updated": "$LAST_UPDATED", "message": "$INCIDENT_MSG", "tags": "$TAGS"}'
)

TRANSITION = Match(
    "title",
    r"\[(No data Recovered|Warn Recovered|Recovered|Re-Triggered|Triggered|No data|Warn|Renotify)",
)

INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("attributes.title"),
            Some(
                (
                    Is("type", ("incident", "incidents")),
                    Has("attributes.fields"),
                    Has("attributes.public_id"),
                    Has("attributes.state"),
                )
            ),
        )
    ),
    title="attributes.title",
    body="attributes.fields.summary.value",
    severity=("attributes.severity", "attributes.fields.severity.value"),
    status=("attributes.state", "attributes.fields.state.value"),
    service="attributes.fields.services.value.0",
    team="attributes.fields.teams.value.0",
    environment="attributes.fields.env.value.0",
    external_url=Text("https://app.{config.site}/incidents/{attributes.public_id}"),
    source_created_at="attributes.created",
    resolved_at="attributes.resolved",
    attributes={
        "public_id": Text("{attributes.public_id}"),
        "root_cause": "attributes.fields.root_cause.value",
        "customer_impacted": "attributes.customer_impacted",
    },
)
CASE = IssueMapping(
    name="case",
    identifies=Identifies.EVENT,
    when=Every((Has("attributes.title"), Is("type", ("case",)))),
    title="attributes.title",
    body="attributes.description",
    severity="attributes.priority",
    status="attributes.status",
    error_type="attributes.type",
    external_url=Text("https://app.{config.site}/cases/{attributes.key}"),
    source_created_at="attributes.created_at",
    resolved_at=("attributes.closed_at", "attributes.modified_at"),
    attributes={"key": "attributes.key"},
)
EVENT = IssueMapping(
    name="event",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Has("date_happened"))),
    title="title",
    body="text",
    severity="alert_type",
    status=TRANSITION,
    service=(Tag("tags", "service"), "host"),
    team=Tag("tags", "team"),
    environment=Tag("tags", "env|environment"),
    error_type=("source", "source_type_name"),
    external_url=(
        Match("url", r"^https?://.*"),
        Text("https://app.{config.site}/event/event?id={id}"),
    ),
    source_created_at=Instant("date_happened", TimeFormat.EPOCH_SECONDS),
    attributes={"host": "host", "priority": "priority", "tags": "tags"},
)
LOGGED_EVENT = IssueMapping(
    name="event of version 2",
    identifies=Identifies.EVENT,
    when=Every((Is("type", ("event",)), Has("attributes.timestamp"))),
    title=("attributes.attributes.title", "attributes.message"),
    body=Different("attributes.message", than="attributes.attributes.title"),
    severity="attributes.attributes.status",
    service=("attributes.attributes.service", Tag("attributes.tags", "service")),
    team=Tag("attributes.tags", "team"),
    environment=Tag("attributes.tags", "env|environment"),
    error_type="attributes.attributes.evt.name",
    source_created_at="attributes.timestamp",
    attributes={"host": "attributes.attributes.hostname", "tags": "attributes.tags"},
)
EVENT_SCHEMA = spec.RecordSchema(
    key="event/{id}",
    updated_at=("date_happened",),
    times=spec.TimeFormat.EPOCH_SECONDS,
    kind="posted_event",
    keep=Among("alert_type", ("error", "warning")),
)


LOGGED_FAILURES = Among("attributes.attributes.status", ("error", "warn", "warning", "failure"))


def is_logged_failure(event: spec.Record) -> bool:
    """Whether an event of version 2 tells of a failure, and not of a change."""
    return not is_change_event(event) and LOGGED_FAILURES(event)


LOGGED_EVENT_SCHEMA = spec.RecordSchema(
    key="event/{id}",
    updated_at=("attributes.timestamp",),
    kind="logged_event",
    keep=is_logged_failure,
)
MONITOR_SCHEMA = spec.RecordSchema(
    updated_at=("overall_state_modified", "modified", "created"),
    kind="monitor",
    keep=Among("overall_state", ("alert", "warn", "no data")),
)
WEBHOOK = IssueMapping(
    name="webhook",
    identifies=Identifies.EVENT,
    title=("title", "incident_title", "event_title", "alert_title"),
    body=("message", "incident_msg", "body", "text_only_msg", "event_msg"),
    severity=(
        "severity",
        "incident_severity",
        "alert_priority",
        "priority",
        Match("alert_type", r"^(error|warning|warn|info)$"),
        Match("title", r"^\[(SEV-[0-5])\]"),
    ),
    status=("state", "incident_status", "alert_transition", TRANSITION),
    service=Tag("tags", "service"),
    team=Tag("tags", "team"),
    environment=Tag("tags", "env|environment"),
    external_url=("url", "incident_url", "link", Text("https://app.{config.site}/incidents/{public_id}")),
    source_created_at=(Instant(("date", "last_updated"), TimeFormat.EPOCH_MILLISECONDS), "date"),
    attributes={"public_id": (Text("{public_id}"), "incident_public_id"), "region": Tag("tags", "region")},
)


CONNECTOR = spec.Connector(
    name="datadog",
    title="Datadog Incidents",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.datadoghq.com/api/latest/incidents/#get-a-list-of-incidents",
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
            name="incidents",
            path="/api/v2/incidents",
            records="data",
            pages=spec.OffsetPages(
                size_param="page[size]",
                offset_param="page[offset]",
                next_offset="meta.pagination.next_offset",
            ),
            schema=spec.RecordSchema(updated_at=("attributes.modified",)),
            since=spec.Since(field="attributes.modified", overlap=timedelta(hours=1)),
        ),
        *DELIVERY_LISTS,
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="events", when=spec.Condition(path="events.0.date_happened"), schema=EVENT_SCHEMA
            ),
            spec.WebhookEvent(
                record="event", when=spec.Condition(path="event.date_happened"), schema=EVENT_SCHEMA
            ),
            *(
                spec.WebhookEvent(
                    record="data",
                    when=spec.Condition(path=path, values=frozenset({"event"})),
                    schema=schema,
                )
                for path in ("data.0.type", "data.type")
                for schema in (LOGGED_EVENT_SCHEMA, CHANGE_EVENT_SCHEMA)
            ),
            *REPORTED,
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="incident_public_id"),
                schema=spec.RecordSchema(
                    key="{incident_public_id}",
                    updated_at=("last_updated", "date"),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="event",
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="overall_state"),
                schema=MONITOR_SCHEMA,
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="event_type"),
                schema=spec.RecordSchema(
                    updated_at=("last_updated", "date"),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="event",
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="incident_uuid"),
                schema=spec.RecordSchema(
                    key="incident_uuid",
                    updated_at=("last_updated", "date"),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="event",
                ),
            ),
        ),
        setup=f"Integrations › Webhooks: custom header x-causeloop-token with the secret; payload {TEMPLATE}",
    ),
    issues=(CASE, LOGGED_EVENT, INCIDENT, FAILURE, EVENT, MONITOR, WEBHOOK),
    changes=(CHANGE_EVENT, DEPLOYMENT),
)
