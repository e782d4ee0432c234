"""Azure Monitor alerts: listed by change, and pushed by action groups in each of their schemas."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.azure_activity_log import (
    IGNORED_ENTRIES,
    LOGGED,
    OPERATION,
    last_name,
    receive_log_events,
    resource_group,
)
from causeloop_pipeline.connectors.formats.entra_apps import CREDENTIALS, ask_for_tenant
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Every,
    Has,
    Is,
    Literal,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

PORTAL = "https://portal.azure.com/#view/Microsoft_Azure_Monitoring_Alerts/AlertDetails.ReactView/alertId/"
ESSENTIALS, CONTEXT, CUSTOM = "data.essentials", "data.alertContext", "data.customProperties"
COMMON = IssueMapping(
    name="common alert schema",
    identifies=Identifies.EVENT,
    when=Every((Has(f"{ESSENTIALS}.alertRule"), Has(f"{ESSENTIALS}.alertId"))),
    title=f"{ESSENTIALS}.alertRule",
    body=(
        f"{ESSENTIALS}.description",
        f"{CONTEXT}.properties.title",
        f"{CONTEXT}.properties.communication",
        f"{CONTEXT}.condition.allOf.0.searchQuery",
        f"{CONTEXT}.SearchQuery",
    ),
    severity=f"{ESSENTIALS}.severity",
    # A person's word comes before the condition's, where there is one.
    status=Choose(
        Is(f"{ESSENTIALS}.alertState", ("acknowledged", "closed")),
        f"{ESSENTIALS}.alertState",
        f"{ESSENTIALS}.monitorCondition",
    ),
    service=(
        f"{CUSTOM}.service",
        f"{ESSENTIALS}.configurationItems.0",
        *last_name(f"{ESSENTIALS}.alertTargetIDs.0"),
    ),
    team=(f"{CUSTOM}.team", f"{CUSTOM}.owner"),
    environment=(
        f"{CUSTOM}.environment",
        f"{CUSTOM}.env",
        *resource_group(f"{ESSENTIALS}.alertTargetIDs.0"),
    ),
    error_type=(
        f"{CONTEXT}.condition.allOf.0.metricName",
        f"{CONTEXT}.operationName",
        f"{CONTEXT}.properties.incidentType",
        f"{ESSENTIALS}.signalType",
    ),
    external_url=(
        f"{ESSENTIALS}.investigationLink",
        f"{CONTEXT}.condition.allOf.0.linkToFilteredSearchResultsUI",
        f"{CONTEXT}.LinkToFilteredSearchResultsUI",
        f"{CONTEXT}.LinkToSearchResults",
        Concat((Literal(PORTAL), f"{ESSENTIALS}.alertId")),
    ),
    source_created_at=f"{ESSENTIALS}.firedDateTime",
    resolved_at=f"{ESSENTIALS}.resolvedDateTime",
    attributes={
        "signal": f"{ESSENTIALS}.signalType",
        "service": f"{ESSENTIALS}.monitoringService",
        "target": f"{ESSENTIALS}.alertTargetIDs.0",
    },
)
LISTED = IssueMapping(
    name="alert of the API",
    identifies=Identifies.EVENT,
    when=Has("properties.essentials.severity"),
    title=(*last_name("properties.essentials.alertRule"), "properties.essentials.alertRule", "name"),
    body=("properties.essentials.description", "properties.context.context.description"),
    severity="properties.essentials.severity",
    status=Choose(
        Is("properties.essentials.alertState", ("acknowledged", "closed")),
        "properties.essentials.alertState",
        ("properties.essentials.monitorCondition", "properties.essentials.alertState"),
    ),
    service=("properties.essentials.targetResourceName", *last_name("properties.essentials.targetResource")),
    environment="properties.essentials.targetResourceGroup",
    error_type=(
        "properties.context.context.condition.allOf.0.metricName",
        "properties.essentials.signalType",
    ),
    external_url=Concat((Literal(PORTAL), "id")),
    source_created_at="properties.essentials.startDateTime",
    resolved_at=(
        "properties.essentials.monitorConditionResolvedDateTime",
        "properties.essentials.lastModifiedDateTime",
    ),
    attributes={
        "signal": "properties.essentials.signalType",
        "service": "properties.essentials.monitorService",
        "target": "properties.essentials.targetResource",
    },
)


def map_activity_alert(prefix: str) -> IssueMapping:
    """An alert on the activity log, service health among them, before the common schema."""
    log = f"{prefix}context.activityLog"
    return IssueMapping(
        name="activity log alert" if prefix else "activity log alert without schema",
        identifies=Identifies.EVENT,
        when=Has(f"{log}.operationName"),
        title=(f"{log}.properties.title", f"{log}.description", f"{log}.operationName"),
        body=(f"{log}.properties.communication", f"{log}.properties.statusMessage", f"{log}.description"),
        severity=f"{log}.level",
        status=(f"{log}.properties.stage", f"{log}.status", f"{prefix}status"),
        service=(f"{log}.properties.service", *last_name(f"{log}.resourceId"), f"{log}.resourceType"),
        environment=(f"{log}.resourceGroupName", f"{log}.properties.region"),
        error_type=(f"{log}.properties.incidentType", f"{log}.operationName"),
        source_created_at=(f"{log}.eventTimestamp", f"{log}.submissionTimestamp"),
        resolved_at=(f"{log}.submissionTimestamp", f"{log}.eventTimestamp"),
        attributes={"caller": f"{log}.caller", "category": f"{log}.eventSource"},
    )


def map_metric_alert(prefix: str, name: str) -> IssueMapping:
    """An alert on a metric, before the common schema."""
    context, properties = f"{prefix}context", f"{prefix}properties"
    return IssueMapping(
        name=name,
        identifies=Identifies.CONDITION,
        when=Every((Has(f"{context}.name"), Has(f"{prefix}status"))),
        title=f"{context}.name",
        body=(f"{context}.description", f"{context}.condition.failureDetails"),
        severity=(f"{properties}.severity", f"{context}.severity"),
        status=f"{prefix}status",
        service=(
            f"{properties}.service",
            f"{context}.resourceName",
            *last_name(f"{context}.resourceId"),
        ),
        team=(f"{properties}.team", f"{properties}.owner"),
        environment=(f"{properties}.environment", f"{properties}.env", f"{context}.resourceGroupName"),
        error_type=(f"{context}.condition.metricName", f"{context}.condition.allOf.0.metricName"),
        external_url=f"{context}.portalLink",
        source_created_at=f"{context}.timestamp",
        firing_start=FiringStart.CHANGED,
        resolved_at=f"{context}.timestamp",
        attributes={"region": f"{context}.resourceRegion", "resource_type": f"{context}.resourceType"},
    )


def map_log_alert(prefix: str) -> IssueMapping:
    """An alert on a search in logs, before the common schema."""
    return IssueMapping(
        name="log alert" if prefix else "log alert without schema",
        identifies=Identifies.CONDITION,
        when=Every((Has(f"{prefix}AlertRuleName"), Has(f"{prefix}SearchQuery"))),
        title=f"{prefix}AlertRuleName",
        body=(f"{prefix}Description", f"{prefix}SearchQuery"),
        severity=f"{prefix}Severity",
        status=Literal("fired"),
        service=(
            f"{prefix}ApplicationName",
            *last_name(f"{prefix}ResourceId"),
            f"{prefix}WorkspaceId",
            f"{prefix}ApplicationId",
        ),
        error_type=f"{prefix}AlertType",
        external_url=(f"{prefix}LinkToSearchResults", f"{prefix}LinkToFilteredSearchResultsUI"),
        source_created_at=(f"{prefix}SearchIntervalEndtimeUtc", f"{prefix}SearchIntervalEndTimeUtc"),
        firing_start=FiringStart.STATED,
        attributes={"results": f"{prefix}ResultCount", "threshold": f"{prefix}AlertThresholdValue"},
    )


LISTED_SCHEMA = spec.RecordSchema(
    updated_at=("properties.essentials.lastModifiedDateTime", "properties.essentials.startDateTime")
)


def receive_event(path: str, key: str, updated_at: tuple[str, ...], kind: str) -> spec.WebhookEvent:
    """A body of one of the schemas of action groups."""
    return spec.WebhookEvent(
        record="",
        when=spec.Condition(path=path),
        schema=spec.RecordSchema(key=key, updated_at=updated_at, kind=kind),
    )


CONNECTOR = spec.Connector(
    name="azure_monitor",
    title="Azure Monitor",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://learn.microsoft.com/rest/api/monitor/alertsmanagement/alerts/get-all",
    plan="starter",
    base_url="https://management.azure.com",
    site=(),
    credentials=CREDENTIALS,
    config=(
        ask_for_tenant("the role Monitoring Reader on the subscription"),
        spec.Field("subscription_id", "Subscription ID", pattern=r"[\w.-]+"),
    ),
    auth=spec.entra_app("https://management.azure.com"),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/subscriptions/{subscription_id}/providers/Microsoft.AlertsManagement/alerts",
            params=(
                ("api-version", "2019-05-05-preview"),
                ("timeRange", "30d"),
                ("sortBy", "lastModifiedDateTime"),
                ("sortOrder", "desc"),
                ("includeContext", True),
            ),
            records="value",
            pages=spec.NextUrlPages(url="nextLink", size=250, size_param="pageCount"),
            schema=LISTED_SCHEMA,
            since=spec.Since(
                field="properties.essentials.lastModifiedDateTime",
                newest_first=True,
                overlap=timedelta(hours=1),
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        embedded=("properties",),
        events=(
            receive_event(
                f"{ESSENTIALS}.alertId",
                f"{ESSENTIALS}.alertId",
                (f"{ESSENTIALS}.resolvedDateTime", f"{ESSENTIALS}.firedDateTime"),
                "common_alert",
            ),
            receive_event(
                "data.context.activityLog",
                "activity/{data.context.activityLog.correlationId}",
                ("data.context.activityLog.submissionTimestamp", "data.context.activityLog.eventTimestamp"),
                "activity_alert",
            ),
            receive_event(
                "context.activityLog",
                "activity/{context.activityLog.correlationId}",
                ("context.activityLog.submissionTimestamp", "context.activityLog.eventTimestamp"),
                "activity_alert",
            ),
            receive_event(
                "data.context.id", "{data.context.id}", ("data.context.timestamp",), "metric_alert"
            ),
            receive_event("context.id", "{context.id}", ("context.timestamp",), "classic_alert"),
            receive_event(
                "data.AlertRuleName",
                "log/{data.AlertRuleName}",
                (),
                "log_alert",
            ),
            receive_event("AlertRuleName", "log/{AlertRuleName}", (), "log_alert"),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="properties.essentials"), schema=LISTED_SCHEMA
            ),
            *receive_log_events(),
        ),
        ignore=IGNORED_ENTRIES,
        setup="Monitor › Alerts › Action groups › Webhook: the address with ?token= and the secret; enable "
        "the common alert schema.",
    ),
    issues=(
        COMMON,
        LISTED,
        map_activity_alert("data."),
        map_activity_alert(""),
        map_metric_alert("data.", "metric alert"),
        map_metric_alert("", "classic metric alert"),
        map_log_alert("data."),
        map_log_alert(""),
        LOGGED,
    ),
    changes=(OPERATION,),
)
