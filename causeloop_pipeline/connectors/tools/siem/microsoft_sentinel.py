"""Microsoft Sentinel incidents: polled from Azure, pushed by playbooks, or as rows of its log tables."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.entra_apps import CREDENTIALS, ask_for_tenant
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Some
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

AZURE_NAME = r"[A-Za-z0-9._()-]+"

INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every((Has("properties.title"), Has("properties.createdTimeUtc"))),
    title="properties.title",
    body="properties.description",
    severity="properties.severity",
    status="properties.status",
    service=("properties.additionalData.alertProductNames.0", "properties.providerName"),
    team=("properties.owner.assignedTo", "properties.owner.email"),
    error_type=("properties.additionalData.techniques.0", "properties.additionalData.tactics.0"),
    external_url="properties.incidentUrl",
    source_created_at="properties.createdTimeUtc",
    resolved_at="properties.lastModifiedTimeUtc",
    attributes={
        "incident_number": "properties.incidentNumber",
        "classification": "properties.classification",
        "tactics": "properties.additionalData.tactics",
        "labels": "properties.labels",
    },
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("properties.systemAlertId"), Has("properties.alertDisplayName"))),
    title="properties.alertDisplayName",
    body="properties.description",
    severity="properties.severity",
    status="properties.status",
    service=("properties.compromisedEntity", "properties.productName"),
    error_type=("properties.tactics.0", "properties.alertType"),
    external_url="properties.alertLink",
    source_created_at=("properties.timeGenerated", "properties.startTimeUtc"),
    resolved_at="properties.endTimeUtc",
)
FLAT_INCIDENT = IssueMapping(
    name="incident of the Python library",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Some((Has("created_time_utc"), Has("createdTimeUtc"))))),
    title="title",
    body="description",
    severity="severity",
    status="status",
    service=("additional_data.alert_product_names.0", "additionalData.alertProductNames.0"),
    team=("owner.assigned_to", "owner.assignedTo", "owner.email"),
    error_type=("additional_data.tactics.0", "additionalData.tactics.0"),
    external_url=("incident_url", "incidentUrl"),
    source_created_at=("created_time_utc", "createdTimeUtc"),
    resolved_at=("last_modified_time_utc", "lastModifiedTimeUtc"),
    attributes={"incident_number": ("incident_number", "incidentNumber")},
)
INCIDENT_ROW = IssueMapping(
    name="row of the table SecurityIncident",
    identifies=Identifies.EVENT,
    when=Every((Has("IncidentName"), Has("Title"))),
    title="Title",
    body="Description",
    severity="Severity",
    status="Status",
    service=("AdditionalData.alertProductNames.0", "ProviderName"),
    team=("Owner.assignedTo", "Owner.email"),
    error_type="AdditionalData.tactics.0",
    external_url="IncidentUrl",
    source_created_at=("CreatedTime", "TimeGenerated"),
    resolved_at=("ClosedTime", "LastModifiedTime"),
    attributes={"incident_number": "IncidentNumber", "classification": "Classification"},
)
ALERT_ROW = IssueMapping(
    name="row of the table SecurityAlert",
    identifies=Identifies.EVENT,
    when=Every((Has("SystemAlertId"), Some((Has("DisplayName"), Has("AlertName"))))),
    title=("DisplayName", "AlertName"),
    body="Description",
    severity=("AlertSeverity", "Severity"),
    status="Status",
    service=("CompromisedEntity", "ProductName"),
    error_type=("AlertType", "Tactics"),
    external_url="AlertLink",
    source_created_at=("TimeGenerated", "StartTime"),
    resolved_at="EndTime",
)

INCIDENT_SCHEMA = spec.RecordSchema(
    key="name", updated_at=("properties.lastModifiedTimeUtc", "properties.createdTimeUtc")
)

CONNECTOR = spec.Connector(
    name="microsoft_sentinel",
    title="Microsoft Sentinel",
    category=spec.Category.SECURITY,
    docs_url="https://learn.microsoft.com/rest/api/securityinsights/incidents/list",
    plan="growth",
    base_url="https://management.azure.com",
    site=("subscription_id", "resource_group", "workspace"),
    credentials=CREDENTIALS,
    config=(
        ask_for_tenant("the role Microsoft Sentinel Reader on the workspace"),
        spec.Field("subscription_id", "Subscription ID", pattern=AZURE_NAME),
        spec.Field("resource_group", "Resource group", pattern=AZURE_NAME),
        spec.Field("workspace", "Log Analytics workspace", pattern=AZURE_NAME),
    ),
    auth=spec.entra_app("https://management.azure.com"),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/subscriptions/{subscription_id}/resourceGroups/{resource_group}/providers"
            "/Microsoft.OperationalInsights/workspaces/{workspace}/providers"
            "/Microsoft.SecurityInsights/incidents",
            params=(("api-version", "2024-09-01"), ("$orderby", "properties/lastModifiedTimeUtc asc")),
            records="value",
            pages=spec.NextUrlPages(url="nextLink", size=1000, size_param="$top"),
            schema=INCIDENT_SCHEMA,
            since=spec.Since(
                field="properties.lastModifiedTimeUtc",
                param="$filter",
                template="properties/lastModifiedTimeUtc ge {since}",
                ascending=True,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record="object", schema=INCIDENT_SCHEMA),
            spec.WebhookEvent(record="body.object", schema=INCIDENT_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="properties.systemAlertId"),
                schema=spec.RecordSchema(
                    key="alert/{properties.systemAlertId}", updated_at=("properties.timeGenerated",)
                ),
            ),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="properties.createdTimeUtc"), schema=INCIDENT_SCHEMA
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="created_time_utc"),
                schema=spec.RecordSchema(
                    key="name", updated_at=("last_modified_time_utc", "created_time_utc")
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="createdTimeUtc"),
                schema=spec.RecordSchema(key="name", updated_at=("lastModifiedTimeUtc", "createdTimeUtc")),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="IncidentName"),
                schema=spec.RecordSchema(
                    key="IncidentName", updated_at=("LastModifiedTime", "TimeGenerated"), kind="row"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="SystemAlertId"),
                schema=spec.RecordSchema(
                    key="alert/{SystemAlertId}", updated_at=("TimeGenerated",), kind="row"
                ),
            ),
        ),
        setup="Automation › Playbook with the trigger Microsoft Sentinel incident: an HTTP action posts the "
        "trigger's body, with the header x-causeloop-token holding the secret.",
    ),
    issues=(INCIDENT, ALERT, FLAT_INCIDENT, INCIDENT_ROW, ALERT_ROW),
)
