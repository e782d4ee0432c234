"""Splunk Observability incidents: listed with the resolved ones, pushed by a webhook integration."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Has,
    Instant,
    Moment,
    Some,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

MILLISECONDS = TimeFormat.EPOCH_MILLISECONDS


def dimension(*names: str) -> tuple[str, ...]:
    """Where a dimension of the signal may be."""
    places = (
        "dimensions",
        "inputs.A.key",
        "inputs._S1.key",
        "events.0.inputs._S1.key",
        "events.0.inputs.A.key",
    )
    return tuple(f"{place}.{name}" for place in places for name in names)


def any_time(*paths: str) -> Moment:
    """A time of the webhook (ISO 8601) or of the API (milliseconds)."""
    return (Instant(paths), Instant(paths, MILLISECONDS))


ALERT = IssueMapping(
    name="webhook",
    identifies=Identifies.EVENT,
    when=Every((Has("incidentId"), Some((Has("statusExtended"), Has("status"), Has("messageTitle"))))),
    title=("messageTitle", "inputs.messageTitle", "rule", "inputs.rule", "detector", "messageBody"),
    body=("messageBody", "description", "inputs.description", "detectOnCondition"),
    severity="severity",
    status=("statusExtended", "status"),
    service=(*dimension("service", "sf_service", "service_name", "app", "host"), "detector"),
    team=(*dimension("team"), "teams.0"),
    environment=dimension("sf_environment", "environment", "deployment_environment", "env"),
    error_type=("originatingMetric", "rule", "inputs.rule"),
    external_url=("detectorUrl", "imageUrl"),
    source_created_at=any_time("timestampISO8601", "timestamp", "eventTimestamp"),
    resolved_at=any_time("timestampISO8601", "timestamp"),
    attributes={
        "detector": ("detectorId", "detector"),
        "event_type": ("eventType", "inputs.eventType"),
        "runbook": ("runbookUrl", "inputs.runbookUrl"),
    },
)
INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every((Has("incidentId"), Some((Has("anomalyState"), Has("detectLabel"))))),
    title=("detectLabel", "detectorName"),
    body=Different("displayBody", than="detectLabel"),
    severity="severity",
    status="anomalyState",
    service=(*dimension("service", "sf_service", "service_name", "app", "host"), "detectorName"),
    team=dimension("team"),
    environment=dimension("sf_environment", "environment", "deployment_environment", "env"),
    error_type=("detectorName", "detectLabel"),
    source_created_at=any_time("events.0.timestamp", "triggeredNotificationSent", "created"),
    resolved_at=any_time("anomalyStateUpdateTimestamp", "lastUpdated"),
    attributes={"detector": "detectorId", "muted": "isMuted"},
)

CONNECTOR = spec.Connector(
    name="splunk_observability",
    title="Splunk Observability Cloud",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://dev.splunk.com/observability/reference/api/incidents/latest#endpoint-get-incidents",
    plan="growth",
    base_url="https://api.{realm}.signalfx.com",
    site=(),
    credentials=(spec.Field("token", "Access token", help="With API permissions."),),
    config=(spec.Field("realm", "Realm", help="Such as us1 or eu0.", pattern=r"[a-z]+[0-9]+"),),
    auth=spec.Headers((("X-SF-TOKEN", "{token}"),)),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/v2/incident",
            params=(("includeResolved", True),),
            records="",
            pages=spec.OffsetPages(),
            schema=spec.RecordSchema(
                key="incidentId",
                updated_at=("anomalyStateUpdateTimestamp",),
                times=spec.TimeFormat.EPOCH_MILLISECONDS,
            ),
            since=spec.Since(field="anomalyStateUpdateTimestamp"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature("x-sfx-signature", algorithm="sha1", encoding="base64"),
            spec.SharedSecret("x-causeloop-token"),
        ),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="anomalyState"),
                schema=spec.RecordSchema(key="incidentId", updated_at=(), kind="incident"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="timestampISO8601"),
                schema=spec.RecordSchema(key="incidentId", updated_at=("timestampISO8601",), kind="event"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="incidentId"),
                schema=spec.RecordSchema(key="incidentId", updated_at=(), kind="event"),
            ),
        ),
        setup="Data management › Webhook integration: the address and the secret as shared secret; add it as "
        "a recipient of the detectors' rules.",
    ),
    issues=(INCIDENT, ALERT),
)
