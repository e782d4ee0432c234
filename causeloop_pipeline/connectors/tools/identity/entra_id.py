"""Microsoft Entra ID: risk detections, failed sign-ins, refused changes; and the changes of its audit log."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.entra_apps import CREDENTIALS, ask_for_tenant
from causeloop_pipeline.connectors.formats.microsoft_graph import GRAPH, poll_list
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Join, Kind, Literal, Some
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

RISK = IssueMapping(
    name="risk detection",
    identifies=Identifies.EVENT,
    when=Every((Has("riskEventType"), Has("riskState"))),
    title=Join(("riskEventType", "userDisplayName"), ": "),
    body=("riskDetail", "additionalInfo"),
    severity="riskLevel",
    status="riskState",
    service=("activity", "source"),
    error_type="riskEventType",
    source_created_at=("detectedDateTime", "activityDateTime"),
    resolved_at="lastUpdatedDateTime",
    attributes={"user_name": "userPrincipalName", "ip": "ipAddress"},
)
RISKY_USER = IssueMapping(
    name="risky user",
    identifies=Identifies.CONDITION,
    when=Every((Has("riskState"), Has("riskLastUpdatedDateTime"))),
    title=Join((Literal("Risky user"), "userDisplayName")),
    body="riskDetail",
    severity="riskLevel",
    status="riskState",
    error_type="riskDetail",
    source_created_at="riskLastUpdatedDateTime",
    firing_start=FiringStart.CHANGED,
    resolved_at="riskLastUpdatedDateTime",
    attributes={"user_name": "userPrincipalName"},
)
REFUSED_CHANGE = IssueMapping(
    name="refused change",
    identifies=Identifies.EVENT,
    when=Every(
        (Kind(("export",)), Some((Has("properties.activityDisplayName"), Has("activityDisplayName"))))
    ),
    title=Join((Literal("Failed:"), ("properties.activityDisplayName", "activityDisplayName"))),
    body=("properties.resultReason", "resultReason", "resultDescription"),
    severity=Literal("warning"),
    status=Literal("failed"),
    service=("properties.loggedByService", "loggedByService", "properties.targetResources.0.displayName"),
    error_type=("properties.category", "category"),
    source_created_at=("properties.activityDateTime", "activityDateTime", "time"),
)
EXPORTED_SIGN_IN = IssueMapping(
    name="sign-in of the diagnostic log",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Kind(("export",)),
            Some((Has("operationName"), Has("operationname"))),
            Some((Has("properties.createdDateTime"), Has("properties.appDisplayName"))),
        )
    ),
    title=Join(
        (
            Literal("Sign-in failed:"),
            (
                "properties.status.failureReason",
                "resultDescription",
                "resultdescription",
                "properties.status.errorCode",
                "resultType",
                "resulttype",
            ),
        )
    ),
    body=("properties.status.additionalDetails", "resultDescription", "resultdescription"),
    severity=Literal("warning"),
    status=Literal("failed"),
    service=(
        "properties.appDisplayName",
        "properties.resourceDisplayName",
        "properties.servicePrincipalName",
    ),
    error_type=("properties.status.errorCode", "resultType", "resulttype"),
    source_created_at=("properties.createdDateTime", "time"),
    attributes={
        "user_name": ("properties.userPrincipalName", "properties.servicePrincipalName"),
        "ip": ("properties.ipAddress", "callerIpAddress", "calleripaddress"),
        "category": "category",
    },
)
SIGN_IN = IssueMapping(
    name="sign-in",
    identifies=Identifies.EVENT,
    when=Every((Kind(("sign_in",)), Has("status.errorCode"), Has("createdDateTime"))),
    title=Join((Literal("Sign-in failed:"), ("status.failureReason", "status.errorCode"))),
    body="status.additionalDetails",
    severity=Literal("warning"),
    status=Literal("failed"),
    service=("appDisplayName", "resourceDisplayName"),
    error_type="status.errorCode",
    source_created_at="createdDateTime",
    attributes={"user_name": "userPrincipalName", "ip": "ipAddress"},
)
AUDIT = ChangeMapping(
    name="audit event",
    when=Some(
        (
            Has("properties.activityDisplayName"),
            Has("activityDisplayName"),
            Every((Has("properties.activityDateTime"), Has("operationName"))),
        )
    ),
    change_kind=Literal("config_change"),
    title=("properties.activityDisplayName", "activityDisplayName", "operationName"),
    service=(
        "properties.targetResources.0.displayName",
        "targetResources.0.displayName",
        "properties.loggedByService",
        "loggedByService",
    ),
    changed_at=("properties.activityDateTime", "activityDateTime", "time"),
)


def is_success(event: spec.Record) -> bool:
    """Whether the result of an event, wherever it is, says that it succeeded."""
    content = event.get("properties") or event
    code = (content.get("status") or {}).get("errorCode")
    code = event.get("resultType", event.get("resulttype")) if code is None else code
    result = content.get("result") if code is None else code
    return str(result).lower() in {"0", "success", "none"}


def is_failure(event: spec.Record) -> bool:
    """Whether a sign-in or a change failed."""
    return not is_success(event)


SIGN_IN_SCHEMA = spec.RecordSchema(
    key="sign_in/{id}", updated_at=("createdDateTime",), kind="sign_in", keep=is_failure
)
RISK_SCHEMA = spec.RecordSchema(updated_at=("lastUpdatedDateTime", "detectedDateTime"))
AUDIT_SCHEMA = spec.RecordSchema(
    key="change/{id}", updated_at=("activityDateTime",), kind="change", keep=is_success
)
EXPORTED_AUDIT_SCHEMA = spec.RecordSchema(
    key="change/{correlationId}/{time}", updated_at=(), kind="change", keep=is_success
)


def receive_export(key: str, path: str) -> spec.WebhookEvent:
    """A failure of the diagnostic log, under the id at a path."""
    condition = spec.Condition(path=path)
    failure = spec.RecordSchema(key=key, updated_at=(), kind="export", keep=is_failure)
    return spec.WebhookEvent(record="", when=condition, schema=failure)


CONNECTOR = spec.Connector(
    name="entra_id",
    title="Microsoft Entra ID",
    category=spec.Category.SECURITY,
    docs_url="https://learn.microsoft.com/graph/api/riskdetection-list",
    plan="starter",
    base_url=GRAPH,
    site=("tenant_id",),
    credentials=CREDENTIALS,
    config=(ask_for_tenant("IdentityRiskEvent.Read.All and AuditLog.Read.All"),),
    auth=spec.entra_app(GRAPH),
    pulls=(
        poll_list("risk_detections", "/v1.0/identityProtection/riskDetections", RISK_SCHEMA),
        poll_list(
            "sign_ins",
            "/v1.0/auditLogs/signIns",
            SIGN_IN_SCHEMA,
            size=1000,
            where="status/errorCode ne 0",
            optional=True,
        ),
        poll_list("changes", "/v1.0/auditLogs/directoryAudits", AUDIT_SCHEMA, optional=True),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="riskEventType"), schema=RISK_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="riskLastUpdatedDateTime"),
                schema=spec.RecordSchema(
                    key="user/{id}", updated_at=("riskLastUpdatedDateTime",), kind="risky_user"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="properties.activityDateTime"),
                schema=EXPORTED_AUDIT_SCHEMA,
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="properties.result"),
                schema=spec.RecordSchema(
                    key="{correlationId}/{time}", updated_at=(), kind="export", keep=is_failure
                ),
            ),
            receive_export("sign_in/{properties.id}", "properties.id"),
            receive_export("{correlationid}/{time}", "correlationid"),
            receive_export("{correlationId}/{time}", "correlationId"),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="activityDisplayName"),
                schema=spec.RecordSchema(
                    key="{correlationId}/{activityDateTime}", updated_at=(), kind="export", keep=is_failure
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="status.errorCode"),
                schema=SIGN_IN_SCHEMA,
            ),
            spec.WebhookEvent(
                record="records",
                schema=spec.RecordSchema(
                    key="sign_in/{properties.id}", updated_at=(), kind="export", keep=is_failure
                ),
            ),
            spec.WebhookEvent(
                record="records",
                when=spec.Condition(path="records.0.properties.activityDateTime"),
                schema=EXPORTED_AUDIT_SCHEMA,
            ),
        ),
        setup="Diagnostic settings › Event hub, and a function that posts each record, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(RISK, RISKY_USER, REFUSED_CHANGE, EXPORTED_SIGN_IN, SIGN_IN),
    changes=(AUDIT,),
)
