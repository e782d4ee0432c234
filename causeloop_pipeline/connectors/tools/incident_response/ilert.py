"""ilert alerts, read again until they end, status page incidents, and webhooks of both."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Different, Every, Has, Is, Kind, Some, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Kind(("record",)),
            Every((Has("summary"), Has("status"), Some((Has("reportTime"), Has("alertSource"))))),
        )
    ),
    title="summary",
    body=Different("details", than="summary"),
    severity=("severity", "priority"),
    status="status",
    service=(
        "services.0.name",
        "affectedServices.0.service.name",
        "labels.service",
        "customDetails.service",
        "alertSource.name",
    ),
    error_type=("labels.error_type", "customDetails.error_type"),
    team=(
        "teams.0.name",
        "alertSource.teams.0.name",
        "escalationPolicy.teams.0.name",
        "labels.team",
        "escalationPolicy.name",
    ),
    environment=(
        "labels.environment",
        "labels.env",
        "customDetails.environment",
        Tag("tags", "env|environment"),
    ),
    external_url=(
        "alertUrl",
        "webUrl",
        "url",
        Text("https://{config.account}.ilert.com/alert/view.jsf?id={id}"),
        "links.0.href",
    ),
    source_created_at="reportTime",
    resolved_at=("resolvedOn", "updatedAt"),
    attributes={"alert_key": "alertKey", "alert_source": "alertSource.name", "labels": "labels"},
)
INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Kind(("incident",)),
            Every(
                (
                    Has("summary"),
                    Has("status"),
                    Some((Has("affectedServices"), Has("affectedTeams"), Has("message"))),
                )
            ),
        )
    ),
    title="summary",
    body="message",
    severity=("affectedServices.0.impact", "severity"),
    status="status",
    service="affectedServices.0.service.name",
    team=("affectedTeams.0.name", "teams.0.name"),
    external_url=("webUrl", "url", Text("https://{config.account}.ilert.com/incident/view.jsf?id={id}")),
    source_created_at="createdAt",
    resolved_at=("resolvedOn", "updatedAt"),
)
SENT_EVENT = IssueMapping(
    name="event sent to an alert source",
    identifies=Identifies.CONDITION,
    when=Every((Has("summary"), Is("eventType", ("ALERT", "ACCEPT", "RESOLVE")))),
    title="summary",
    body=Different("details", than="summary"),
    severity="priority",
    status="eventType",
    service=("labels.service", "customDetails.service"),
    error_type=("labels.error_type", "customDetails.error_type"),
    team=("labels.team", "customDetails.team"),
    environment=("labels.environment", "labels.env", "customDetails.environment"),
    external_url="links.0.href",
    attributes={"alert_key": "alertKey", "labels": "labels"},
)


ALERT_RECORD = spec.RecordSchema(updated_at=("updatedAt", "resolvedOn", "reportTime"))
INCIDENT_RECORD = spec.RecordSchema(
    key="incident/{id}", updated_at=("updatedAt", "createdAt"), kind="incident"
)
PUSHED_ALERT = spec.RecordSchema(updated_at=("updatedAt", "resolvedOn"))

CONNECTOR = spec.Connector(
    name="ilert",
    title="ilert",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://api.ilert.com/api-docs/#tag/Alerts",
    plan="free",
    base_url="https://api.ilert.com",
    credentials=(spec.Field("api_key", "API key", help="Profile › API keys; reading is enough."),),
    config=(
        spec.Field(
            "account",
            "Account",
            help="acme for acme.ilert.com: makes links to alerts.",
            required=False,
            pattern=r"[A-Za-z0-9-]+",
        ),
    ),
    auth=spec.Bearer("{api_key}"),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/api/alerts",
            records="",
            pages=spec.OffsetPages(size_param="max-results", offset_param="start-index"),
            schema=ALERT_RECORD,
            since=spec.Since(
                field="reportTime",
                param="from",
                until_param="until",
                window=timedelta(days=30),
                overlap=timedelta(hours=1),
            ),
            refresh=spec.Refresh(path="/api/alerts/{id}", record="", ids=r"(?P<id>\d+)"),
        ),
        spec.Pull(
            name="incidents",
            path="/api/incidents",
            records="",
            pages=spec.OffsetPages(size=50, size_param="max-results", offset_param="start-index"),
            schema=INCIDENT_RECORD,
            since=spec.Since(field="updatedAt", param="from", until_param="until", overlap=timedelta(days=7)),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="alert", schema=PUSHED_ALERT, add=(("event_type", "eventType"),)),
            spec.WebhookEvent(record="incident", schema=INCIDENT_RECORD),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="affectedServices"), schema=INCIDENT_RECORD
            ),
            # What monitoring tools send to the events API, where they send it here as well.
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="eventType", values=frozenset({"ALERT", "ACCEPT", "RESOLVE"})),
                schema=spec.RecordSchema(key="event/{alertKey|summary}", updated_at=(), kind="sent_event"),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="summary"), schema=PUSHED_ALERT),
        ),
        setup=(
            "Alert sources › your source › Alert actions: add a webhook with the address and the header "
            "X-Causeloop-Token for created, accepted and resolved alerts."
        ),
    ),
    issues=(ALERT, SENT_EVENT, INCIDENT),
)
