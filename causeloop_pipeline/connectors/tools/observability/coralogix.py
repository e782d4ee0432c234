"""Coralogix incidents: listed by creation, open ones read again; and its alerts by outbound webhooks."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Moment,
    Some,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

DOMAINS = (
    "eu1.coralogix.com",
    "eu2.coralogix.com",
    "us1.coralogix.com",
    "us2.coralogix.com",
    "ap1.coralogix.com",
    "ap2.coralogix.com",
    "ap3.coralogix.com",
)


def field(*names: str) -> tuple[Tag | str, ...]:
    """A value among a webhook's own fields, as a list of them or an object."""
    return (Tag("fields", "|".join(names)), *(f"fields.{name}" for name in names))


def any_time(*paths: str) -> Moment:
    """ISO 8601, or milliseconds as alerts write them."""
    return (Instant(paths), Instant(paths, TimeFormat.EPOCH_MILLISECONDS))


INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every((Has("createdAt"), Some((Has("severity"), Has("state"))), Has("name"))),
    title="name",
    body="description",
    severity="severity",
    # The status also knows that somebody acknowledged it.
    status=("status", "state"),
    service=(
        "contextualLabels.application",
        "contextualLabels.applicationName",
        "contextualLabels.application_name",
        "contextualLabels.service",
        "displayLabels.service",
        Tag("metaLabels", "service|application"),
    ),
    team=("contextualLabels.team", Tag("metaLabels", "team|owner")),
    environment=(
        "contextualLabels.environment",
        "contextualLabels.subsystem",
        "contextualLabels.subsystem_name",
        Tag("metaLabels", "environment|env"),
    ),
    external_url=Text("https://{config.domain}/#/incidents/{id}"),
    source_created_at="createdAt",
    resolved_at=("closedAt", "lastStateUpdateTime"),
    attributes={"muted": "isMuted", "duration": "duration"},
)
ALERT = IssueMapping(
    name="webhook",
    identifies=Identifies.CONDITION,
    when=Every((Has("alert_action"), Some((Has("name"), Has("alert_name"))))),
    title=("name", "alert_name"),
    body="description",
    severity=("alert_severity", "severity", "priority", *field("severity", "alertSeverity", "priority")),
    status="alert_action",
    service=(
        *field("service", "application", "applicationName"),
        "application",
        "application_name",
        "service",
    ),
    team=(*field("team", "owner"), "team"),
    environment=(*field("environment", "env", "subsystem", "subsystemName"), "subsystem", "subsystem_name"),
    error_type=("alert_type", "alert_category", *field("alertType")),
    external_url=("alert_url", "log_url"),
    source_created_at=any_time("timestamp", "alert_timestamp", "alert_timestamp_ms", "fields.timestamp"),
    firing_start=FiringStart.CHANGED,
    resolved_at=any_time("timestamp", "alert_timestamp", "alert_timestamp_ms", "fields.timestamp"),
    attributes={"threshold": "threshold", "hits": "hit_count", "query": "query_text"},
)
INCIDENT_SCHEMA = spec.RecordSchema(updated_at=("lastStateUpdateTime", "closedAt", "createdAt"))

CONNECTOR = spec.Connector(
    name="coralogix",
    title="Coralogix",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.coralogix.com/api-reference/latest/incidents-service/list-incidents-with-filters-and-pagination",
    plan="growth",
    base_url="https://api.{domain}/mgmt/openapi/latest",
    site=(),
    credentials=(spec.Field("token", "API key", help="With the permission incidents:read."),),
    config=(spec.Field("domain", "Domain", required=False, default=DOMAINS[0], choices=DOMAINS),),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/incidents/incidents/v1",
            method="POST",
            records="incidents",
            pages=spec.TokenPages(
                next_path="pagination.nextPageToken",
                param="pagination.pageToken",
                size=100,
                size_param="pagination.pageSize",
            ),
            schema=INCIDENT_SCHEMA,
            since=spec.Since(
                field="createdAt",  # the filter knows no time of change, hence the refresh
                param="filter.createdAtRange.startTime",
                until_param="filter.createdAtRange.endTime",
                overlap=timedelta(hours=1),
            ),
            refresh=spec.Refresh(path="/incidents/incidents/v1/{id}", record="incident"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.UrlSecret(), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alert_id"),
                schema=spec.RecordSchema(key="alert/{alert_id}", updated_at=(), kind="alert"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="uuid"),
                schema=spec.RecordSchema(key="alert/{uuid}", updated_at=(), kind="alert"),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="createdAt"), schema=INCIDENT_SCHEMA),
        ),
        setup="Data flow › Outbound webhooks › Generic webhook: POST to the address with the header "
        "x-causeloop-token, and notify when an alert is resolved as well.",
    ),
    issues=(ALERT, INCIDENT),
)
