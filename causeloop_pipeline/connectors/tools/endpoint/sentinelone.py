"""SentinelOne threats and alerts of custom rules, polled by their last change; activities of log exports."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Kind, Literal, Match, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

THREAT_ACTIVITIES = frozenset(
    {"18", "19", "20", "4003", "4107", "4108", "4109", "4110", "4111", "4112", "4113"}
)
RULE_ALERT_ACTIVITY = "3608"

THREAT = IssueMapping(
    name="threat",
    identifies=Identifies.EVENT,
    when=Has("threatInfo.threatName"),
    title="threatInfo.threatName",
    body=("threatInfo.filePath", "threatInfo.classification"),
    severity="threatInfo.confidenceLevel",
    status="threatInfo.incidentStatus",
    service=("agentRealtimeInfo.agentComputerName", "agentDetectionInfo.agentComputerName"),
    team=("agentRealtimeInfo.siteName", "agentDetectionInfo.siteName"),
    environment=("agentRealtimeInfo.groupName", "agentDetectionInfo.groupName"),
    error_type=("threatInfo.classification", "threatInfo.engines.0"),
    external_url=Text("https://{config.tenant}.sentinelone.net/incidents/threats/{id}/overview"),
    source_created_at=("threatInfo.createdAt", "createdAt", "threatInfo.identifiedAt"),
    resolved_at=("threatInfo.updatedAt", "updatedAt"),
    attributes={
        "mitigation": "threatInfo.mitigationStatus",
        "verdict": "threatInfo.analystVerdict",
        "sha1": "threatInfo.sha1",
        "storyline": "threatInfo.storyline",
    },
)
RULE_ALERT = IssueMapping(
    name="alert of a custom rule",
    identifies=Identifies.EVENT,
    when=Every((Has("alertInfo.alertId"), Has("ruleInfo.name"))),
    title="ruleInfo.name",
    body="ruleInfo.description",
    severity="ruleInfo.severity",
    status="alertInfo.incidentStatus",
    service=("agentDetectionInfo.name", "agentRealtimeInfo.name"),
    team="agentDetectionInfo.siteName",
    environment="agentDetectionInfo.groupName",
    error_type=("ruleInfo.treatAsThreat", "alertInfo.eventType"),
    source_created_at=("alertInfo.createdAt", "alertInfo.reportedAt"),
    resolved_at="alertInfo.updatedAt",
    attributes={"verdict": "alertInfo.analystVerdict"},
)
UNIFIED_ALERT = IssueMapping(
    name="unified alert",
    identifies=Identifies.EVENT,
    when=Every((Has("detectedAt"), Has("detectionSource"), Has("name"))),
    title="name",
    body="description",
    severity="severity",
    status="status",
    service=("asset.name", "assets.0.name"),
    team="realTime.scope.site.name",
    error_type=("classification", "detectionSource.engine"),
    source_created_at=("createdAt", "detectedAt"),
    resolved_at="updatedAt",
    attributes={"verdict": "analystVerdict"},
)
FORMER_THREAT = IssueMapping(
    name="threat of API version 2.0",
    identifies=Identifies.EVENT,
    when=Every((Has("fileDisplayName"), Has("createdAt"))),
    title=("threatName", "fileDisplayName"),
    body=("filePath", "description"),
    severity=("confidenceLevel", "rank"),
    status=("incidentStatus", "mitigationStatus"),
    service="agentComputerName",
    team="siteName",
    error_type="classification",
    source_created_at="createdAt",
    resolved_at="updatedAt",
)
ACTIVITY = IssueMapping(
    name="activity",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Kind(("activity",)),
            Some((Has("primaryDescription"), Has("primarydescription"))),
            Some((Has("threatId"), Has("threatid"), Has("data.alertId"), Has("data.alertid"))),
        )
    ),
    title=("primaryDescription", "primarydescription"),
    body=("secondaryDescription", "secondarydescription"),
    severity=(
        Match("data.severity", r"^(?:E_)?(.+)$"),
        "data.confidenceLevel",
        "data.confidencelevel",
        Match(("primaryDescription", "primarydescription"), r"\b(malicious|suspicious)\b"),
    ),
    status=("data.newIncidentStatus", "data.newincidentstatus", Literal("unresolved")),
    service=("data.computerName", "data.computername", "agentComputerName", "data.agentipv4"),
    team=("siteName", "sitename", "data.siteName", "data.sitename"),
    environment=("groupName", "groupname", "data.groupName", "data.groupname"),
    error_type=("data.threatClassification", "data.threatclassification", "data.ruleName", "data.rulename"),
    external_url=Text("https://{config.tenant}.sentinelone.net/incidents/threats/{threatId}/overview"),
    source_created_at=("createdAt", "createdat"),
    attributes={"activity_type": ("activityType", "activitytype")},
)


def is_detection(activity: spec.Record) -> bool:
    """Whether an activity tells of a threat or of an alert; agents also log scans, updates and sign-ins."""
    kind = str(activity.get("activityType", activity.get("activitytype")))
    return kind in THREAT_ACTIVITIES or kind == RULE_ALERT_ACTIVITY


def receive_activity(key: str, created: str, condition: spec.Condition) -> spec.WebhookEvent:
    """An activity of the log, under the id of the threat or alert that it tells of."""
    schema = spec.RecordSchema(key=key, updated_at=(created,), kind="activity", keep=is_detection)
    return spec.WebhookEvent(record="", when=condition, schema=schema)


THREAT_SCHEMA = spec.RecordSchema(
    updated_at=("threatInfo.updatedAt", "updatedAt", "threatInfo.createdAt", "createdAt")
)
RULE_ALERT_SCHEMA = spec.RecordSchema(
    key="alert/{alertInfo.alertId}", updated_at=("alertInfo.updatedAt", "alertInfo.createdAt"), kind="alert"
)
PLAIN_SCHEMA = spec.RecordSchema(updated_at=("updatedAt", "createdAt"))

CONNECTOR = spec.Connector(
    name="sentinelone",
    title="SentinelOne",
    category=spec.Category.SECURITY,
    docs_url="https://usea1-partners.sentinelone.net/api-doc/api-details?category=threats&api=get-threats",
    plan="growth",
    base_url="https://{tenant}.sentinelone.net",
    credentials=(spec.Field("api_token", "API token", help="Of a service user with the role Viewer."),),
    config=(spec.Field("tenant", "Console", help="acme for acme.sentinelone.net", pattern=spec.HOST_LABEL),),
    auth=spec.Headers((("Authorization", "ApiToken {api_token}"),)),
    pulls=(
        spec.Pull(
            name="threats",
            path="/web/api/v2.1/threats",
            params=(("sortBy", "updatedAt"), ("sortOrder", "asc")),
            records="data",
            pages=spec.TokenPages(
                next_path="pagination.nextCursor", param="cursor", size=1000, size_param="limit"
            ),
            schema=THREAT_SCHEMA,
            since=spec.Since(field="threatInfo.updatedAt", param="updatedAt__gte", ascending=True),
        ),
        spec.Pull(
            name="alerts",
            path="/web/api/v2.1/cloud-detection/alerts",
            records="data",
            pages=spec.TokenPages(
                next_path="pagination.nextCursor", param="cursor", size=1000, size_param="limit"
            ),
            schema=RULE_ALERT_SCHEMA,
            since=spec.Since(field="alertInfo.updatedAt", param="createdAt__gte"),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="", when=spec.Condition(path="threatInfo.threatName"), schema=THREAT_SCHEMA
            ),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="alertInfo.alertId"), schema=RULE_ALERT_SCHEMA
            ),
            receive_activity("{threatId}", "createdAt", spec.Condition(path="threatId")),
            receive_activity("{threatid}", "createdat", spec.Condition(path="threatid")),
            receive_activity("alert/{data.alertId}", "createdAt", spec.Condition(path="data.alertId")),
            receive_activity("alert/{data.alertid}", "createdat", spec.Condition(path="data.alertid")),
            receive_activity("activity/{id}", "createdat", spec.Condition(path="activitytype")),
            receive_activity("activity/{id}", "createdAt", spec.Condition(path="activityType")),
            spec.WebhookEvent(record="", when=spec.Condition(path="fileDisplayName"), schema=PLAIN_SCHEMA),
            *(
                spec.WebhookEvent(record=record, when=spec.Condition(path=path), schema=PLAIN_SCHEMA)
                for record, path in (
                    ("", "detectionSource"),
                    ("data.alert", "data.alert.detectionSource"),
                    ("data.alerts.edges.*.node", "data.alerts.edges.0.node.detectionSource"),
                )
            ),
        ),
        setup="Singularity › Automation or a Marketplace app that posts threats, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(THREAT, RULE_ALERT, UNIFIED_ALERT, FORMER_THREAT, ACTIVITY),
)
