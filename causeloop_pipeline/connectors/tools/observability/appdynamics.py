"""AppDynamics health rule violations: listed for each application, pushed by HTTP request templates."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Has,
    Instant,
    Match,
    Moment,
    Some,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

MILLISECONDS = TimeFormat.EPOCH_MILLISECONDS
TEMPLATE = (
    '{"incident_key": "${latestEvent.healthRule.name}/${latestEvent.application.name}", "event_type": '
    '"${latestEvent.eventType}", "title": "${latestEvent.displayName}", "message": '
    '"${latestEvent.summaryMessage}", "severity": "${latestEvent.severity}", "application": '
    '"${latestEvent.application.name}", "tier": "${latestEvent.tier.name}", "time": '
    '"${latestEvent.eventTimeInMillis}", "url": "${latestEvent.deepLink}"}'
)


def any_time(*paths: str) -> Moment:
    """Milliseconds, or ISO 8601 where a template wrote a time so."""
    return (Instant(paths, MILLISECONDS), Instant(paths))


VIOLATION = IssueMapping(
    name="health rule violation",
    identifies=Identifies.EVENT,
    when=Every((Has("incidentStatus"), Has("startTimeInMillis"))),
    title="name",
    body="description",
    severity="severity",
    status="incidentStatus",
    service=("affectedEntityDefinition.name", "triggeredEntityDefinition.name"),
    error_type=("name", "affectedEntityDefinition.entityType"),
    external_url="deepLinkUrl",
    source_created_at=any_time("startTimeInMillis", "detectedTimeInMillis"),
    resolved_at=any_time("endTimeInMillis"),
    attributes={"entity_type": "affectedEntityDefinition.entityType"},
)
REQUEST = IssueMapping(
    name="HTTP request",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Some((Has("event_type"), Has("eventType"), Has("details.event_type"), Has("severity"))),
            Some((Has("title"), Has("description"), Has("details.event_name"), Has("message"), Has("name"))),
        )
    ),
    title=("title", "name", "description", "details.event_name", "displayName", "message"),
    body=Different(
        ("message", "details.summary", "details.message", "summaryMessage", "description"), than="title"
    ),
    severity=("severity", "details.severity"),
    status=("status", "event_type", "eventType", "details.event_type"),
    service=(
        "tier",
        "application",
        "details.tier_name",
        "details.application_name",
        "details.node_name",
        "application.name",
    ),
    error_type=("details.event_type_key", "details.event_type", "healthRule", "health_rule"),
    environment="environment",
    external_url=("url", "deepLink", "client_url"),
    source_created_at=any_time("time", "details.event_time", "eventTime"),
    resolved_at=any_time("time", "details.event_time", "eventTime"),
    attributes={
        "application": ("application", "details.application_name"),
        "node": ("node", "details.node_name"),
        "guid": "details.guid",
    },
)
EVENT = IssueMapping(
    name="event",
    identifies=Identifies.EVENT,
    when=Every((Has("eventTime"), Has("summary"), Has("type"))),
    title="summary",
    severity="severity",
    status=Match("type", r"^POLICY_\w+$"),
    service=("affectedEntities.0.name", "triggeredEntity.name"),
    error_type=("subType", "type"),
    external_url="deepLinkUrl",
    source_created_at=any_time("eventTime"),
    resolved_at=any_time("eventTime"),
)
# An open violation has 0 as its end: versions are ordered by when they arrive.
VIOLATION_SCHEMA = spec.RecordSchema(updated_at=(), times=spec.TimeFormat.EPOCH_MILLISECONDS)

CONNECTOR = spec.Connector(
    name="appdynamics",
    title="AppDynamics",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.appdynamics.com/appd/24.x/latest/en/extend-splunk-appdynamics/splunk-appdynamics-apis/alert-and-respond-api/events-and-action-suppression-api",
    plan="growth",
    base_url="https://{controller}",
    credentials=(
        spec.Field("client_id", "API client", help="name@account, as under Administration › API clients."),
        spec.Field("client_secret", "Client secret"),
    ),
    config=(
        spec.Field(
            "controller", "Controller host", help="acme.saas.appdynamics.com", pattern=spec.HOST_AND_PORT
        ),
        spec.Field("applications", "Applications", help="Their names or ids.", type="list"),
    ),
    auth=spec.OAuth2(token_url="/controller/api/oauth/access_token"),
    pulls=(
        spec.Pull(
            name="violations",
            path="/controller/rest/applications/{item}/problems/healthrule-violations",
            params=(("output", "JSON"), ("time-range-type", "BETWEEN_TIMES")),
            records="",
            pages=spec.OnePage(),
            schema=VIOLATION_SCHEMA,
            since=spec.Since(
                field="startTimeInMillis",
                param="start-time",
                until_param="end-time",
                format=spec.TimeFormat.EPOCH_MILLISECONDS,
                window=timedelta(days=1),
                cap=600,
                # The filter knows no time of change: a day is read again, so that ends are seen.
                overlap=timedelta(days=1),
            ),
            for_each="applications",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.BasicSecret(), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="incidentStatus"), schema=VIOLATION_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="incident_key"),
                schema=spec.RecordSchema(key="incident_key", updated_at=(), kind="request"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="id"),
                schema=spec.RecordSchema(updated_at=(), kind="request"),
            ),
        ),
        setup="Alert & Respond › HTTP request templates: POST to the address with the header "
        f"x-causeloop-token; payload {TEMPLATE}",
    ),
    issues=(VIOLATION, EVENT, REQUEST),
)
