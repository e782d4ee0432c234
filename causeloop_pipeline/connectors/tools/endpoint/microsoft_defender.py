"""Microsoft Defender XDR: incidents and alerts of Microsoft Graph, and alerts of the streaming API."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.entra_apps import CREDENTIALS, ask_for_tenant
from causeloop_pipeline.connectors.formats.microsoft_graph import GRAPH, poll_list
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Match,
    Not,
    Some,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

HOSTS = (
    "evidence.0.deviceDnsName",
    "evidence.1.deviceDnsName",
    "evidence.2.deviceDnsName",
    "evidence.0.hostName",
    "evidence.1.hostName",
)

STREAMED = IssueMapping(
    name="alert of the streaming API",
    identifies=Identifies.EVENT,
    when=Every((Has("properties.AlertId"), Has("properties.Title"))),
    title="properties.Title",
    severity="properties.Severity",
    status="properties.Status",
    service=("properties.ServiceSource", "properties.DetectionSource"),
    error_type="properties.Category",
    source_created_at=("properties.Timestamp", "time"),
    attributes={"techniques": "properties.AttackTechniques", "host": "properties.DeviceName"},
)
INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every((Some((Has("displayName"), Has("summary"))), Not(Has("title")), Has("createdDateTime"))),
    title=("displayName", "summary"),
    body=("description", "summary"),
    severity="severity",
    status="status",
    service=("alerts.0.serviceSource", "alerts.0.productName"),
    error_type=("alerts.0.category", "determination"),
    external_url="incidentWebUrl",
    source_created_at="createdDateTime",
    resolved_at="lastUpdateDateTime",
    attributes={"assigned_to": "assignedTo", "classification": "classification", "tags": "customTags"},
)
INCIDENT_OF_THE_FORMER_API = IssueMapping(
    name="incident of the Microsoft 365 Defender API",
    identifies=Identifies.EVENT,
    when=Every((Has("incidentId"), Has("incidentName"))),
    title="incidentName",
    severity="severity",
    status="status",
    service=("alerts.0.serviceSource", "alerts.0.devices.0.deviceDnsName"),
    error_type="alerts.0.category",
    external_url=("incidentUri", "incidentUrl"),
    source_created_at="createdTime",
    resolved_at="lastUpdateTime",
    attributes={"assigned_to": "assignedTo", "classification": "classification", "tags": "tags"},
)
ALERT_OF_DEFENDER_FOR_ENDPOINT = IssueMapping(
    name="alert of the Defender for Endpoint API",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Some((Has("alertCreationTime"), Has("creationTime"))))),
    title="title",
    body="description",
    severity="severity",
    status="status",
    service=("computerDnsName", "serviceSource", "detectionSource"),
    error_type=("threatName", "category"),
    source_created_at=("alertCreationTime", "creationTime", "firstEventTime"),
    resolved_at=("resolvedTime", "lastUpdateTime", "lastUpdatedTime"),
    attributes={"assigned_to": "assignedTo", "techniques": "mitreTechniques"},
)
ALERT_OF_THE_FORMER_GRAPH = IssueMapping(
    name="alert of the former Graph API",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Has("vendorInformation"))),
    title="title",
    body="description",
    severity="severity",
    status="status",
    service=("hostStates.0.fqdn", "vendorInformation.provider"),
    error_type="category",
    external_url="sourceMaterials.0",
    source_created_at=("createdDateTime", "eventDateTime"),
    resolved_at=("closedDateTime", "lastModifiedDateTime"),
    attributes={"assigned_to": "assignedTo"},
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Has("createdDateTime"))),
    title="title",
    body="description",
    severity="severity",
    status="status",
    service=(*HOSTS, "serviceSource", "productName"),
    error_type=("threatDisplayName", "category"),
    external_url="alertWebUrl",
    source_created_at=("createdDateTime", "firstActivityDateTime"),
    resolved_at=("resolvedDateTime", "lastUpdateDateTime"),
    attributes={
        "assigned_to": "assignedTo",
        "techniques": "mitreTechniques",
        "actor": "actorDisplayName",
        "incident": "incidentId",
    },
)
ALERT_OF_DEFENDER_FOR_CLOUD = IssueMapping(
    name="alert of Defender for Cloud",
    identifies=Identifies.EVENT,
    when=Has("properties.alertDisplayName"),
    title="properties.alertDisplayName",
    body="properties.description",
    severity=("properties.severity", "properties.reportedSeverity"),
    status=("properties.status", "properties.state"),
    service=("properties.compromisedEntity", Match("properties.associatedResource", r"([^/]+)$")),
    environment=Match("id", r"/resourceGroups/([^/]+)/"),
    error_type=("properties.alertType", "properties.alertName"),
    external_url="properties.alertUri",
    source_created_at=(
        "properties.startTimeUtc",
        "properties.detectedTimeUtc",
        "properties.timeGeneratedUtc",
        "properties.reportedTimeUtc",
    ),
    resolved_at=("properties.endTimeUtc", "properties.timeGeneratedUtc"),
    attributes={"product": "properties.productName", "intent": "properties.intent"},
)
ALERT_OF_THE_HUNTING_TABLE = IssueMapping(
    name="row of the table AlertInfo",
    identifies=Identifies.EVENT,
    when=Every((Has("AlertId"), Has("Title"))),
    title="Title",
    severity="Severity",
    service=("ServiceSource", "DetectionSource"),
    error_type="Category",
    source_created_at=("Timestamp", Instant("Timestamp", TimeFormat.EPOCH_MILLISECONDS)),
)

ALERT_SCHEMA = spec.RecordSchema(updated_at=("lastUpdateDateTime", "createdDateTime"))
INCIDENT_SCHEMA = spec.RecordSchema(
    key="incident/{id}", updated_at=("lastUpdateDateTime", "createdDateTime"), kind="incident"
)

CONNECTOR = spec.Connector(
    name="microsoft_defender",
    title="Microsoft Defender XDR",
    category=spec.Category.SECURITY,
    docs_url="https://learn.microsoft.com/graph/api/security-list-alerts_v2",
    plan="growth",
    base_url=GRAPH,
    site=("tenant_id",),
    credentials=CREDENTIALS,
    config=(ask_for_tenant("SecurityAlert.Read.All and SecurityIncident.Read.All"),),
    auth=spec.entra_app(GRAPH),
    pulls=(
        poll_list("alerts", "/v1.0/security/alerts_v2", ALERT_SCHEMA),
        poll_list("incidents", "/v1.0/security/incidents", INCIDENT_SCHEMA, size=50, optional=True),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="records",
                schema=spec.RecordSchema(
                    key="properties.AlertId", updated_at=("properties.Timestamp", "time"), kind="event"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="properties.AlertId"),
                schema=spec.RecordSchema(
                    key="properties.AlertId", updated_at=("properties.Timestamp", "time"), kind="event"
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="alertWebUrl"), schema=ALERT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="incidentWebUrl"), schema=INCIDENT_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="properties.alertDisplayName"),
                schema=spec.RecordSchema(
                    key="name", updated_at=("properties.timeGeneratedUtc", "properties.reportedTimeUtc")
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="incidentName"),
                schema=spec.RecordSchema(
                    key="incident/{incidentId}", updated_at=("lastUpdateTime", "createdTime"), kind="incident"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alertCreationTime"),
                schema=spec.RecordSchema(updated_at=("lastUpdateTime", "alertCreationTime")),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="vendorInformation"),
                schema=spec.RecordSchema(updated_at=("lastModifiedDateTime", "createdDateTime")),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="AlertId"),
                schema=spec.RecordSchema(key="AlertId", updated_at=(), kind="event"),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="lastUpdateDateTime"), schema=ALERT_SCHEMA),
        ),
        setup="In a Logic App that starts with a Defender alert, add an HTTP action that posts the alert, "
        "with the header x-causeloop-token holding the secret.",
    ),
    issues=(
        STREAMED,
        ALERT_OF_DEFENDER_FOR_CLOUD,
        INCIDENT,
        INCIDENT_OF_THE_FORMER_API,
        ALERT_OF_DEFENDER_FOR_ENDPOINT,
        ALERT_OF_THE_FORMER_GRAPH,
        ALERT,
        ALERT_OF_THE_HUNTING_TABLE,
    ),
)
