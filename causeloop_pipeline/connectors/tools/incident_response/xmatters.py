"""xMatters events, read again until they end, its incidents, and webhooks of an event's status."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Kind, Match, Not, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

PROPERTY_SERVICE = (
    "properties.service",
    "properties.Service",
    "eventProperties.service",
    "eventProperties.Service",
)
PROPERTY_ENVIRONMENT = (
    "properties.environment",
    "properties.Environment",
    "eventProperties.environment",
    "eventProperties.Environment",
)

EVENT = IssueMapping(
    name="event",
    identifies=Identifies.EVENT,
    when=Every((Has("eventId"), Has("status"), Some((Has("created"), Has("name"))))),
    title=("name", "properties.summary", "properties.subject", Text("{form.name} {eventId}")),
    body=("properties.description", "properties.details", "expirationMessage"),
    severity="priority",
    status="status",
    service=(*PROPERTY_SERVICE, "plan.name", "form.name"),
    error_type="form.name",
    team=("properties.team", "recipients.data.0.targetName", "targetedRecipients.data.0.targetName"),
    environment=PROPERTY_ENVIRONMENT,
    external_url=("links.web", Text("https://{config.company}.xmatters.com{links.self}")),
    source_created_at="created",
    resolved_at=("terminated", "updated"),
    attributes={"id": "id", "incident": "incident", "event_type": "eventType", "plan": "plan.name"},
)
INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every(
        (Kind(("incident",)), Every((Some((Has("summary"), Has("name"))), Has("incidentIdentifier"))))
    ),
    title=("summary", "name"),
    body="description",
    severity=("severity.name", "severity"),
    status=("status.name", "status"),
    service=(
        "impactedServices.data.0.name",
        "impactedServices.data.0.service.targetName",
        "impactedServices.0.name",
        "services.data.0.targetName",
    ),
    team=("resolverGroup.targetName", "commander.targetName"),
    external_url=(
        "links.web",
        Text("https://{config.company}.xmatters.com{links.self}"),
        Text("https://{config.company}.xmatters.com/xmatters/ui/incidents/{id}"),
    ),
    source_created_at=("createdAt", "created", "reportedAt"),
    resolved_at=("resolvedAt", "updatedAt"),
    attributes={"number": "incidentIdentifier", "type": "type"},
)
STATUS_UPDATE = IssueMapping(
    name="status webhook",
    identifies=Identifies.EVENT,
    when=Every((Has("eventIdentifier"), Has("status"), Not(Has("incidentIdentifier")))),
    title=(
        "eventProperties.summary",
        "eventProperties.subject",
        Match("eventProperties", r'"(?:summary|Summary|subject|Subject)": "([^"\\]+)"'),
        "eventName",
        Text("{planName} {eventIdentifier}"),
        Text("Event {eventIdentifier}"),
    ),
    body=("eventProperties.description", "annotation"),
    severity="priority",
    status="status",
    service=(
        *PROPERTY_SERVICE,
        Match("eventProperties", r'"(?:service|Service)": "([^"\\]+)"'),
        "planName",
    ),
    team="eventProperties.team",
    environment=PROPERTY_ENVIRONMENT,
    source_created_at="date",
    resolved_at="date",
)

CONNECTOR = spec.Connector(
    name="xmatters",
    title="xMatters",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://help.xmatters.com/xmapi/index.html",
    plan="growth",
    base_url="https://{company}.xmatters.com",
    credentials=(
        spec.Field(
            "username", "User name", help="An API key, or a user with the role REST Web Service User."
        ),
        spec.Field("password", "Password or API secret"),
    ),
    config=(spec.Field("company", "Company", help="acme for acme.xmatters.com", pattern=spec.HOST_LABEL),),
    auth=spec.Basic("{username}", "{password}"),
    pulls=(
        spec.Pull(
            name="events",
            path="/api/xm/1/events",
            params=(("embed", "properties"),),
            records="data",
            pages=spec.OffsetPages(),
            schema=spec.RecordSchema(key="eventId", updated_at=("terminated", "created")),
            since=spec.Since(
                field="created",
                param="from",
                until_param="to",
                window=timedelta(days=30),
                overlap=timedelta(hours=1),
            ),
            refresh=spec.Refresh(path="/api/xm/1/events/{id}", record="", ids=r"(?P<id>\d+)"),
        ),
        spec.Pull(
            name="incidents",
            path="/api/xm/1/incidents",
            records="data",
            pages=spec.OffsetPages(),
            schema=spec.RecordSchema(
                key="incident/{incidentIdentifier}",
                updated_at=("updatedAt", "createdAt"),
                kind="incident",
            ),
            since=spec.Since(field="updatedAt"),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="incident",
                schema=spec.RecordSchema(
                    key="incident/{incidentIdentifier}",
                    updated_at=("updatedAt", "createdAt"),
                    kind="incident",
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="eventIdentifier"),
                schema=spec.RecordSchema(key="eventIdentifier", updated_at=("date",), kind="event"),
            ),
        ),
        setup=(
            "Workflows › your workflow › Flow Designer or Integration Builder: on event status updates, send "
            "the update as JSON to the address with the header X-Causeloop-Token."
        ),
    ),
    issues=(INCIDENT, EVENT, STATUS_UPDATE),
)
